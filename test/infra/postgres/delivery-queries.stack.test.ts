import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statsOf } from '../../../domain/record/stats.ts';
import {
  createDeliveryQueries,
  type DeliveryQueries,
  type ListedDelivery,
} from '../../../infra/postgres/delivery-queries.ts';
import { DeliveriesQuery } from '../../../schemas/api.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';
import { AccountId, EventId, SubscriptionId } from '../../../schemas/ids.ts';
import { at, attempted, cancelled, factsOf, held, scheduled } from '../../domain/record/delivery-history.ts';
import { createDeliveryProjection, readAll, recordsOf } from '../projections/log-of.ts';
import {
  createTestDatabase,
  quiet,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from './test-database.ts';

const ACCOUNT = AccountId.parse('default');
const OTHER_ACCOUNT = AccountId.parse('other');
const idOf = (index: number): DeliveryId => factsOf(index).delivery_id;

// Deliveries 0 to 29: five of each kind of end, two created at each moment, of three subscriptions.
const END_OF = (index: number, ms: number): DeliveryEvent[] =>
  [
    [],
    [attempted(index, ms, 1, 'succeed')],
    [attempted(index, ms, 1, 'retry')],
    [attempted(index, ms, 1, 'exhaust')],
    [held(index, ms)],
    [cancelled(index, ms)],
  ][index % 6]!;
const LOG: readonly DeliveryEvent[] = Array.from({ length: 30 }, (_, index) => {
  const ms = Math.floor(index / 2) * 1_000;
  const event_type = index % 4 === 0 ? 'workflow.failed' : 'workflow.completed';
  return [scheduled(index, ms), ...END_OF(index, ms + 500)].map((event) => ({ ...event, event_type }));
}).flat();
const contentAt = (offset: number) => ({
  owed_id: idOf(1_000 + offset),
  event_id: EventId.parse(`evt_b${offset}`),
  occurred_at: at(offset),
  source: { topic: 'platform.events', partition: 1, offset: String(offset) },
});
const CONTENTS = [contentAt(0), contentAt(1), contentAt(2)];
const BATCHING = SubscriptionId.parse('wh_batching0000');
const batched = (event: DeliveryEvent): DeliveryEvent => ({
  ...event,
  account_id: OTHER_ACCOUNT,
  subscription_id: BATCHING,
  event_id: CONTENTS[0]!.event_id,
  batched_events: CONTENTS.length,
});
const ofExhausted = (event: DeliveryEvent): DeliveryEvent => ({
  ...batched(event),
  subscription_id: SubscriptionId.parse('wh_exhausted0000'),
  event_id: EventId.parse('evt_exhausted'),
});
/** Its attempt is told before it was scheduled, which is told twice, once by who knows nothing of what is in it. */
const BATCH: readonly DeliveryEvent[] = [
  batched(attempted(200, 500, 1, 'succeed')),
  { ...batched(scheduled(200, 0)), events: CONTENTS } as DeliveryEvent,
  batched(scheduled(200, 0)),
];
/** A batch that was exhausted, and the delivery that was made in its place. */
const EXHAUSTED: readonly DeliveryEvent[] = [
  {
    ...ofExhausted(scheduled(201, 0)),
    events: [contentAt(10), contentAt(11), contentAt(12)],
  } as DeliveryEvent,
  { ...ofExhausted(attempted(201, 500, 1, 'exhaust')), fallback_id: idOf(202) } as DeliveryEvent,
  ...[scheduled(202, 500), attempted(202, 900, 1, 'succeed')].map((event) => ({
    ...ofExhausted(event),
    stands_in_for: idOf(201),
  })),
];
const FOREIGN: DeliveryEvent = { ...scheduled(99, 0), account_id: OTHER_ACCOUNT };

let server: TestServer;
let database: TestDatabase;
let queries: DeliveryQueries;
beforeAll(async () => {
  server = await startTestServer();
  database = await createTestDatabase(server);
  await readAll(
    createDeliveryProjection(database.pool, quiet),
    recordsOf([...LOG, FOREIGN, ...BATCH, ...EXHAUSTED]),
  );
  queries = createDeliveryQueries(database.pool, statsOf);
});
afterAll(async () => {
  await database.pool.end();
  await server.stop();
});

async function listed(query: Record<string, unknown> = {}): Promise<readonly ListedDelivery[]> {
  const page = await queries.listDeliveries(ACCOUNT, DeliveriesQuery.parse({ limit: 250, ...query }));
  if (!page.ok) throw new Error(page.refusal.code);
  return page.data;
}
const numbers = (rows: readonly ListedDelivery[]): number[] =>
  rows.map(({ event_id }) => Number(event_id.slice(4)));

describe('a batch', () => {
  it('shows its events in their order', async () => {
    const shown = await queries.getDelivery(OTHER_ACCOUNT, idOf(200));
    expect(shown).toMatchObject({
      batched_events: 3,
      status: 'succeeded',
      events: CONTENTS.map(({ owed_id: _owed, ...shown }) => shown),
    });
  });

  it.each([0, 1, 2])('is found by its event number %i', async (offset) => {
    const query = DeliveriesQuery.parse({ event_id: `evt_b${offset}` });
    const page = await queries.listDeliveries(OTHER_ACCOUNT, query);
    expect(page.ok && page.data.map(({ id }) => id)).toEqual([idOf(200)]);
    expect(await listed({ event_id: `evt_b${offset}` })).toEqual([]);
  });

  it('counts as one delivery', async () => {
    expect(await queries.getStats(BATCHING)).toMatchObject({ total_deliveries: 1, successful_deliveries: 1 });
  });
});

describe('a delivery that was exhausted', () => {
  it('and the one that was made in its place name each other', async () => {
    expect(await queries.getDelivery(OTHER_ACCOUNT, idOf(201))).toMatchObject({
      status: 'exhausted',
      stands_in_for: null,
      fallback_delivery_id: idOf(202),
    });
    expect(await queries.getDelivery(OTHER_ACCOUNT, idOf(202))).toMatchObject({
      status: 'succeeded',
      stands_in_for: idOf(201),
      fallback_delivery_id: null,
    });
  });

  it('has the events of its batch in both', async () => {
    const events = async (index: number) => (await queries.getDelivery(OTHER_ACCOUNT, idOf(index)))?.events;
    expect(await events(202)).toEqual(await events(201));
    expect(await events(202)).toHaveLength(3);
  });

  it('is found with it by an event of its batch', async () => {
    const query = DeliveriesQuery.parse({ event_id: 'evt_b11' });
    const page = await queries.listDeliveries(OTHER_ACCOUNT, query);
    expect(page.ok && page.data.map(({ id }) => id).sort()).toEqual([idOf(201), idOf(202)]);
  });
});

describe('the list of deliveries', () => {
  it('is newest first, and of the account only', async () => {
    const rows = await listed();
    expect(numbers(rows)).toEqual(Array.from({ length: 30 }, (_, i) => 29 - i));
  });

  it('shows a delivery in the words of the API', async () => {
    const [row] = await listed({ event_id: 'evt_2' });
    expect(row).toEqual({
      id: idOf(2),
      account_id: 'default',
      subscription_id: factsOf(2).subscription_id,
      event_id: 'evt_2',
      event: 'workflow.completed',
      occurred_at: at(0),
      source: { topic: 'platform.events', partition: 0, offset: '2' },
      workflow_id: idOf(2),
      status: 'retrying',
      attempt_count: 1,
      last_status_code: 503,
      last_error: null,
      last_duration_ms: 12.5,
      next_attempt_at: at(6_500),
      created_at: at(1_000),
      updated_at: at(1_500),
      ended_at: null,
      batched_events: null,
      stands_in_for: null,
      fallback_delivery_id: null,
    });
  });

  it.each([
    ['subscription_id', factsOf(1).subscription_id, (i: number) => i % 3 === 1],
    ['status', 'succeeded', (i: number) => i % 6 === 1],
    ['status', 'exhausted', (i: number) => i % 6 === 3],
    ['status_code', 200, (i: number) => i % 6 === 1],
    ['status_code', 404, (i: number) => i % 6 === 3],
    ['event', 'workflow.failed', (i: number) => i % 4 === 0],
    ['event_id', 'evt_7', (i: number) => i === 7],
    ['event_id', 'evt_\0', () => false],
    ['from', at(10_000), (i: number) => i >= 20],
    ['to', at(10_000), (i: number) => i < 20],
    ['from', '2024-01-15T20:30:10.000+10:00', (i: number) => i >= 20],
    ['to', '0000-01-01T00:00:00Z', () => false],
  ])('is narrowed by %s %j', async (name, value, isListed) => {
    const expected = Array.from({ length: 30 }, (_, i) => 29 - i).filter(isListed);
    expect(numbers(await listed({ [name]: value }))).toEqual(expected);
  });

  it('is narrowed by all that is named at once', async () => {
    const rows = await listed({
      subscription_id: factsOf(1).subscription_id,
      status: 'succeeded',
      event: 'workflow.completed',
      from: at(2_000),
      to: at(12_000),
    });
    expect(numbers(rows)).toEqual([19, 13, 7]);
  });

  it('gives the same rows in pages of any size, also where many were created at one moment', async () => {
    const all = numbers(await listed());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 31 }), async (limit) => {
        const paged: number[] = [];
        let cursor: string | null = null;
        do {
          const page = await queries.listDeliveries(ACCOUNT, { limit, cursor: cursor ?? undefined });
          if (!page.ok) throw new Error(page.refusal.code);
          expect(page.data.length).toBeGreaterThan(0);
          paged.push(...numbers(page.data));
          cursor = page.next_cursor;
        } while (cursor !== null);
        expect(paged).toEqual(all);
      }),
      { numRuns: 12 },
    );
  });

  it('refuses a cursor that is none of its own', async () => {
    const page = await queries.listDeliveries(ACCOUNT, { limit: 10, cursor: 'bm90LW91cnM' });
    expect(page).toEqual({ ok: false, refusal: { code: 'invalid_cursor' } });
  });
});

describe('one delivery', () => {
  it('has its attempts in order', async () => {
    const id = idOf(201);
    const headers = { 'x-a': '1' };
    const events = [
      { ...attempted(201, 9_000, 2, 'succeed', 3.25), account_id: OTHER_ACCOUNT, response_headers: headers },
      { ...attempted(201, 3_000, 1, 'retry', 1_000), account_id: OTHER_ACCOUNT, error: 'late' },
    ];
    await readAll(createDeliveryProjection(database.pool, quiet), recordsOf(events), { partition: 1 });
    const delivery = await queries.getDelivery(OTHER_ACCOUNT, id);
    expect(delivery).toMatchObject({ id, status: 'succeeded', attempt_count: 2 });
    expect(delivery?.attempts).toEqual([
      {
        number: 1,
        started_at: at(2_000),
        duration_ms: 1_000,
        url: 'https://example.com/hooks',
        request_headers: { 'X-Broxi-Attempt': '1' },
        timings: { dns_ms: 1.5, connect_ms: 2, tls_ms: null, first_byte_ms: 7.25, total_ms: 1_000 },
        status_code: 503,
        error: 'late',
        response_headers: { 'content-type': 'text/plain' },
        response_body: 'ok',
      },
      expect.objectContaining({ number: 2, duration_ms: 3.25, response_headers: headers }),
    ]);
  });

  it('shows null for what an older record does not tell of an attempt', async () => {
    const old = {
      ...attempted(204, 9_000, 1, 'succeed'),
      account_id: OTHER_ACCOUNT,
      request_headers: null,
      timings: null,
    };
    await readAll(createDeliveryProjection(database.pool, quiet), recordsOf([old]), { partition: 2 });
    const delivery = await queries.getDelivery(old.account_id, old.delivery_id);
    expect(delivery?.attempts).toMatchObject([
      {
        request_headers: null,
        timings: { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: null, total_ms: 12.5 },
      },
    ]);
  });

  it('has none before its first attempt', async () => {
    expect(await queries.getDelivery(ACCOUNT, idOf(0))).toMatchObject({ status: 'pending', attempts: [] });
  });

  it('is not there for another account, nor where it does not exist', async () => {
    expect(await queries.getDelivery(OTHER_ACCOUNT, idOf(0))).toBeNull();
    expect(await queries.getDelivery(ACCOUNT, idOf(12_345))).toBeNull();
  });
});

describe('the stats', () => {
  it('are zeros for a subscription of which nothing is known', async () => {
    expect(await queries.getStats(SubscriptionId.parse('wh_unknown00'))).toEqual({
      total_deliveries: 0,
      successful_deliveries: 0,
      failed_deliveries: 0,
      pending_deliveries: 0,
      held_deliveries: 0,
      average_response_time: 0,
      p95_response_time: 0,
      last_delivery: null,
    });
  });

  it('count each delivery once, under where it stands, and give times in seconds', async () => {
    // Of every third delivery from 1 on, five succeeded and five are held.
    const stats = await queries.getStats(factsOf(1).subscription_id);
    expect(stats).toMatchObject({
      total_deliveries: 5,
      successful_deliveries: 5,
      failed_deliveries: 0,
      pending_deliveries: 0,
      held_deliveries: 5,
      average_response_time: 0.0125,
      last_delivery: at(12_500),
    });
    expect(Math.abs(stats.p95_response_time - 0.0125)).toBeLessThan(0.0125 * 0.01 + 1e-9);
  });

  it('count a cancelled delivery nowhere', async () => {
    // Of every third delivery from 2 on, five are retried and five were cancelled.
    expect(await queries.getStats(factsOf(2).subscription_id)).toMatchObject({
      total_deliveries: 0,
      pending_deliveries: 5,
      last_delivery: null,
    });
  });
});
