/**
 * What `npm start` shows on a fresh clone: a subscription to the built-in receiver, three events through
 * Kafka, and their signed deliveries on the screen. It uses the product from outside, as a customer and a
 * platform service would.
 */
import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { Appender } from '../../infra/kafka/appender.ts';
import { EVENT_TYPES } from '../../schemas/event-types.ts';

/** The types whose examples are shown. */
const SHOWN_TYPES = ['workflow.completed', 'workflow.failed', 'user.message.received'] as const;

export interface DemoDeps {
  /** Of the API, such as `http://127.0.0.1:8080`. */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly receiverUrl: string;
  readonly appender: Appender;
  readonly topic: string;
  readonly report: (line: string) => void;
}

/**
 * Creates the demo subscription and publishes the examples, where the account has no subscription yet.
 * Answers how many deliveries are to be expected: none where it has.
 */
export async function runDemo(deps: DemoDeps): Promise<number> {
  const call = async (method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> => {
    // Not `fetch`, which refuses some ports, 10080 among them: an offset of 2000 puts the API there.
    const response = await request(deps.apiUrl + path, {
      method,
      headers: { authorization: `Bearer ${deps.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.statusCode >= 300)
      throw new Error(`${method} ${path} answered ${response.statusCode}: ${await response.body.text()}`);
    return response.body.json();
  };
  const present = (await call('GET', '/v1/subscriptions?limit=1')) as { data: unknown[] };
  if (present.data.length > 0) return 0;

  const { id } = (await call('POST', '/v1/subscriptions', {
    url: deps.receiverUrl,
    events: ['*'],
    description: 'Demo: the built-in receiver',
  })) as { id: string };
  deps.report(`created the demo subscription ${id} to ${deps.receiverUrl}`);

  await deps.appender.append(
    SHOWN_TYPES.map((type) => {
      const eventId = `evt_${randomUUID().replaceAll('-', '')}`;
      return {
        topic: deps.topic,
        key: eventId,
        value: JSON.stringify({
          id: eventId,
          event: type,
          timestamp: new Date().toISOString(),
          account_id: 'default',
          data: EVENT_TYPES.get(type)?.example ?? {},
        }),
      };
    }),
  );
  deps.report(`put ${SHOWN_TYPES.length} events on Kafka (${deps.topic}): ${SHOWN_TYPES.join(', ')}`);
  return SHOWN_TYPES.length;
}

/** The secret of a subscription, as its owner may ask for it; null where it cannot be had. */
export async function fetchSecret(
  apiUrl: string,
  apiKey: string,
  subscriptionId: string,
): Promise<string | null> {
  const { statusCode, body } = await request(`${apiUrl}/v1/subscriptions/${subscriptionId}/secret`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const answer = (await body.json()) as { secret: string };
  return statusCode === 200 ? answer.secret : null;
}
