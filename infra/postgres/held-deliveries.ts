/**
 * The table `held_deliveries`: the deliveries that no workflow of their own carries, in the order in which they are
 * released. Of a lane, one is its head: the oldest, and the only one that may be sent.
 */
import type { Pool, PoolClient } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import type { KnownOutcome } from '../../domain/deliver/still-owed.ts';
import type { DeliveryStatus, DeliveryTask, HeldDelivery } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';
import type { HeldRecord } from '../kafka/event-log.ts';
import { shareNext } from '../share-next.ts';
import type { WriteEvents } from './apply-records.ts';
import { bulkUpsert } from './bulk-upsert.ts';

/** A delivery that waits to be released. */
export interface HeldRow {
  readonly task: DeliveryTask;
  readonly attemptsMade: number;
  /** Null: as soon as may be. */
  readonly notBefore: Date | null;
  /** What the read model of deliveries knows of it; null where it has not heard of it. */
  readonly known: KnownOutcome | null;
}

/** Which held deliveries are asked for. */
export interface HeldPageQuery {
  readonly subscriptionId: SubscriptionId;
  /** Those that go to the subscription's fallback, or all others. */
  readonly standsIn: boolean;
  /** Those that may be tried now; null: whenever that is. */
  readonly now: Date | null;
  /** Ids that are left out, with the attempts that had been made when they were taken. */
  readonly taken: ReadonlyMap<DeliveryId, number>;
  /** Lanes that are left out. */
  readonly busyLanes: ReadonlySet<string>;
  /** How many lanes and single deliveries at most. */
  readonly heads: number;
  /** How many of one lane at most. */
  readonly perLane: number;
  /** No more are answered once they come to so many bytes; at least one is. */
  readonly bytes: number;
}

export interface HeldDeliveries {
  /** Resolves once the table holds all that `webhooks.held` tells at the time of the call. */
  caughtUp(signal: AbortSignal): Promise<void>;
  /**
   * The oldest that may be tried, each with those that stand behind it in its lane, all in order. A lane whose head is
   * left out or may not be tried is left out whole.
   */
  page(query: HeldPageQuery): Promise<readonly HeldRow[]>;
  /** Some of all that a subscription has held, at most `limit` and no more once they come to `bytes`, none in `taken`. */
  any(
    id: SubscriptionId,
    taken: ReadonlyMap<DeliveryId, number>,
    limit: number,
    bytes: number,
  ): Promise<readonly Pick<HeldRow, 'task' | 'attemptsMade'>[]>;
  /** Those of `taken` of which the table has heard nothing new yet. */
  unchanged(taken: ReadonlyMap<DeliveryId, number>): Promise<ReadonlySet<DeliveryId>>;
  count(id: SubscriptionId): Promise<number>;
  /**
   * When the first of them may be tried, in the past where one may be now; null where none is held. `after`: of those
   * that may not be tried before that.
   */
  nextDueAt(id: SubscriptionId, standsIn: boolean, after?: Date): Promise<Date | null>;
  /** Every subscription that has something held, and whether any of it may be tried at `now`. */
  subscriptions(now: Date): Promise<readonly { readonly id: SubscriptionId; readonly isDue: boolean }[]>;
}

/** Under which the offsets of the table are kept. */
export const HELD_PROJECTION = 'held';

const CAUGHT_UP_POLL_MS = 50;

/** `endOffsets`: for each partition of the topic, the offset after its last record. */
export function createHeldDeliveries(
  pool: Pool,
  topic: string,
  endOffsets: () => Promise<ReadonlyMap<number, bigint>>,
): HeldDeliveries {
  return { caughtUp: createCaughtUp(pool, topic, endOffsets), ...questions(pool) };
}

/** Hundreds of releases may begin together, as when a worker starts: they look together. */
function createCaughtUp(
  pool: Pool,
  topic: string,
  endOffsets: () => Promise<ReadonlyMap<number, bigint>>,
): HeldDeliveries['caughtUp'] {
  const newest = shareNext(endOffsets);
  const read = shareNext(async () => {
    const { rows } = await pool.query<{ partition: number; next_offset: string }>(
      'select partition, next_offset from projection_offsets where projection = $1 and topic = $2',
      [HELD_PROJECTION, topic],
    );
    return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
  });
  return async (signal) => {
    const ends = await newest();
    for (;;) {
      const offsets = await read();
      if ([...ends].every(([partition, end]) => (offsets.get(partition) ?? 0n) >= end)) return;
      await delay(CAUGHT_UP_POLL_MS, undefined, { signal });
    }
  };
}

const questions = (pool: Pool): Omit<HeldDeliveries, 'caughtUp'> => ({
  async page({ subscriptionId, standsIn, now, taken, busyLanes, heads, perLane, bytes }) {
    const { rows } = await pool.query<StoredHeld>(
      `select line.task, line.attempts_made, line.not_before, delivery.status, delivery.attempts
       from (
       select line.*, sum(octet_length(line.task)) over (
         order by line.appended_at_ms, line.source_partition, line.source_offset, line.delivery_id
         rows between unbounded preceding and 1 preceding) as bytes_before
       from (
         select subscription_id, lane, delivery_id, ${IN_ORDER} from held_deliveries head
         where is_head and subscription_id = $1 and stands_in = $2
           and ($3::timestamptz is null or not_before is null or not_before <= $3)
           and ${NOT_TAKEN('head', '$4', '$5')}
           and (lane is null or lane <> all($6::text[]))
         order by subscription_id, stands_in, ${IN_ORDER}, delivery_id limit $7) head
       cross join lateral (
         (select * from held_deliveries where delivery_id = head.delivery_id and head.lane is null)
         union all
         (select * from held_deliveries behind
          where behind.subscription_id = head.subscription_id and behind.lane = head.lane
          order by subscription_id, lane, ${IN_ORDER}, delivery_id limit $8)) line) line
       left join deliveries delivery on delivery.id = line.delivery_id
       where coalesce(line.bytes_before, 0) < $9
       order by line.appended_at_ms, line.source_partition, line.source_offset, line.delivery_id`,
      [
        subscriptionId,
        standsIn,
        now,
        [...taken.keys()],
        [...taken.values()],
        [...busyLanes],
        heads,
        perLane,
        bytes,
      ],
    );
    return rows.map(({ task, attempts_made: attemptsMade, not_before: notBefore, status, attempts }) => ({
      task: JSON.parse(task) as DeliveryTask,
      attemptsMade,
      notBefore,
      known: status === null || attempts === null ? null : { status, attempts },
    }));
  },
  async any(id, taken, limit, bytes) {
    const { rows } = await pool.query<Pick<StoredHeld, 'task' | 'attempts_made'>>(
      `select task, attempts_made from (
         select task, attempts_made, sum(octet_length(task)) over (
           order by delivery_id rows between unbounded preceding and 1 preceding) as bytes_before
         from (
           select delivery_id, task, attempts_made from held_deliveries held
           where subscription_id = $1 and ${NOT_TAKEN('held', '$2', '$3')} limit $4) first) sized
       where coalesce(bytes_before, 0) < $5`,
      [id, [...taken.keys()], [...taken.values()], limit, bytes],
    );
    return rows.map((row) => ({
      task: JSON.parse(row.task) as DeliveryTask,
      attemptsMade: row.attempts_made,
    }));
  },
  async unchanged(taken) {
    const { rows } = await pool.query<{ delivery_id: DeliveryId }>(
      `select delivery_id from held_deliveries
       join unnest($1::text[], $2::integer[]) as taken (id, made) on id = delivery_id and made >= attempts_made`,
      [[...taken.keys()], [...taken.values()]],
    );
    return new Set(rows.map((row) => row.delivery_id));
  },
  async count(id) {
    const { rows } = await pool.query<{ count: number }>(
      'select count(*)::integer as count from held_deliveries where subscription_id = $1',
      [id],
    );
    return rows[0]?.count ?? 0;
  },
  async nextDueAt(id, standsIn, after) {
    const { rows } = await pool.query<{ due_at: Date | null }>(
      `select min(coalesce(not_before, timestamptz 'epoch')) as due_at
       from held_deliveries where is_head and subscription_id = $1 and stands_in = $2
         and ($3::timestamptz is null or not_before > $3)`,
      [id, standsIn, after],
    );
    return rows[0]?.due_at ?? null;
  },
  async subscriptions(now) {
    // Jumps from one subscription to the next in the index, however many deliveries each has.
    const { rows } = await pool.query<{ id: SubscriptionId; is_due: boolean }>(
      `with recursive ids as (
         (select subscription_id as id from held_deliveries order by subscription_id limit 1)
         union all
         select (select subscription_id from held_deliveries where subscription_id > ids.id
                 order by subscription_id limit 1)
         from ids where ids.id is not null)
       select id, exists (
         select from held_deliveries where is_head and subscription_id = id
           and (not_before is null or not_before <= $1)) as is_due
       from ids where id is not null`,
      [now],
    );
    return rows.map((row) => ({ id: row.id, isDue: row.is_due }));
  },
});

interface StoredHeld {
  readonly task: string;
  readonly attempts_made: number;
  readonly not_before: Date | null;
  readonly status: DeliveryStatus | null;
  readonly attempts: number | null;
}

/** The order of release: that in which the events were appended to Kafka. */
const IN_ORDER = 'appended_at_ms, source_partition, source_offset';

/** True for the rows of `table` that are none of those in the parameters `ids` and `made`. */
const NOT_TAKEN = (table: string, ids: string, made: string): string =>
  `not exists (
     select from unnest(${ids}::text[], ${made}::integer[]) as taken (delivery_id, attempts_made)
     where taken.delivery_id = ${table}.delivery_id and taken.attempts_made >= ${table}.attempts_made)`;

/** A delivery that is held; null where it is not. */
export async function heldDeliveryOf(
  pool: Pool,
  id: DeliveryId,
): Promise<Pick<HeldRow, 'task' | 'attemptsMade'> | null> {
  const { rows } = await pool.query<Pick<StoredHeld, 'task' | 'attempts_made'>>(
    'select task, attempts_made from held_deliveries where delivery_id = $1',
    [id],
  );
  const row = rows[0];
  return row === undefined
    ? null
    : { task: JSON.parse(row.task) as DeliveryTask, attemptsMade: row.attempts_made };
}

/** Writes records of `webhooks.held`, in order: the last one of each delivery counts. */
export const writeHeld: WriteEvents<HeldRecord> = async (client, records) => {
  const { held, ended, hurried } = latestOf(records);
  await hurry(client, hurried);
  // One after the other: what is written last must see the rows before it.
  const left = await remove(client, ended);
  if (held.length > 0) await client.query(upsertHeld(held));
  await appointHeads(client, [...left, ...held.map(({ task }) => laneOf(task))]);
};

interface Latest {
  readonly held: readonly HeldDelivery[];
  readonly ended: readonly DeliveryId[];
  /** What is to be tried now, with the attempts that had been made. */
  readonly hurried: ReadonlyMap<DeliveryId, number>;
}

function latestOf(records: readonly HeldRecord[]): Latest {
  const latest = new Map<DeliveryId, HeldDelivery | null>();
  const hurried = new Map<DeliveryId, number>();
  for (const record of records) {
    if (record.change === 'hold') latest.set(record.held.task.deliveryId, record.held);
    if (record.change === 'end') latest.set(record.deliveryId, null);
    if (record.change !== 'hurry') continue;
    const { deliveryId, attemptsMade } = record;
    const here = latest.get(deliveryId);
    if (here?.attempts_made === attemptsMade) latest.set(deliveryId, { ...here, not_before: null });
    else if (here === undefined) hurried.set(deliveryId, attemptsMade);
  }
  return {
    held: [...latest.values()].filter((one) => one !== null),
    ended: [...latest].filter(([, one]) => one === null).map(([id]) => id),
    hurried,
  };
}

async function hurry(client: PoolClient, hurried: ReadonlyMap<DeliveryId, number>): Promise<void> {
  if (hurried.size === 0) return;
  await client.query(
    `update held_deliveries set not_before = null
     from unnest($1::text[], $2::integer[]) as hurried (id, made)
     where delivery_id = hurried.id and attempts_made = hurried.made`,
    [[...hurried.keys()], [...hurried.values()]],
  );
}

/** A lane, or null for a delivery that has none. */
type Lane = readonly [subscriptionId: SubscriptionId, lane: string] | null;

const laneOf = ({ subscriptionId, lane }: DeliveryTask): Lane =>
  lane === undefined ? null : [subscriptionId, lane];

/** Answers the lanes that they have left. */
async function remove(client: PoolClient, ids: readonly DeliveryId[]): Promise<readonly Lane[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<{ subscription_id: SubscriptionId; lane: string | null }>(
    'delete from held_deliveries where delivery_id = any($1::text[]) returning subscription_id, lane',
    [[...ids].sort()],
  );
  return rows.map((row) => (row.lane === null ? null : [row.subscription_id, row.lane]));
}

/**
 * Says anew which delivery is the head of each of `lanes`. All records of a lane are in one partition, so nobody else
 * is at work on them.
 */
async function appointHeads(client: PoolClient, lanes: readonly Lane[]): Promise<void> {
  const distinct = [...new Map(lanes.filter((lane) => lane !== null).map((lane) => [lane.join(' '), lane]))];
  if (distinct.length === 0) return;
  const touched = [distinct.map(([, [id]]) => id), distinct.map(([, [, lane]]) => lane)];
  const heads = `
    select head.delivery_id, touched.subscription_id, touched.lane
    from unnest($1::text[], $2::text[]) as touched (subscription_id, lane)
    cross join lateral (
      select delivery_id from held_deliveries held
      where held.subscription_id = touched.subscription_id and held.lane = touched.lane
      order by subscription_id, lane, ${IN_ORDER}, delivery_id limit 1) head`;
  // Before the new ones are appointed: a lane has one head.
  await client.query(
    `update held_deliveries held set is_head = false from (${heads}) head
     where held.is_head and held.subscription_id = head.subscription_id and held.lane = head.lane
       and held.delivery_id <> head.delivery_id`,
    touched,
  );
  await client.query(
    `update held_deliveries held set is_head = true from (${heads}) head
     where held.delivery_id = head.delivery_id and not held.is_head`,
    touched,
  );
}

const upsertHeld = bulkUpsert<HeldDelivery>(
  'held_deliveries',
  [
    { name: 'delivery_id', type: 'text', value: ({ task }) => task.deliveryId },
    { name: 'subscription_id', type: 'text', value: ({ task }) => task.subscriptionId },
    { name: 'appended_at_ms', type: 'bigint', value: ({ task }) => task.appendedAtMs },
    { name: 'source_partition', type: 'integer', value: ({ task }) => task.source.partition },
    { name: 'source_offset', type: 'bigint', value: ({ task }) => task.source.offset },
    { name: 'not_before', type: 'timestamptz', value: (held) => held.not_before },
    { name: 'attempts_made', type: 'integer', value: (held) => held.attempts_made },
    { name: 'task', type: 'text', value: ({ task }) => JSON.stringify(task) },
    { name: 'lane', type: 'text', value: ({ task }) => task.lane ?? null },
    { name: 'stands_in', type: 'boolean', value: ({ task }) => task.standsInFor !== undefined },
    // The head of a lane is appointed once all of its rows are there.
    { name: 'is_head', type: 'boolean', value: ({ task }) => task.lane === undefined },
  ],
  // A record that was appended twice does not take attempts back.
  `(delivery_id) do update set
     not_before = excluded.not_before, attempts_made = excluded.attempts_made, task = excluded.task
   where excluded.attempts_made >= held_deliveries.attempts_made`,
);
