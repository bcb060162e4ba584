/**
 * Builds the read models again from Kafka. New tables are made beside the old ones, which are read and go on being
 * written meanwhile; then the new ones take their place in one transaction. Nothing is lost at that moment: each set
 * has its own offsets, projectors are stopped until the new tables have read as far as the old ones, and go on from
 * there. Cut off at any time it has changed nothing, and can be run again.
 */
import type { Kafka } from 'kafkajs';
import { readPast, wholeRanges, type PastChunk, type PastRange } from '../kafka/read-past.ts';
import { createPool } from '../postgres/pool.ts';
import { createShadow, type Shadow, type StoredOffset } from '../postgres/shadow-schema.ts';
import type { Logger } from '../telemetry.ts';
import type { LogChunk, Projection } from './projection.ts';
import type { ReadModel } from './read-models.ts';

/** How far a rebuild has come, in records. `total` grows while records come in. */
export interface RebuildProgress {
  readonly done: number;
  readonly total: number;
}

export interface RebuildOptions {
  readonly kafka: Kafka;
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly models: readonly ReadModel[];
  readonly onProgress: (progress: RebuildProgress) => void;
  /** Aborted by who does not want it any more: it rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** `already_running`: another rebuild of the same database is at work, and nothing was done. */
export type RebuildResult =
  { readonly kind: 'rebuilt'; readonly records: number } | { readonly kind: 'already_running' };

/** Behind by so little, the rest is read while projectors wait. */
const SHORT_WAY_RECORDS = 1_000;
/** The longest that a timer can wait: reading takes as long as it takes. */
const NO_TIME_LIMIT_MS = 2 ** 31 - 1;

/** Rejects where Kafka or PostgreSQL is away or a topic is missing, with the tables as they were. */
export async function rebuildReadModels(options: RebuildOptions): Promise<RebuildResult> {
  const shadow = await createShadow(options.databaseUrl);
  if (shadow === null) return { kind: 'already_running' };
  const pool = createPool(shadow.databaseUrl, options.logger);
  try {
    const projections = options.models.map(({ topics, project }) => ({
      topics,
      projection: project({ pool, logger: options.logger }),
    }));
    return { kind: 'rebuilt', records: await build(options, shadow, projections) };
  } finally {
    await pool.end();
    await shadow.drop();
  }
}

type FedProjection = Pick<ReadModel, 'topics'> & { readonly projection: Projection };

async function build(
  { kafka, logger, models, onProgress, signal }: RebuildOptions,
  shadow: Shadow,
  projections: readonly FedProjection[],
): Promise<number> {
  const topics = [...new Set(models.flatMap((model) => model.topics))];
  const positions = new Positions(await wholeRanges(kafka, topics));
  await shadow.startAt(positions.offsetsOf(models));
  let records = 0;

  const take = async (chunk: PastChunk): Promise<'go_on'> => {
    const logChunk = positions.continuedBy(chunk);
    for (const { topics: wanted, projection } of projections) {
      if (!wanted.includes(chunk.topic)) continue;
      if ((await projection.handle(logChunk)) !== 'done')
        throw new Error(`${chunk.topic} was not read in order`);
    }
    positions.advance(logChunk);
    records += chunk.records.length;
    return 'go_on';
  };
  const readUpTo = async (ends: readonly PastRange[]): Promise<number> => {
    const doneBefore = records;
    const ranges = positions.upTo(ends);
    await readPast(kafka, logger, {
      reader: 'webhooks-rebuild',
      ranges,
      onChunk: take,
      onProgress: ({ done, total }) => onProgress({ done: doneBefore + done, total: doneBefore + total }),
      timeLimitMs: NO_TIME_LIMIT_MS,
      signal,
    });
    return lengthOf(ranges);
  };

  // Each time the way is shorter, unless records come in as fast as they are read: then projectors must wait.
  for (let way = Infinity, before = Infinity; way > SHORT_WAY_RECORDS && way <= before;) {
    before = way;
    way = await readUpTo(await wholeRanges(kafka, topics));
  }
  const tables = models.flatMap((model) => model.tables);
  await shadow.analyze(tables);
  await shadow.swapIn(tables, async (reached) => {
    await readUpTo((await wholeRanges(kafka, topics)).map((whole) => upTo(reached, whole)));
  });
  return records;
}

/** How far the new tables have read. */
class Positions {
  private readonly next = new Map<string, StoredPlace>();

  constructor(whole: readonly PastRange[]) {
    for (const { topic, partition, firstOffset } of whole) {
      this.next.set(placeKey(topic, partition), { topic, partition, nextOffset: firstOffset });
    }
  }

  /** Every model begins with the oldest records that its topics still have. */
  offsetsOf(models: readonly ReadModel[]): readonly StoredOffset[] {
    return models.flatMap(({ name, topics }) =>
      [...this.next.values()]
        .filter(({ topic }) => topics.includes(topic))
        .map((place) => ({ projection: name, ...place })),
    );
  }

  /** What lies between here and the ends of `ranges`. */
  upTo(ranges: readonly PastRange[]): readonly PastRange[] {
    return ranges.flatMap((range) => {
      const firstOffset = this.of(range.topic, range.partition) ?? range.firstOffset;
      return firstOffset < range.endOffset ? [{ ...range, firstOffset }] : [];
    });
  }

  /** A chunk that follows what was read before: what lies in between has expired, or holds no record. */
  continuedBy({ topic, partition, records }: PastChunk): LogChunk {
    const last = records[records.length - 1]!.offset;
    return {
      topic,
      partition,
      records,
      firstOffset: this.of(topic, partition) ?? 0n,
      nextOffset: last + 1n,
    };
  }

  advance({ topic, partition, nextOffset }: LogChunk): void {
    this.next.set(placeKey(topic, partition), { topic, partition, nextOffset });
  }

  /** Null for a partition that was added after the beginning. */
  private of(topic: string, partition: number): bigint | null {
    return this.next.get(placeKey(topic, partition))?.nextOffset ?? null;
  }
}

type StoredPlace = Omit<StoredOffset, 'projection'>;

const placeKey = (topic: string, partition: number): string => `${topic}/${partition}`;

const lengthOf = (ranges: readonly PastRange[]): number =>
  ranges.reduce((sum, { firstOffset, endOffset }) => sum + Number(endOffset - firstOffset), 0);

/**
 * The part of a partition that a projection has read. No further than the partition goes: offsets beyond its end are
 * of a topic that is not there any more.
 */
function upTo(reached: readonly StoredOffset[], whole: PastRange): PastRange {
  const offsets = reached
    .filter(({ topic, partition }) => topic === whole.topic && partition === whole.partition)
    .map(({ nextOffset }) => nextOffset);
  const furthest = offsets.reduce((max, offset) => (offset > max ? offset : max), 0n);
  return furthest < whole.endOffset ? { ...whole, endOffset: furthest } : whole;
}
