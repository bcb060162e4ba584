/**
 * Reads a whole topic, from its beginning or from where a snapshot ends, and follows it: how a process keeps what a
 * topic tells in memory.
 * Every process reads every partition, so each uses a consumer group of its own that it deletes when it stops.
 */
import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { Logger } from '../telemetry.ts';
import { type ConsumedRecord, startChunkConsumer } from './chunk-consumer.ts';

export interface Tail {
  /**
   * False where it may not know of the newest records: its brokers have not answered of late, for it may come back to them
   * later than others in this process do, or may be answering now. `caughtUp` tells when it has.
   */
  isInTouch(): boolean;
  /** Resolves once every record that the topic holds at the time of the call has been handed over. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

export interface TailOptions {
  readonly topic: string;
  /** Names the reader in the consumer group: `<reader>-<random>`. */
  readonly reader: string;
  /** By partition, the offset to begin at; where none is given, with the first record. */
  readonly startAt?: ReadonlyMap<number, bigint>;
  /** Called for each record, in order per partition. Must not throw: there is no other copy of it to try. */
  readonly onRecord: (record: ConsumedRecord) => void;
  readonly onCrash: (error: Error) => void;
}

/** Starts reading. Records arrive at once; `caughtUp` tells when the past has been read. */
export async function startTail(kafka: Kafka, logger: Logger, options: TailOptions): Promise<Tail> {
  const groupId = `${options.reader}-${randomUUID()}`;
  const positions = new Map(options.startAt);
  let waiters: { readonly ends: ReadonlyMap<number, bigint>; readonly resolve: () => void }[] = [];

  const reached = (ends: ReadonlyMap<number, bigint>): boolean =>
    [...ends].every(([partition, end]) => (positions.get(partition) ?? 0n) >= end);

  const admin = kafka.admin();
  await admin.connect();
  const consumer = await startChunkConsumer(kafka, logger, {
    groupId,
    topics: [options.topic],
    maxRecords: 1_000,
    partitionsAtOnce: 1,
    commits: 'never',
    onCrash: options.onCrash,
    positionOf: (_topic, partition) => positions.get(partition) ?? null,
    handle: (chunk) => {
      for (const record of chunk.records) options.onRecord(record);
      positions.set(chunk.partition, chunk.nextOffset);
      const done = waiters.filter(({ ends }) => reached(ends));
      waiters = waiters.filter((waiter) => !done.includes(waiter));
      for (const { resolve } of done) resolve();
      return Promise.resolve('done');
    },
  });

  return {
    isInTouch: () => consumer.isInTouch(),
    async caughtUp() {
      const offsets = await admin.fetchTopicOffsets(options.topic);
      // An empty partition, and one whose records have all expired, has nothing to wait for.
      const ends = new Map(
        offsets
          .filter(({ high, low }) => high !== low)
          .map(({ partition, high }) => [partition, BigInt(high)] as const),
      );
      if (reached(ends)) return;
      await new Promise<void>((resolve) => waiters.push({ ends, resolve }));
    },
    async stop() {
      await consumer.stop();
      // A group left behind expires by itself; a broker that is away is no reason to hang.
      await admin.deleteGroups([groupId]).catch(() => undefined);
      await admin.disconnect();
    },
  };
}
