/** What is costly runs a few times at once, and ends when nobody waits for it. */
import { describe, expect, it, vi } from 'vitest';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { evolve, initialState } from '../../../domain/subscription/subscription.ts';
import { placesFor } from '../../../services/api/at-once.ts';
import { explainRoutes, type ExplainRoutesDeps } from '../../../services/api/routes/explain.ts';
import {
  subscriptionRoutes,
  type SubscriptionRoutesDeps,
} from '../../../services/api/routes/subscriptions.ts';
import { withZodSchemas } from '../../../services/api/zod-routes.ts';
import { created } from '../../domain/subscription/subscription-log.ts';
import { appOfOneCaller } from './app-of-one-caller.ts';

it('no more places are given than there are, and another as soon as one is given back', () => {
  const headers: Record<string, string> = {};
  const reply = { header: (name: string, value: string) => (headers[name] = value) } as never;
  const takePlace = placesFor(2, 'previews');
  const leave = takePlace(reply);
  takePlace(reply);
  expect(() => takePlace(reply)).toThrow('2 previews are under way already. Ask again when one has ended.');
  expect(headers).toEqual({ 'retry-after': '10' });
  leave();
  expect(takePlace(reply)).toBeTypeOf('function');
});

const ID = 'wh_abc12345';
type Deps = ExplainRoutesDeps & SubscriptionRoutesDeps;

/** A server with one subscription, and what it needs to answer about it. */
function serverWith(deps: Partial<Record<keyof Deps, unknown>>) {
  const app = appOfOneCaller();
  const directory = { get: () => evolve(initialState(), created(1)) } as unknown as SubscriptionDirectory;
  const api = withZodSchemas(app);
  explainRoutes(api, { directory, ...deps } as Deps);
  subscriptionRoutes(api, { directory, ...deps } as Deps);
  return app;
}
const EXPLAIN = {
  method: 'POST',
  url: '/v1/explain',
  payload: { event_id: 'evt_1', subscription_id: ID },
} as const;
const HISTORY = { method: 'GET', url: `/v1/subscriptions/${ID}/history` } as const;

describe.each([
  ['an explanation', EXPLAIN],
  ['a history', HISTORY],
])('%s', (_name, question) => {
  it('is refused while many are under way, and no longer when they have failed', async () => {
    let goAway: (error: Error) => void = () => undefined;
    const away = new Promise<never>((_resolve, reject) => (goAway = reject));
    const app = serverWith({ queries: { listDeliveries: () => away }, readHistory: () => away });
    const refused: unknown[] = [];
    const ask = async (): Promise<number> => {
      const { statusCode, headers } = await app.inject(question);
      if (statusCode === 429) refused.push(headers['retry-after']);
      return statusCode;
    };

    const first = Array.from({ length: 20 }, ask);
    await vi.waitUntil(() => refused.length > 0);
    expect(refused[0]).toBe('10');
    goAway(new Error('Kafka is away'));
    await Promise.all(first);
    expect(await ask()).toBe(500);
  });
});

it('an explanation that cannot find its event no longer reads the history', async () => {
  const signals: AbortSignal[] = [];
  const kafka = {
    admin: () => {
      throw new Error('Kafka is away');
    },
  };
  const app = serverWith({
    kafka,
    eventTopics: [],
    queries: { listDeliveries: () => Promise.resolve({ ok: true, data: [] }) },
    readHistory: (_id: string, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    },
  });
  // Over a socket, for only there the connection outlives the answer.
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const { status } = await fetch(url + EXPLAIN.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(EXPLAIN.payload),
  });
  expect(status).toBe(500);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  await app.close();
});
