/** `POST /v1/events`: puts an event on Kafka, for whoever has no Kafka client at hand. */
import { randomUUID } from 'node:crypto';
import { readJson } from '../../../domain/deliver/json-text.ts';
import { isOperational } from '../../../domain/record/operational-event.ts';
import { sha256 } from '../../../infra/crypto/hash.ts';
import type { Appender } from '../../../infra/kafka/appender.ts';
import { IdempotencyKey, NewEvent, PublishedEvent } from '../../../schemas/api.ts';
import type { EventTypeCatalogue } from '../../../schemas/event-types.ts';
import { parseEventRecord, type PlatformEvent } from '../../../schemas/event.ts';
import { isJsonObject } from '../../../schemas/json.ts';
import type { Caller } from '../authenticate.ts';
import { parse } from '../parse.ts';
import { invalidFields, Problem } from '../problem.ts';
import { type Api, zodValidator } from '../zod-routes.ts';

export interface EventRoutesDeps {
  readonly appender: Pick<Appender, 'append'>;
  /** The topic that events are put on. */
  readonly topic: string;
  /** Judges `data`, as the router does. */
  readonly eventTypes: EventTypeCatalogue;
}

export function eventRoutes(app: Api, deps: EventRoutesDeps): void {
  void app.register((scope, _options, done) => {
    // The text itself, not the parsed body: a number that a double cannot hold would be lost in it.
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    const publish = {
      summary: 'Publish an event',
      description:
        'Puts it on Kafka. `id` and `timestamp` are made where they are absent; `account_id` may only be the ' +
        'account of the API key. `data` must fit the schema of its event type, where the type is known.',
      headers: IdempotencyKey,
      body: NewEvent,
      response: { 202: PublishedEvent },
    };
    // The body is described by its schema, and judged below: here it is a text.
    const validatorCompiler = (part: { readonly httpPart?: string }) =>
      part.httpPart === 'body' ? () => true : zodValidator(part as Parameters<typeof zodValidator>[0]);
    scope.post('/v1/events', { schema: publish, validatorCompiler }, async (request, reply) => {
      const idempotencyKey = request.headers['idempotency-key'];
      const event = readEvent(
        String(request.body ?? ''),
        request.caller,
        typeof idempotencyKey === 'string' ? idempotencyKey : null,
        deps.eventTypes,
      );
      await deps.appender.append([{ topic: deps.topic, key: event.id, value: recordOf(event) }]);
      return reply.status(202).send({ id: event.id });
    });
    done();
  });
}

function readEvent(
  text: string,
  caller: Caller,
  idempotencyKey: string | null,
  eventTypes: EventTypeCatalogue,
): PlatformEvent {
  const reading = readJson(text);
  if (!reading.ok) throw new Problem(400, 'The body is no valid JSON.');
  const given = parse(NewEvent, reading.value);
  if (given.account_id !== undefined && given.account_id !== caller.accountId) {
    throw invalidFields([
      { path: 'account_id', message: `expected "${caller.accountId}", the account of the API key` },
    ]);
  }
  if (isOperational(given.event)) {
    throw invalidFields([
      {
        path: 'event',
        message: 'expected a type of yours: events of this type come from the product itself',
      },
    ]);
  }
  const envelope = {
    id: given.id ?? newEventId(caller, idempotencyKey),
    event: given.event,
    timestamp: given.timestamp ?? new Date().toISOString(),
    account_id: caller.accountId,
  };
  const data = reading.textOf((document) => (isJsonObject(document) ? (document['data'] ?? null) : null));
  const value = Buffer.from(`${JSON.stringify(envelope).slice(0, -1)},"data":${data}}`);
  // Judged by the very rule that the router applies, so that what is accepted here is no dead letter there.
  const parsed = parseEventRecord(
    { value, headers: {}, topic: 'api', partition: 0, offset: '0', timestampMs: 0 },
    eventTypes,
    readJson,
  );
  if (parsed.ok) return parsed.event;
  const [path, ...message] = parsed.reason.message.split(': ');
  throw invalidFields([{ path: path ?? '', message: message.join(': ') }]);
}

/** The same for the same idempotency key of an account, so that a repeated request is the same event. */
const newEventId = (caller: Caller, idempotencyKey: string | null): string =>
  idempotencyKey === null
    ? `evt_${randomUUID().replaceAll('-', '')}`
    : `evt_${Buffer.from(sha256(JSON.stringify([caller.accountId, idempotencyKey])))
        .toString('hex')
        .slice(0, 32)}`;

const recordOf = (event: PlatformEvent): string =>
  `{"id":${JSON.stringify(event.id)},"event":${JSON.stringify(event.type)},"timestamp":"${event.occurredAt}","account_id":${JSON.stringify(event.accountId)},"data":${event.dataText}}`;
