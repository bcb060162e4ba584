/**
 * Reads topics in order, partition by partition, in chunks. A chunk's offset is committed only after its
 * handler has finished, so a crash repeats what was not committed and loses nothing. What kafkajs calls a batch is a
 * chunk here.
 */
import type { EachBatchPayload, IHeaders, Kafka } from 'kafkajs';
import type { Logger } from '../telemetry.ts';
import { FetchAnswers } from './fetch-answers.ts';

export interface ConsumedRecord {
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly timestampMs: number;
}

/** Neighbouring records of one partition, in order. Never empty. */
export interface Chunk {
  readonly topic: string;
  readonly partition: number;
  /** Where reading went on: the first record's offset, or below it where the log has holes (transactions). */
  readonly firstOffset: bigint;
  /** The offset after the last record. */
  readonly nextOffset: bigint;
  readonly records: readonly ConsumedRecord[];
  /** The offset after the newest record of the partition when the chunk was fetched. */
  readonly endOffset: bigint;
  /** Grows with each rebalance: another member may have had the partition since a chunk with a smaller one. */
  readonly generation: number;
  /** Aborted when the work is no longer ours: the consumer stops, or its group rebalances. */
  readonly signal: AbortSignal;
}

/** `done` commits the chunk; `seekTo` goes on reading at another offset and commits nothing. */
export type ChunkResult = 'done' | { readonly seekTo: bigint };

/**
 * When the group's offsets follow: after each chunk, so that a crash repeats at most one of each partition; once a
 * second, for who knows by itself what it has seen; or never, for who begins each time where it says.
 */
export type Commits = 'each_chunk' | 'each_second' | 'never';

export interface ChunkConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** An upper bound for the records of one chunk. */
  readonly maxRecords: number;
  /** How many partitions are worked on at once. */
  readonly partitionsAtOnce: number;
  readonly commits: Commits;
  /**
   * Where to go on in a partition, asked each time that the group gives it to this member; null for where the group
   * has committed, which is the default for all.
   */
  readonly positionOf?: (topic: string, partition: number) => bigint | null;
  /**
   * The same for who has to ask somebody else. Reading begins meanwhile where the group has committed, so some records
   * may be handed over again, or before those that they follow.
   */
  readonly askPosition?: (topic: string, partition: number) => Promise<bigint | null>;
  readonly handle: (chunk: Chunk) => Promise<ChunkResult>;
  /** The consumer cannot go on. The process is to leave with a non-zero exit code, so that it is restarted. */
  readonly onCrash: (error: Error) => void;
}

export interface ChunkConsumer {
  /** True while this member belongs to its group and reads. */
  isReady(): boolean;
  /**
   * True where it surely has what all brokers that it reads from had a moment ago: they have answered of late, and were
   * asked again. It takes one and a half seconds to see that one does not answer.
   */
  isInTouch(): boolean;
  /** Finishes the chunks in hand, commits them, and leaves the group. */
  stop(): Promise<void>;
}

const HEARTBEAT_EVERY_MS = 2_000;
const COMMIT_EVERY_MS = 1_000;
/**
 * A broker answers as soon as there is a record, so a longer wait delays none; it only lets idle topics rest. A consumer
 * that stops waits for the answer.
 */
const LONGEST_POLL_MS = 1_000;
/** A broker that has been silent for longer is away, or this process has been too busy to hear it. */
const LONGEST_SILENCE_MS = LONGEST_POLL_MS + 500;
/** A broker that has something is heard within this time. */
const QUIET_FOR_MS = 20;

/** At once, compressed. Not less than a batch of a topic may have: a part of one is no use. */
const BYTES_OF_EACH = 1_048_588;
/**
 * A broker fills its answer partition by partition, and kafkajs asks for them in the same order each time: with less
 * than there may be, the last ones wait until the first have no backlog any more. What brokers give at most.
 */
const MOST_BYTES = 57_671_680;

/** Joins the group and starts reading; new groups begin with the oldest record. */
export async function startChunkConsumer(
  kafka: Kafka,
  logger: Logger,
  options: ChunkConsumerOptions,
): Promise<ChunkConsumer> {
  const consumer = kafka.consumer({
    groupId: options.groupId,
    allowAutoTopicCreation: false,
    // A member that was killed holds its partitions for so long; heartbeats go on while a handler works.
    sessionTimeout: 10_000,
    rebalanceTimeout: 60_000,
    heartbeatInterval: HEARTBEAT_EVERY_MS,
    maxWaitTimeInMs: LONGEST_POLL_MS,
    maxBytesPerPartition: BYTES_OF_EACH,
    maxBytes: MOST_BYTES,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8 },
  });
  let ready = false;
  let generation = 0;
  const stopping = new AbortController();
  /** Chunks that are being handled and committed. */
  const inHand = new Set<Promise<unknown>>();
  const answers = new FetchAnswers();
  consumer.on(consumer.events.FETCH_START, ({ payload }) => answers.asked(payload.nodeId, performance.now()));
  consumer.on(consumer.events.FETCH, ({ payload }) => answers.answered(payload.nodeId, performance.now()));
  /** Offsets to be committed, by partition. */
  const pending = new Map<string, Place>();
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    ready = true;
    generation += 1;
    for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
      for (const partition of partitions) {
        const offset = options.positionOf?.(topic, partition) ?? null;
        if (offset !== null) consumer.seek({ topic, partition, offset: String(offset) });
        void seekWhereAsked(topic, partition);
      }
    }
  });
  const seekWhereAsked = async (topic: string, partition: number): Promise<void> => {
    try {
      const offset = (await options.askPosition?.(topic, partition)) ?? null;
      if (offset !== null) consumer.seek({ topic, partition, offset: String(offset) });
    } catch (error) {
      logger.warn({ err: error, topic, partition }, 'reading goes on where the group has committed');
    }
  };
  consumer.on(consumer.events.REBALANCING, () => {
    ready = false;
    // They may be another member's by now, which is further.
    pending.clear();
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    ready = false;
    if (payload.restart) logger.warn({ err: payload.error }, 'the Kafka consumer starts again');
    else options.onCrash(payload.error);
  });

  const commitPending = async (): Promise<void> => {
    const offsets = [...pending.values()];
    pending.clear();
    if (offsets.length > 0) await consumer.commitOffsets(offsets);
  };
  const commit = async (place: Place): Promise<void> => {
    if (options.commits === 'each_chunk') await consumer.commitOffsets([place]);
    if (options.commits === 'each_second') pending.set(`${place.topic}/${place.partition}`, place);
  };

  const handleBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { topic, partition, messages, highWatermark } = payload.batch;
    let firstOffset = fetchedOffsetOf(payload.batch);
    for (let start = 0; start < messages.length; start += options.maxRecords) {
      if (stopping.signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const records = messages.slice(start, start + options.maxRecords).map((message) => ({
        offset: BigInt(message.offset),
        key: message.key?.toString() ?? null,
        value: message.value,
        headers: message.headers ?? {},
        timestampMs: Number(message.timestamp),
      }));
      const nextOffset = records[records.length - 1]!.offset + 1n;
      const result = await whileBeating(payload, stopping.signal, (signal) =>
        options.handle({
          topic,
          partition,
          firstOffset,
          nextOffset,
          endOffset: BigInt(highWatermark),
          generation,
          records,
          signal,
        }),
      );
      if (result !== 'done') {
        consumer.seek({ topic, partition, offset: String(result.seekTo) });
        return;
      }
      firstOffset = nextOffset;
      payload.resolveOffset(String(nextOffset - 1n));
      await commit({ topic, partition, offset: String(nextOffset) });
      await payload.heartbeat();
    }
  };

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    if (stopping.signal.aborted) {
      // Answered at once, kafkajs would fetch the same again and again until the others have ended.
      await Promise.allSettled(inHand);
      return;
    }
    const handled = handleBatch(payload);
    inHand.add(handled);
    await handled.finally(() => inHand.delete(handled));
  };

  await consumer.connect();
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: options.partitionsAtOnce,
    eachBatch,
  });
  // What a broker refuses is read again, by whoever has the partition then.
  const committing = setInterval(() => void commitPending().catch(() => undefined), COMMIT_EVERY_MS);
  return {
    isReady: () => ready,
    isInTouch() {
      const nowMs = performance.now();
      return answers.areComplete(nowMs, LONGEST_SILENCE_MS, QUIET_FOR_MS);
    },
    async stop() {
      stopping.abort(new Error('the consumer stops'));
      ready = false;
      clearInterval(committing);
      // Once kafkajs has begun to stop, it commits nothing and says nothing of it.
      await Promise.allSettled(inHand);
      await commitPending().catch(() => undefined);
      await consumer.disconnect();
    },
  };
}

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/**
 * kafkajs sends heartbeats only between our calls, so a handler that waits, for a Temporal that is away, would
 * lose its partitions. A heartbeat that is refused means that the group has moved on: the handler is told.
 */
async function whileBeating<T>(
  payload: EachBatchPayload,
  stopping: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const taken = new AbortController();
  // Not by `AbortSignal.any`, which would leave something behind on `stopping` for each chunk.
  const onStop = (): void => taken.abort(stopping.reason);
  stopping.addEventListener('abort', onStop, { once: true });
  const beating = setInterval(() => {
    payload.heartbeat().catch((error: unknown) => taken.abort(error));
  }, HEARTBEAT_EVERY_MS);
  try {
    return await work(taken.signal);
  } finally {
    clearInterval(beating);
    stopping.removeEventListener('abort', onStop);
  }
}

/** What was asked for. kafkajs has it on every batch, but not in its types. */
const fetchedOffsetOf = (batch: EachBatchPayload['batch']): bigint =>
  BigInt((batch as unknown as { readonly fetchedOffset: string }).fetchedOffset);
