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

/** What became of one chunk. The read models held every record below `expectedOffset`, each once, when it came. */
export interface Applied {
  /** `applied`: they hold it now. `gap`: nothing of it was written, for records are missing before it. */
  readonly kind: 'applied' | 'gap';
  readonly expectedOffset: bigint;
}

export type ProjectionResult =
  /** One entry for each chunk, in their order. */
  | { readonly kind: 'written'; readonly each: readonly Applied[] }
  /** Nothing was written, and never will be: PostgreSQL cannot hold a value in one of the records. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Writes the rows that `events`, in order, come to. Never called with none. */
export type WriteEvents<Event> = (client: pg.PoolClient, events: readonly Event[]) => Promise<void>;

/**
 * Applies chunks of different partitions in one transaction. `projection` names whose offsets these are: one topic
 * may go into several projections. Rejects, with the chunks to be given again, while PostgreSQL is away.
 */
export async function applyRecords<Event>(
  pool: pg.Pool,
  projection: string,
  chunks: readonly Records<Event>[],
  write: WriteEvents<Event>,
): Promise<ProjectionResult> {
  try {
    const each = await inTransaction(pool, (client) => apply(client, projection, chunks, write));
    return { kind: 'written', each };
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

async function apply<Event>(
  client: pg.PoolClient,
  projection: string,
  chunks: readonly Records<Event>[],
  write: WriteEvents<Event>,
): Promise<readonly Applied[]> {
  const expected = await lockPartitions(client, projection, chunks);
  const isNew = (chunk: Records<Event>): boolean => {
    const offset = expected.get(partitionKey(chunk))!;
    return chunk.firstOffset <= offset && offset < chunk.nextOffset;
  };
  const toWrite = chunks.filter(isNew);
  const events = toWrite.flatMap((chunk) =>
    chunk.records
      .filter(({ offset }) => offset >= expected.get(partitionKey(chunk))!)
      .map(({ event }) => event),
  );
  if (events.length > 0) await write(client, events);
  if (toWrite.length > 0) await moveOffsets(client, projection, toWrite);
  return chunks.map((chunk) => {
    const expectedOffset = expected.get(partitionKey(chunk))!;
    return { kind: chunk.firstOffset > expectedOffset ? 'gap' : 'applied', expectedOffset };
  });
}

/** Where a projection goes on in a partition; null where it has read nothing of it. Rejects while PostgreSQL is away. */
export async function nextOffsetOf(
  pool: pg.Pool,
  projection: string,
  topic: string,
  partition: number,
): Promise<bigint | null> {
  const { rows } = await pool.query<{ next_offset: string }>(
    'select next_offset from projection_offsets where projection = $1 and topic = $2 and partition = $3',
    [projection, topic, partition],
  );
  return rows[0] === undefined ? null : BigInt(rows[0].next_offset);
}

type Place = Pick<Records<unknown>, 'topic' | 'partition'>;

const partitionKey = ({ topic, partition }: Place): string => `${topic}/${partition}`;

/** Waits for whoever else is at work on the partitions; answers the offset to go on from in each, 0 at first. */
async function lockPartitions(
  client: pg.PoolClient,
  projection: string,
  places: readonly Place[],
): Promise<ReadonlyMap<string, bigint>> {
  // An update that changes nothing locks the row and answers it, whether or not it was there. All projectors lock in
  // one order, and so never wait in a circle.
  const { rows } = await client.query<Place & { next_offset: string }>(
    `insert into projection_offsets (projection, topic, partition, next_offset)
     select $1, topic, partition, 0 from unnest($2::text[], $3::integer[]) as place (topic, partition)
     order by topic collate "C", partition
     on conflict (projection, topic, partition) do update set next_offset = projection_offsets.next_offset
     returning topic, partition, next_offset`,
    [projection, places.map(({ topic }) => topic), places.map(({ partition }) => partition)],
  );
  return new Map(rows.map((row) => [partitionKey(row), BigInt(row.next_offset)]));
}

async function moveOffsets(
  client: pg.PoolClient,
  projection: string,
  chunks: readonly Omit<Records<unknown>, 'records'>[],
): Promise<void> {
  await client.query(
    `update projection_offsets set next_offset = reached.next_offset
     from unnest($2::text[], $3::integer[], $4::bigint[]) as reached (topic, partition, next_offset)
     where projection = $1 and projection_offsets.topic = reached.topic
       and projection_offsets.partition = reached.partition`,
    [
      projection,
      chunks.map(({ topic }) => topic),
      chunks.map(({ partition }) => partition),
      chunks.map(({ nextOffset }) => String(nextOffset)),
    ],
  );
}

/**
 * True for an error that lies in the data and so comes again each time: classes 22 (data exception) and 54
 * (program limit exceeded), https://www.postgresql.org/docs/current/errcodes-appendix.html.
 */
const isRefusal = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && /^(22|54)/.test(error.code ?? '');
