/** The table `held_deliveries`: the deliveries that no workflow carries, in the order in which they are released. */
import type { Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryTask, HeldDelivery } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';
import type { HeldChange } from '../kafka/event-log.ts';
import type { WriteEvents } from './apply-records.ts';
import { bulkUpsert } from './bulk-upsert.ts';

/** A delivery that waits to be released. */
export interface HeldRow {
  readonly task: DeliveryTask;
  readonly attemptsMade: number;
}

export interface HeldDeliveries {
  /** Resolves once the table holds all that `webhooks.held` tells at the time of the call. */
  caughtUp(signal: AbortSignal): Promise<void>;
  /**
   * The oldest `limit` held deliveries of a subscription that may be tried at `now` (null: whenever), without those
   * in `taken`: ids with the attempts that had been made when they were taken.
   */
  due(
    id: SubscriptionId,
    now: Date | null,
    taken: ReadonlyMap<DeliveryId, number>,
    limit: number,
  ): Promise<readonly HeldRow[]>;
  /** Those of `taken` of which the table has heard nothing new yet. */
  unchanged(taken: ReadonlyMap<DeliveryId, number>): Promise<ReadonlySet<DeliveryId>>;
  count(id: SubscriptionId): Promise<number>;
  /** When the first of them may be tried, in the past where one may be now; null where none is held. */
  nextDueAt(id: SubscriptionId): Promise<Date | null>;
  /** Every subscription that has something held. */
  subscriptions(): Promise<readonly SubscriptionId[]>;
}

/** Under which the offsets of the table are kept. */
export const HELD_PROJECTION = 'held';

const CAUGHT_UP_POLL_MS = 50;

/** `endOffsets`: for each partition of the topic, the offset after its last record. */
export const createHeldDeliveries = (
  pool: Pool,
  topic: string,
  endOffsets: () => Promise<ReadonlyMap<number, bigint>>,
): HeldDeliveries => ({
  async caughtUp(signal) {
    const ends = await endOffsets();
    for (;;) {
      const { rows } = await pool.query<{ partition: number; next_offset: string }>(
        'select partition, next_offset from projection_offsets where projection = $1 and topic = $2',
        [HELD_PROJECTION, topic],
      );
      const read = new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
      if ([...ends].every(([partition, end]) => (read.get(partition) ?? 0n) >= end)) return;
      await delay(CAUGHT_UP_POLL_MS, undefined, { signal });
    }
  },
  async due(id, now, taken, limit) {
    const { rows } = await pool.query<{ task: string; attempts_made: number }>(
      `select task, attempts_made from held_deliveries held
       where subscription_id = $1 and (not_before is null or $2::timestamptz is null or not_before <= $2)
         and not exists (
           select from unnest($3::text[], $4::integer[]) as taken (delivery_id, attempts_made)
           where taken.delivery_id = held.delivery_id and taken.attempts_made >= held.attempts_made)
       order by subscription_id, appended_at_ms, source_partition, source_offset, delivery_id limit $5`,
      [id, now, [...taken.keys()], [...taken.values()], limit],
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
  async nextDueAt(id) {
    const { rows } = await pool.query<{ due_at: Date | null }>(
      `select min(coalesce(not_before, timestamptz 'epoch')) as due_at
       from held_deliveries where subscription_id = $1`,
      [id],
    );
    return rows[0]?.due_at ?? null;
  },
  async subscriptions() {
    // Jumps from one subscription to the next in the index, however many deliveries each has.
    const { rows } = await pool.query<{ id: SubscriptionId }>(
      `with recursive ids as (
         (select subscription_id as id from held_deliveries order by subscription_id limit 1)
         union all
         select (select subscription_id from held_deliveries where subscription_id > ids.id
                 order by subscription_id limit 1)
         from ids where ids.id is not null)
       select id from ids where id is not null`,
    );
    return rows.map((row) => row.id);
  },
});

/** The task of a delivery that is held; null where it is not. */
export async function heldTask(pool: Pool, id: DeliveryId): Promise<DeliveryTask | null> {
  const { rows } = await pool.query<{ task: string }>(
    'select task from held_deliveries where delivery_id = $1',
    [id],
  );
  return rows[0] === undefined ? null : (JSON.parse(rows[0].task) as DeliveryTask);
}

/** Writes changes of `webhooks.held`, in order: the last one of each delivery counts. */
export const writeHeld: WriteEvents<HeldChange> = async (client, changes) => {
  const latest = [...new Map(changes.map((change) => [change.deliveryId, change])).values()];
  const ended = latest.filter(({ held }) => held === null).map(({ deliveryId }) => deliveryId);
  const held = latest.flatMap((change) => (change.held === null ? [] : [change.held]));
  if (ended.length > 0) {
    await client.query('delete from held_deliveries where delivery_id = any($1::text[])', [ended.sort()]);
  }
  if (held.length > 0) await client.query(upsertHeld(held));
};

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
  ],
  `(delivery_id) do update set not_before = excluded.not_before, attempts_made = excluded.attempts_made`,
);
