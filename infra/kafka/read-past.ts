/**
 * Reads what topics hold already: from one offset of a partition to another, then it is done. The ends are fixed
 * before it begins, so it ends however fast records come in. Replays, rebuilds and questions about the past use it.
 *
 * kafkajs reads only as a member of a consumer group, so each reading joins one of its own, commits nothing, and
 * deletes the group when it ends. A broker that lets groups settle before their first member reads
 * (`group.initial.rebalance.delay.ms`, 3 s unless it is set) adds that to each reading.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { RecordPlace } from '../../schemas/delivery.ts';
import type { Logger } from '../telemetry.ts';
import { withAdmin } from './admin.ts';
import type { ConsumedRecord } from './chunk-consumer.ts';
import { KafkaTooSlow } from './client.ts';

/** A stretch of one partition. */
export interface PastRange {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  /** The offset after the last one. */
  readonly endOffset: bigint;
}

/** Neighbouring records of one partition, in order. Never empty. */
export interface PastChunk {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
}

/** How far a reading has come, in offsets: an upper bound for records, for some offsets hold none. */
export interface PastProgress {
  readonly done: number;
  readonly total: number;
}

export interface ReadPastOptions {
  /** Names the reader in its consumer group: `<reader>-<random>`. */
  readonly reader: string;
  /** At most one for each partition. */
  readonly ranges: readonly PastRange[];
  /**
   * Called for one chunk at a time, in order per partition, each record once. `stop` ends the reading. What it
   * throws ends it too, and is thrown by `readPast`.
   */
  readonly onChunk: (chunk: PastChunk) => 'go_on' | 'stop' | Promise<'go_on' | 'stop'>;
  /** The first offset from `offset` on that is wanted; what lies before it need not be read. By default, all are. */
  readonly nextWanted?: (topic: string, partition: number, offset: bigint) => bigint;
  /** Called after each chunk. */
  readonly onProgress?: (progress: PastProgress) => void;
  /** Stop after so long, whatever is left. */
  readonly timeLimitMs: number;
  /** Aborted when nobody wants the answer any more: `readPast` rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Why a reading ended: at the ends of its ranges, because `onChunk` said so, or at its time limit. */
export type PastEnd = 'all_read' | 'stopped' | 'time_up';

/** Handled at once; after them other work of the process has its turn. */
const CHUNK_RECORDS = 250;
/** Of one partition in one answer of a broker. More would keep the process busy with decoding for too long. */
const FETCH_BYTES = 524_288;
const HEARTBEAT_EVERY_MS = 2_000;

/**
 * Reads `ranges` to their ends. Records that have expired since the ranges were made are passed over. Rejects
 * where Kafka cannot be read.
 */
export async function readPast(kafka: Kafka, logger: Logger, options: ReadPastOptions): Promise<PastEnd> {
  options.signal.throwIfAborted();
  const reading = new Reading(options);
  if (reading.isDone) return 'all_read';

  const groupId = `${options.reader}-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: 10_000,
    rebalanceTimeout: 60_000,
    heartbeatInterval: HEARTBEAT_EVERY_MS,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: FETCH_BYTES,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8 },
  });
  const timeUp = setTimeout(() => reading.end('time_up'), options.timeLimitMs);
  const onAbort = (): void => reading.fail(options.signal.reason);
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    // Joining may take longer than there is time: whoever waits hears of the end first.
    void start(consumer, reading).catch((error: unknown) => reading.fail(error));
    return await reading.ended;
  } finally {
    clearTimeout(timeUp);
    options.signal.removeEventListener('abort', onAbort);
    void leave(kafka, consumer, groupId).catch((error: unknown) =>
      logger.warn({ err: error, group: groupId }, 'a consumer group of a finished reading was left behind'),
    );
  }
}

async function start(consumer: Consumer, reading: Reading): Promise<void> {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // Before the first fetch, and again after each time that the group was lost.
    for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
      for (const partition of partitions) {
        const offset = reading.positionOf(topic, partition);
        if (offset === null) consumer.pause([{ topic, partitions: [partition] }]);
        else consumer.seek({ topic, partition, offset: String(offset) });
      }
    }
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition } = payload;
    const fetchedTo = BigInt(payload.lastOffset) + 1n;
    // Tells of offsets that hold no record for us, such as the mark that ends a transaction.
    reading.advance(topic, partition, fetchedTo);
    const offset = reading.positionOf(topic, partition);
    if (offset === null) consumer.pause([{ topic, partitions: [partition] }]);
    else if (offset > fetchedTo) consumer.seek({ topic, partition, offset: String(offset) });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) reading.fail(payload.error);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [...reading.topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    partitionsConsumedConcurrently: 1,
    eachBatch: (payload) => reading.take(payload),
  });
}

/** Behind the answer: a member that leaves waits for its last fetch, and nobody needs to. */
async function leave(kafka: Kafka, consumer: Consumer, groupId: string): Promise<void> {
  await consumer.disconnect();
  await withAdmin(kafka, (admin) => admin.deleteGroups([groupId]));
}

interface Position {
  next: bigint;
  readonly first: bigint;
  readonly end: bigint;
}

/** How far one reading has come, and how it ends. */
class Reading {
  readonly ended: Promise<PastEnd>;
  readonly topics: ReadonlySet<string>;
  private readonly positions = new Map<string, Position>();
  private readonly options: ReadPastOptions;
  private settle: { resolve: (end: PastEnd) => void; reject: (error: unknown) => void } | null = null;

  constructor(options: ReadPastOptions) {
    this.options = options;
    const ranges = options.ranges.filter(({ firstOffset, endOffset }) => firstOffset < endOffset);
    for (const { topic, partition, firstOffset: first, endOffset: end } of ranges) {
      this.positions.set(placeKey(topic, partition), { next: first, first, end });
    }
    this.topics = new Set(ranges.map(({ topic }) => topic));
    this.ended = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  get isDone(): boolean {
    return [...this.positions.values()].every(({ next, end }) => next >= end);
  }

  end(end: PastEnd): void {
    this.settle?.resolve(end);
    this.settle = null;
  }

  fail(error: unknown): void {
    this.settle?.reject(error);
    this.settle = null;
  }

  /** The next offset to read; null where nothing of the partition is left to read. */
  positionOf(topic: string, partition: number): bigint | null {
    const position = this.positions.get(placeKey(topic, partition));
    return position === undefined || position.next >= position.end ? null : position.next;
  }

  advance(topic: string, partition: number, next: bigint): void {
    const position = this.positions.get(placeKey(topic, partition));
    if (this.settle === null || position === undefined || next <= position.next) return;
    const wanted = this.options.nextWanted?.(topic, partition, next) ?? next;
    position.next = wanted < position.end ? wanted : position.end;
    this.options.onProgress?.(this.progress());
    if (this.isDone) this.end('all_read');
  }

  async take(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    // kafkajs sends heartbeats only between our calls, and a handler may wait.
    const beating = setInterval(() => void payload.heartbeat().catch(() => undefined), HEARTBEAT_EVERY_MS);
    try {
      for (let start = 0; start < messages.length && this.settle !== null; start += CHUNK_RECORDS) {
        const position = this.positions.get(placeKey(topic, partition));
        if (position === undefined || payload.isStale()) return;
        const records = messages.slice(start, start + CHUNK_RECORDS).map((message) => ({
          offset: BigInt(message.offset),
          key: message.key?.toString() ?? null,
          value: message.value,
          headers: message.headers ?? {},
          timestampMs: Number(message.timestamp),
        }));
        const wanted = records.filter(({ offset }) => offset >= position.next && offset < position.end);
        const last = records[records.length - 1]!;
        if (wanted.length > 0) {
          const handled = this.options.onChunk({ topic, partition, records: wanted });
          // A handler that is still at it when the time is up is not waited for.
          if ((await Promise.race([handled, this.ended])) === 'stop') this.end('stopped');
        }
        this.advance(topic, partition, last.offset + 1n);
        await nextTurn();
      }
    } catch (error) {
      // Thrown on, it would only be tried again.
      this.fail(error);
    } finally {
      clearInterval(beating);
    }
  }

  private progress(): PastProgress {
    let done = 0n;
    let total = 0n;
    for (const { next, first, end } of this.positions.values()) {
      done += next - first;
      total += end - first;
    }
    return { done: Number(done), total: Number(total) };
  }
}

const placeKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** All that the topics hold now. */
export const wholeRanges = (kafka: Kafka, topics: readonly string[]): Promise<readonly PastRange[]> =>
  withAdmin(kafka, async (admin) => {
    const ranges = topics.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
        topic,
        partition,
        firstOffset: BigInt(low),
        endOffset: BigInt(high),
      })),
    );
    return (await Promise.all(ranges)).flat();
  });

/**
 * The records from `fromMs` (included) to `toMs` (excluded) by their own timestamps, milliseconds since 1970: when
 * Kafka was given them, unless a producer has set another time. Where timestamps do not grow with offsets, the
 * stretch is the one between the first record of each time.
 */
export const rangesBetween = (
  kafka: Kafka,
  topics: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<readonly PastRange[]> =>
  withAdmin(kafka, async (admin) => {
    const ranges = topics.map(async (topic) => {
      const [whole, first, end] = await Promise.all([
        admin.fetchTopicOffsets(topic),
        // Kafka has a meaning of its own for times below zero.
        admin.fetchTopicOffsetsByTimestamp(topic, Math.max(1, fromMs)),
        admin.fetchTopicOffsetsByTimestamp(topic, Math.max(1, toMs)),
      ]);
      const offsetIn = (offsets: readonly { partition: number; offset: string }[], partition: number) =>
        BigInt(offsets.find((one) => one.partition === partition)?.offset ?? 0);
      return whole.map(({ partition }) => ({
        topic,
        partition,
        firstOffset: offsetIn(first, partition),
        endOffset: offsetIn(end, partition),
      }));
    });
    return (await Promise.all(ranges)).flat();
  });

const RECORD_TIME_LIMIT_MS = 10_000;

/** The record at a place of a topic that exists, or null where the topic does not hold it, or not any more. */
export async function readRecord(
  kafka: Kafka,
  logger: Logger,
  reader: string,
  place: RecordPlace,
  signal: AbortSignal,
): Promise<ConsumedRecord | null> {
  const { topic, partition } = place;
  const offset = BigInt(place.offset);
  const whole = (await wholeRanges(kafka, [topic])).find((range) => range.partition === partition);
  if (whole === undefined || offset < whole.firstOffset || offset >= whole.endOffset) return null;
  let found: ConsumedRecord | null = null;
  const end = await readPast(kafka, logger, {
    reader,
    ranges: [{ topic, partition, firstOffset: offset, endOffset: offset + 1n }],
    timeLimitMs: RECORD_TIME_LIMIT_MS,
    signal,
    onChunk: ({ records }) => {
      found = records[0] ?? null;
      return 'stop';
    },
  });
  if (end === 'time_up') throw new KafkaTooSlow(`${topic}/${partition} could not be read at ${place.offset}`);
  return found;
}

const RECORDS_TIME_LIMIT_MS = 30_000;

/**
 * The records at places of topics that exist, by `placeText`; null where one of them is not held any more. What lies
 * between the places is passed over, but for what a fetch brings with it. Rejects with `KafkaTooSlow` where that takes
 * too long.
 */
export async function readRecords(
  kafka: Kafka,
  logger: Logger,
  reader: string,
  places: readonly RecordPlace[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ConsumedRecord> | null> {
  const wanted = new Set(places.map(placeText));
  const whole = await wholeRanges(kafka, [...new Set(places.map(({ topic }) => topic))]);
  const offsetsOf = new Map<string, readonly bigint[]>();
  const ranges = whole.flatMap((range) => {
    const offsets = places
      .filter((place) => isIn(place, range))
      .map(({ offset }) => BigInt(offset))
      .sort((a, b) => (a < b ? -1 : 1));
    const [first, last] = [offsets[0], offsets.at(-1)];
    if (first === undefined || last === undefined) return [];
    offsetsOf.set(placeKey(range.topic, range.partition), offsets);
    return [{ ...range, firstOffset: first, endOffset: last + 1n }];
  });
  const found = new Map<string, ConsumedRecord>();
  const end = await readPast(kafka, logger, {
    reader,
    ranges,
    timeLimitMs: RECORDS_TIME_LIMIT_MS,
    signal,
    nextWanted: (topic, partition, offset) =>
      offsetsOf.get(placeKey(topic, partition))?.find((wantedOffset) => wantedOffset >= offset) ?? offset,
    onChunk: ({ topic, partition, records }) => {
      for (const record of records) {
        const place = placeText({ topic, partition, offset: String(record.offset) });
        if (wanted.has(place)) found.set(place, record);
      }
      return found.size === wanted.size ? 'stop' : 'go_on';
    },
  });
  if (end === 'time_up') throw new KafkaTooSlow(`${places.length} records could not be read in time`);
  return found.size === wanted.size ? found : null;
}

/** A place as one text. */
export const placeText = ({ topic, partition, offset }: RecordPlace): string =>
  `${topic}/${partition}/${offset}`;

const isIn = (place: RecordPlace, { topic, partition, firstOffset, endOffset }: PastRange): boolean =>
  place.topic === topic &&
  place.partition === partition &&
  BigInt(place.offset) >= firstOffset &&
  BigInt(place.offset) < endOffset;
