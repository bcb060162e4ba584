/**
 * A topic on its way into tables: decodes the records of a chunk and has them written with the offset that they
 * reach, together with the chunks of other partitions that are there by then: a transaction costs the same whatever
 * is in it. Each record counts exactly once, whatever dies; one that is none of ours is logged and passed over, and
 * never stops its partition.
 */
import type { Pool } from 'pg';
import type { Chunk, ChunkResult } from '../kafka/chunk-consumer.ts';
import type { Decoded } from '../kafka/event-log.ts';
import { createSpacedBatches } from '../spaced-batches.ts';
import type { Extent } from '../kafka/topics.ts';
import {
  type Applied,
  applyRecords,
  nextOffsetOf,
  type Records,
  type WriteEvents,
} from '../postgres/apply-records.ts';
import type { Logger } from '../telemetry.ts';

/** What a projection needs of a chunk of its topic. */
export type LogChunk = Pick<Chunk, 'topic' | 'partition' | 'firstOffset' | 'nextOffset'> & {
  readonly records: readonly (Pick<Chunk['records'][number], 'offset' | 'value'> &
    Partial<Pick<Chunk['records'][number], 'key'>>)[];
  /** By default the chunk is the newest that there is. */
  readonly endOffset?: bigint;
};

export interface Projection {
  /**
   * Applies a chunk; `seekTo` where records before it are missing. Rejects while PostgreSQL is away, and where it has
   * read further than Kafka goes: nothing of the chunk is lost or counted twice when it is given again.
   */
  handle(chunk: LogChunk): Promise<ChunkResult>;
  /** Where it goes on in a partition; null where it has read nothing of it. Rejects while PostgreSQL is away. */
  positionOf(topic: string, partition: number): Promise<bigint | null>;
}

/** What is asked of the world around a projection. */
export interface ProjectionDeps {
  readonly pool: Pool;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Asked only where a chunk does not follow what was read before. By default a topic has everything. */
  readonly extentOf?: (topic: string, partition: number) => Promise<Extent>;
  /** How long after one of so many records the next transaction begins. By default at once. */
  readonly everyMs?: (records: number) => number;
}

/** How the records of its topics become rows. */
export interface ProjectionRule<Event> {
  /** Under which the offsets are kept. */
  readonly name: string;
  readonly decode: (value: Buffer | null, topic: string, key: string | null) => Decoded<Event>;
  readonly write: WriteEvents<Event>;
}

const EVERYTHING: Extent = { low: 0n, high: 2n ** 63n };

/** Of one transaction, unless a single chunk has more. */
const MOST_RECORDS = 1_000;

interface Waiting<Event> {
  readonly chunk: Records<Event>;
  readonly isBehind: boolean;
  readonly resolve: (applied: Applied) => void;
  readonly reject: (error: unknown) => void;
}

/** A projection that writes with connections of `deps.pool`, one at a time. */
export function createProjection<Event>(
  { name, decode, write }: ProjectionRule<Event>,
  { pool, logger, extentOf = () => Promise.resolve(EVERYTHING), everyMs = () => 0 }: ProjectionDeps,
): Projection {
  const batches = createSpacedBatches<Waiting<Event>>({
    everyMs,
    // What has more behind it on Kafka waits for nothing.
    weightOf: ({ chunk, isBehind }) => (isBehind ? MOST_RECORDS : chunk.records.length),
    fullWeight: MOST_RECORDS,
    work: applyTogether,
  });

  const apply = (chunk: Records<Event>, isBehind: boolean): Promise<Applied> =>
    new Promise((resolve, reject) => batches.add({ chunk, isBehind, resolve, reject }));

  async function applyTogether(batch: readonly Waiting<Event>[]): Promise<void> {
    // A partition that was taken away and given back may be here twice: in turn, then.
    const first = batch.filter(
      ({ chunk }, index) => index === batch.findIndex((other) => isSame(other, chunk)),
    );
    const later = batch.filter((one) => !first.includes(one));
    try {
      const result = await applyRecords(
        pool,
        name,
        first.map(({ chunk }) => chunk),
        write,
      );
      if (result.kind === 'written') first.forEach(({ resolve }, index) => resolve(result.each[index]!));
      else for (const one of first) await applyAlone(one.chunk).then(one.resolve, one.reject);
    } catch (error) {
      for (const { reject } of first) reject(error);
    }
    if (later.length > 0) await applyTogether(later);
  }

  /** Halves a chunk that is refused until the record at fault stands alone, and passes over that one. */
  async function applyAlone(chunk: Records<Event>): Promise<Applied> {
    const result = await applyRecords(pool, name, [chunk], write);
    if (result.kind === 'written') return result.each[0]!;
    const { topic, partition, firstOffset, records } = chunk;
    if (records.length === 0) throw new Error(`PostgreSQL refused an empty chunk: ${result.reason}`);
    if (records.length === 1) {
      const offset = String(records[0]?.offset);
      logger.error({ topic, partition, offset, reason: result.reason }, 'passed over an unstorable record');
      return applyAlone({ ...chunk, records: [] });
    }
    const half = records.length >> 1;
    const middle = records[half]?.offset ?? firstOffset;
    const first = await applyAlone({ ...chunk, nextOffset: middle, records: records.slice(0, half) });
    if (first.kind === 'gap') return first;
    return applyAlone({ ...chunk, firstOffset: middle, records: records.slice(half) });
  }

  function decodeAll({ topic, partition, records }: LogChunk): Records<Event>['records'] {
    return records.flatMap(({ offset, key = null, value }) => {
      const decoded = decode(value, topic, key);
      if (decoded.ok) return [{ offset, event: decoded.event }];
      const about = { topic, partition, offset: String(offset), reason: decoded.reason };
      logger.error(about, 'passed over a foreign record');
      return [];
    });
  }

  return {
    async handle(chunk) {
      const { topic, partition, firstOffset, nextOffset, endOffset = nextOffset } = chunk;
      const isBehind = nextOffset < endOffset;
      const decoded = { ...chunk, records: decodeAll(chunk) };
      const { kind, expectedOffset } = await apply(decoded, isBehind);
      if (kind === 'applied' && expectedOffset <= endOffset) return 'done';

      const { low, high } = await extentOf(topic, partition);
      if (kind === 'applied') {
        // Another projector may have read what came after this chunk was fetched.
        if (expectedOffset <= high) return 'done';
        throw new AheadOfKafka(`${topic}/${partition}`, expectedOffset, high);
      }
      if (low <= expectedOffset) return { seekTo: expectedOffset };
      if (firstOffset > low) return { seekTo: low };
      logger.warn(
        { topic, partition, from: String(expectedOffset), to: String(firstOffset) },
        'records outlived the retention of their topic before they were read',
      );
      const afterTheLoss = await apply({ ...decoded, firstOffset: expectedOffset }, isBehind);
      return afterTheLoss.kind === 'applied' ? 'done' : { seekTo: afterTheLoss.expectedOffset };
    },
    positionOf: (topic, partition) => nextOffsetOf(pool, name, topic, partition),
  };
}

/** The tables are of another Kafka, or of records that this one has lost: to go on would pass over as many new ones. */
class AheadOfKafka extends Error {
  constructor(place: string, expectedOffset: bigint, high: bigint) {
    super(
      `PostgreSQL has read ${place} up to ${expectedOffset}, and Kafka has it up to ${high}: run webhooks rebuild`,
    );
  }
}

const isSame = <Event>({ chunk: { topic, partition } }: Waiting<Event>, other: Records<Event>): boolean =>
  topic === other.topic && partition === other.partition;
