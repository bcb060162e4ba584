/**
 * Writes what a topic comes to. How far a partition has been read stands in the same transaction as the rows, so
 * every record counts exactly once: after a crash, under a rebalance with two projectors on one partition, and
 * when a chunk comes again.
 */
import pg from 'pg';
import { inTransaction } from './transaction.ts';

/** The records of one partition from `firstOffset` up to, not including, `nextOffset`, in order. */
export interface Records<Event> {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly nextOffset: bigint;
  /** Offsets without an event are passed over: nothing of ours stands there. */
  readonly records: readonly { readonly offset: bigint; readonly event: Event }[];
}

export type ProjectionResult =
  /** The read models hold every record below `nextOffset`, each once. */
  | { readonly kind: 'applied' }
  /** Nothing was written: records from `expectedOffset` on are missing before this chunk. */
  | { readonly kind: 'gap'; readonly expectedOffset: bigint }
  /** Nothing was written, and never will be: PostgreSQL cannot hold a value in one of the records. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Writes the rows that `events`, in order, come to. Never called with none. */
export type WriteEvents<Event> = (client: pg.PoolClient, events: readonly Event[]) => Promise<void>;

/**
 * Applies one chunk in one transaction. `projection` names whose offsets these are: one topic may go into several
 * projections. Rejects, with the chunk to be given again, while PostgreSQL is away.
 */
export async function applyRecords<Event>(
  pool: pg.Pool,
  projection: string,
  chunk: Records<Event>,
  write: WriteEvents<Event>,
): Promise<ProjectionResult> {
  try {
    return await inTransaction(pool, (client) => apply(client, projection, chunk, write), BEGIN);
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

// A server that crashes may forget the last transactions, rows and offsets together. The next chunk then
// leaves a gap and they are read again from Kafka: nothing is gained by waiting for the disk at each commit.
const BEGIN = 'begin; set local synchronous_commit = off';

async function apply<Event>(
  client: pg.PoolClient,
  projection: string,
  { topic, partition, firstOffset, nextOffset, records }: Records<Event>,
  write: WriteEvents<Event>,
): Promise<ProjectionResult> {
  const expectedOffset = await lockPartition(client, projection, topic, partition);
  if (firstOffset > expectedOffset) return { kind: 'gap', expectedOffset };
  if (nextOffset <= expectedOffset) return { kind: 'applied' };

  const events = records.filter(({ offset }) => offset >= expectedOffset).map(({ event }) => event);
  if (events.length > 0) await write(client, events);
  await client.query(
    'update projection_offsets set next_offset = $4 where projection = $1 and topic = $2 and partition = $3',
    [projection, topic, partition, String(nextOffset)],
  );
  return { kind: 'applied' };
}

/** Waits for whoever else is at work on the partition; answers the offset to go on from, 0 at first. */
async function lockPartition(
  client: pg.PoolClient,
  projection: string,
  topic: string,
  partition: number,
): Promise<bigint> {
  // An update that changes nothing locks the row and answers it, whether or not it was there.
  const { rows } = await client.query<{ next_offset: string }>(
    `insert into projection_offsets (projection, topic, partition, next_offset) values ($1, $2, $3, 0)
     on conflict (projection, topic, partition) do update set next_offset = projection_offsets.next_offset
     returning next_offset`,
    [projection, topic, partition],
  );
  return BigInt(rows[0]?.next_offset ?? 0);
}

/**
 * True for an error that lies in the data and so comes again each time: classes 22 (data exception) and 54
 * (program limit exceeded), https://www.postgresql.org/docs/current/errcodes-appendix.html.
 */
const isRefusal = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && /^(22|54)/.test(error.code ?? '');
