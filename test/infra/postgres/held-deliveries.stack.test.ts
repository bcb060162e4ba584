/** Held deliveries and their lanes, in real tables. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HeldRecord } from '../../../infra/kafka/event-log.ts';
import {
  createHeldDeliveries,
  type HeldDeliveries,
  heldDeliveryOf,
  type HeldPageQuery,
  writeHeld,
} from '../../../infra/postgres/held-deliveries.ts';
import { inTransaction } from '../../../infra/postgres/transaction.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../../schemas/ids.ts';
import { createTestDatabase, startTestServer, type TestDatabase, type TestServer } from './test-database.ts';

let server: TestServer;
let database: TestDatabase;
let held: HeldDeliveries;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  database = await createTestDatabase(server);
  held = createHeldDeliveries(database.pool, 'webhooks.held', () => Promise.resolve(new Map()));
});
afterEach(async () => {
  await database.pool.end();
});

const SUBSCRIPTION = 'wh_00000000000000000001' as SubscriptionId;
const NOW = new Date('2024-01-15T10:30:00.000Z');
const LATER = '2024-01-15T11:00:00.000Z';

const idOf = (index: number): DeliveryId => `del_${String(index).padStart(32, '0')}` as DeliveryId;
/** The delivery of event `index`, which is also its place. */
const taskOf = (index: number, more: Partial<DeliveryTask> = {}): DeliveryTask => ({
  deliveryId: idOf(index),
  subscriptionId: SUBSCRIPTION,
  subscriptionVersion: 1,
  accountId: 'default' as AccountId,
  eventId: `evt_${index}` as EventId,
  eventType: 'workflow.completed',
  occurredAt: NOW.toISOString(),
  source: { topic: 'platform.events', partition: 0, offset: String(index) },
  appendedAtMs: 1_705_314_600_000 + index,
  body: '{}',
  traceId: '0'.repeat(32),
  ...more,
});
const hold = (task: DeliveryTask, attemptsMade = 0, notBefore: string | null = null): HeldRecord => ({
  change: 'hold',
  held: { schema_version: 1, task, attempts_made: attemptsMade, not_before: notBefore },
});
const end = (index: number): HeldRecord => ({ change: 'end', deliveryId: idOf(index) });

const write = (...records: readonly HeldRecord[]): Promise<void> =>
  inTransaction(database.pool, (client) => writeHeld(client, records));
/** The indexes of a page. */
const page = async (query: Partial<HeldPageQuery> = {}): Promise<number[]> => {
  const rows = await held.page({
    subscriptionId: SUBSCRIPTION,
    standsIn: false,
    now: NOW,
    taken: new Map(),
    busyLanes: new Set(),
    heads: 100,
    perLane: 100,
    bytes: 1_000_000,
    ...query,
  });
  return rows.map(({ task }) => Number(task.source.offset));
};
const heads = (query: Partial<HeldPageQuery> = {}): Promise<number[]> => page({ ...query, perLane: 1 });

it('answers the oldest of each lane and all that have none, in order', async () => {
  await write(
    hold(taskOf(3, { lane: 'b' })),
    hold(taskOf(1, { lane: 'a' })),
    hold(taskOf(2, { lane: 'a' })),
    hold(taskOf(0)),
    hold(taskOf(4)),
  );
  expect(await heads()).toEqual([0, 1, 3, 4]);
  expect(await page()).toEqual([0, 1, 2, 3, 4]);
  expect(await page({ heads: 2 })).toEqual([0, 1, 2]);
});

it('puts one that comes late at its place, before those that came later', async () => {
  await write(hold(taskOf(2, { lane: 'a' })));
  await write(hold(taskOf(1, { lane: 'a' })));
  expect(await heads()).toEqual([1]);
  await write(end(1));
  expect(await heads()).toEqual([2]);
});

it('leaves out a lane whose first delivery waits, is on its way or is busy, and no other', async () => {
  const lanes = ['a', 'b', 'c', 'd'].map((lane, index) => [
    hold(taskOf(index, { lane })),
    hold(taskOf(index + 10, { lane })),
  ]);
  await write(...lanes.flat());
  await write(hold(taskOf(0, { lane: 'a' }), 1, LATER));
  const query = { taken: new Map([[idOf(1), 0]]), busyLanes: new Set(['c']) };
  expect(await page(query)).toEqual([3, 13]);
  expect(await page({ ...query, now: new Date(LATER) })).toEqual([0, 3, 10, 13]);
});

it('answers no more once they come to so many bytes, and always one', async () => {
  const body = 'x'.repeat(1_000);
  await write(...[0, 1, 2, 3].map((index) => hold(taskOf(index, { body }))));
  expect(await page({ bytes: 2_500 })).toEqual([0, 1]);
  expect(await page({ bytes: 1 })).toEqual([0]);
  expect(await held.any(SUBSCRIPTION, new Map(), 100, 2_500)).toHaveLength(2);
});

it('does not wait for a delivery that stands behind the first of its lane', async () => {
  await write(hold(taskOf(1, { lane: 'a' }), 1, LATER), hold(taskOf(2, { lane: 'a' })));
  expect(await held.nextDueAt(SUBSCRIPTION, false)).toEqual(new Date(LATER));
});

it('tells when the first is due of those that are not due now', async () => {
  await write(hold(taskOf(1)), hold(taskOf(2), 1, LATER));
  expect(await held.nextDueAt(SUBSCRIPTION, false)).toEqual(new Date(0));
  expect(await held.nextDueAt(SUBSCRIPTION, false, NOW)).toEqual(new Date(LATER));
  expect(await held.nextDueAt(SUBSCRIPTION, false, new Date(LATER))).toBeNull();
});

it('keeps what goes to the fallback apart', async () => {
  await write(hold(taskOf(1)), hold(taskOf(2, { standsInFor: idOf(9) })));
  expect(await page()).toEqual([1]);
  expect(await page({ standsIn: true })).toEqual([2]);
});

it('has a delivery tried now that stands as it was seen, and no other', async () => {
  await write(hold(taskOf(1), 1, LATER), hold(taskOf(2), 2, LATER));
  await write(
    { change: 'hurry', deliveryId: idOf(1), attemptsMade: 1 },
    { change: 'hurry', deliveryId: idOf(2), attemptsMade: 1 },
    { change: 'hurry', deliveryId: idOf(3), attemptsMade: 1 },
  );
  expect(await page()).toEqual([1]);
  await write(hold(taskOf(3), 1, LATER), { change: 'hurry', deliveryId: idOf(3), attemptsMade: 1 });
  expect(await page()).toEqual([1, 3]);
});

it('takes no attempt back when a record is appended twice', async () => {
  await write(hold(taskOf(1), 2, LATER));
  await write(hold(taskOf(1), 0));
  expect(await heldDeliveryOf(database.pool, idOf(1))).toMatchObject({ attemptsMade: 2 });
});

it('is the same however the records are cut into transactions', async () => {
  const record = fc.record({ index: fc.nat(7), ends: fc.boolean(), attempts: fc.nat(2) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      async (log, size) => {
        await database.pool.query('delete from held_deliveries');
        const there = new Map<number, number>();
        const records = log.map(({ index, ends, attempts }) => {
          if (ends) {
            there.delete(index);
            return end(index);
          }
          const made = Math.max(attempts, there.get(index) ?? 0);
          there.set(index, made);
          return hold(taskOf(index, { lane: `lane ${index % 3}` }), made);
        });
        for (let from = 0; from < records.length; from += size)
          await write(...records.slice(from, from + size));
        const left = [...there.keys()].sort((a, b) => a - b);
        expect(await page()).toEqual(left);
        expect(await heads()).toEqual(
          left.filter((one) => left.find((other) => other % 3 === one % 3) === one),
        );
      },
    ),
    { numRuns: 40 },
  );
});

describe('with a lane of 20,000 deliveries that is stuck, and 2,000 other lanes', () => {
  beforeEach(async () => {
    const stuck = Array.from({ length: 20_000 }, (_, index) => hold(taskOf(index, { lane: 'stuck' })));
    const others = Array.from({ length: 2_000 }, (_, index) => {
      return hold(taskOf(20_000 + index, { lane: `lane ${index}` }));
    });
    for (let from = 0; from < stuck.length; from += 1_000) await write(...stuck.slice(from, from + 1_000));
    await write(...others);
    await write(hold(taskOf(0, { lane: 'stuck' }), 1, LATER));
    await database.pool.query('analyze held_deliveries');
  });

  it('a page has the other lanes, and reads hardly more rows than it answers', async () => {
    expect(await page({ heads: 3 })).toEqual([20_000, 20_001, 20_002]);
    const { rows } = await database.pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>({
      ...(await lastQuery(() => page({ heads: 250, perLane: 8 }))),
    });
    expect(rowsRead(rows[0]!['QUERY PLAN'][0].Plan)).toBeLessThan(2_500);
  });
});

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
  readonly 'Relation Name'?: string;
}
const rowsRead = (plan: Plan): number =>
  (plan['Relation Name'] === 'held_deliveries'
    ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
    : 0) + (plan.Plans ?? []).reduce((sum, child) => sum + rowsRead(child), 0);

/** The statement that `ask` makes, to be explained. */
async function lastQuery(ask: () => Promise<unknown>): Promise<{ text: string; values: unknown[] }> {
  const { pool } = database;
  const original = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>;
  let asked = { text: '', values: [] as unknown[] };
  pool.query = ((text: string, values: unknown[]) => {
    asked = { text: `explain (analyze, format json) ${text}`, values };
    return original(text, values);
  }) as typeof pool.query;
  await ask();
  pool.query = original as typeof pool.query;
  return asked;
}
