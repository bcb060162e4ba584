/** The table `subscription_states`: all subscriptions as `webhooks.subscriptions` tells them, written and read. */
import type { Pool, PoolClient } from 'pg';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { SNAPSHOT_FORMAT, StoredSubscription } from '../../schemas/subscription-snapshot.ts';
import type { WriteEvents } from './apply-records.ts';
import { bulkUpsert } from './bulk-upsert.ts';
import { inTransaction } from './transaction.ts';

/** Under which the offsets of the snapshot are kept. */
export const SUBSCRIPTION_STATES = `subscription-states-${SNAPSHOT_FORMAT}`;

/** Rows of one answer. */
const PAGE_ROWS = 5_000;

/** A subscription after an event that it had not seen; null where it had. `absent` before the first. */
export type EvolveUnseen = (state: Subscription | undefined, event: SubscriptionEvent) => Subscription | null;

/** Folds events into the states that are there. */
export const writeSubscriptionStates =
  (evolve: EvolveUnseen): WriteEvents<SubscriptionEvent> =>
  async (client, events) => {
    const ids = [...new Set(events.map((event) => event.subscription_id))].sort();
    const before = await lockStates(client, ids);
    const after = new Map<SubscriptionId, StoredSubscription>();
    for (const event of events) {
      const id = event.subscription_id;
      const state = evolve(after.get(id) ?? before.get(id), event);
      if (state !== null && state.status !== 'absent') after.set(id, state);
    }
    if (after.size > 0) await client.query(upsertStates([...after.values()]));
  };

async function lockStates(
  client: PoolClient,
  ids: readonly SubscriptionId[],
): Promise<ReadonlyMap<SubscriptionId, StoredSubscription>> {
  const { rows } = await client.query<{ state: string }>(
    'select state from subscription_states where format = $1 and id = any($2::text[]) order by id for update',
    [SNAPSHOT_FORMAT, ids],
  );
  return new Map(rows.map(({ state }) => stored(state)).map((state) => [state.id, state]));
}

const stored = (state: string): StoredSubscription => StoredSubscription.parse(JSON.parse(state));

const upsertStates = bulkUpsert<StoredSubscription>(
  'subscription_states',
  [
    { name: 'format', type: 'integer', value: () => SNAPSHOT_FORMAT },
    { name: 'id', type: 'text', value: (state) => state.id },
    { name: 'version', type: 'bigint', value: (state) => state.version },
    { name: 'state', type: 'text', value: (state) => JSON.stringify(state) },
  ],
  '(format, id) do update set version = excluded.version, state = excluded.state',
);

/** What the snapshot holds: every change below these offsets, by partition. */
export type SnapshotOffsets = ReadonlyMap<number, bigint>;

/**
 * Hands over all states, and answers how far the log had been read for them: all of one moment. `isUsable` is asked
 * first; where it answers false nothing is handed over. Rejects while PostgreSQL is away, and for a state that is
 * none of this format; some may have been handed over then.
 */
export async function loadSubscriptionStates(
  pool: Pool,
  topic: string,
  isUsable: (offsets: SnapshotOffsets) => boolean,
  onState: (state: StoredSubscription) => void,
): Promise<'loaded' | 'unusable'> {
  return inTransaction(pool, (client) => load(client, topic, isUsable, onState), BEGIN);
}

// The locks come before the transaction's snapshot is taken: a rebuild cannot put other tables in their place between
// the two readings, and what it has put there before is seen.
const BEGIN = `begin isolation level repeatable read read only;
  lock table projection_offsets, subscription_states in access share mode`;

async function load(
  client: PoolClient,
  topic: string,
  isUsable: (offsets: SnapshotOffsets) => boolean,
  onState: (state: StoredSubscription) => void,
): Promise<'loaded' | 'unusable'> {
  const { rows } = await client.query<{ partition: number; next_offset: string }>(
    'select partition, next_offset from projection_offsets where projection = $1 and topic = $2',
    [SUBSCRIPTION_STATES, topic],
  );
  if (!isUsable(new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)])))) return 'unusable';
  for (let after = ''; ;) {
    const page = await client.query<{ id: string; state: string }>(
      'select id, state from subscription_states where format = $1 and id > $2 order by id limit $3',
      [SNAPSHOT_FORMAT, after, PAGE_ROWS],
    );
    for (const { state } of page.rows) onState(stored(state));
    const last = page.rows.at(-1);
    if (last === undefined) return 'loaded';
    after = last.id;
  }
}
