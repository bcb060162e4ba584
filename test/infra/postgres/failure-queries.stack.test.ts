/** Since when a subscription has seen nothing but failures, from real tables, against a recount over the log. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { failuresOf } from '../../../infra/postgres/failure-queries.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import { at, attempted, deliveryHistory, factsOf } from '../../domain/record/delivery-history.ts';
import { createDeliveryProjection, readAll, recordsOf } from '../projections/log-of.ts';
import {
  createTestDatabase,
  quiet,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from './test-database.ts';

let server: TestServer;
let database: TestDatabase;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  database = await createTestDatabase(server);
});
afterEach(async () => {
  await database.pool.end();
});

const SUBSCRIPTION = factsOf(0).subscription_id;
const LONG_AGO = at(-1);
const project = (events: readonly DeliveryEvent[]): Promise<void> =>
  readAll(createDeliveryProjection(database.pool, quiet), recordsOf(events), { sizes: [3, 20] });
/** Deliveries 0, 3 and 6 are of one subscription. */
const attempt = (index: 0 | 3 | 6, ms: number, number: number, step: 'succeed' | 'retry' | 'exhaust') =>
  attempted(index, ms, number, step);

it('a subscription of which nothing is known has failed never', async () => {
  expect(await failuresOf(database.pool, SUBSCRIPTION, LONG_AGO)).toEqual({
    failures: null,
    latestSuccess: null,
  });
});

it('counts from the first failed attempt, be its delivery given up or not', async () => {
  await project([
    attempt(0, 1_000, 1, 'retry'),
    attempt(3, 2_000, 1, 'exhaust'),
    attempt(0, 6_000, 2, 'retry'),
  ]);
  expect(await failuresOf(database.pool, SUBSCRIPTION, LONG_AGO)).toEqual({
    failures: { since: at(1_000), latest: at(6_000) },
    latestSuccess: null,
  });
});

it('counts from the first failure after the latest success', async () => {
  await project([
    attempt(0, 1_000, 1, 'retry'),
    attempt(3, 2_000, 1, 'succeed'),
    attempt(0, 6_000, 2, 'retry'),
    attempt(6, 7_000, 1, 'exhaust'),
  ]);
  expect(await failuresOf(database.pool, SUBSCRIPTION, LONG_AGO)).toEqual({
    failures: { since: at(6_000), latest: at(7_000) },
    latestSuccess: at(2_000),
  });
});

it('a success clears it', async () => {
  await project([
    attempt(0, 1_000, 1, 'retry'),
    attempt(3, 1_500, 1, 'exhaust'),
    attempt(0, 6_000, 2, 'succeed'),
  ]);
  expect(await failuresOf(database.pool, SUBSCRIPTION, LONG_AGO)).toEqual({
    failures: null,
    latestSuccess: at(6_000),
  });
});

it('neither success nor failure at the fallback says anything of the endpoint', async () => {
  const atFallback = (event: DeliveryEvent): DeliveryEvent => ({
    ...event,
    stands_in_for: factsOf(0).delivery_id,
  });
  await project([
    attempt(0, 1_000, 1, 'exhaust'),
    atFallback(attempt(3, 2_000, 1, 'succeed')),
    atFallback(attempt(6, 3_000, 1, 'exhaust')),
  ]);
  expect(await failuresOf(database.pool, SUBSCRIPTION, LONG_AGO)).toEqual({
    failures: { since: at(1_000), latest: at(1_000) },
    latestSuccess: null,
  });
});

it('leaves out what failed before a given moment', async () => {
  await project([attempt(0, 1_000, 1, 'retry'), attempt(0, 6_000, 2, 'exhaust')]);
  expect((await failuresOf(database.pool, SUBSCRIPTION, at(1_000))).failures?.since).toBe(at(6_000));
  expect((await failuresOf(database.pool, SUBSCRIPTION, at(6_000))).failures).toBeNull();
});

it('agrees with a recount, in whatever order records come', async () => {
  const [events] = fc.sample(fc.tuple(...Array.from({ length: 30 }, (_, i) => deliveryHistory(i))), {
    numRuns: 1,
    seed: 7,
  }) as [DeliveryEvent[][]];
  const all = events.flat();
  const [shuffled] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { numRuns: 1, seed: 7 });
  await project(shuffled!);
  for (const id of new Set(all.map((event) => event.subscription_id))) {
    const ended = all.filter((event) => event.subscription_id === id && event.type === 'AttemptEnded');
    const times = (isSuccess: boolean): string[] =>
      ended
        .filter((event) => event.type === 'AttemptEnded' && (event.next.step === 'succeed') === isSuccess)
        .map((event) => event.at)
        .sort();
    const latestSuccess = times(true).at(-1) ?? null;
    const failed = times(false).filter((time) => time > (latestSuccess ?? LONG_AGO));
    expect(await failuresOf(database.pool, id, LONG_AGO)).toEqual({
      failures: failed.length === 0 ? null : { since: failed[0], latest: failed.at(-1) },
      latestSuccess,
    });
  }
});
