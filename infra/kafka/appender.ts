/**
 * Appends records to Kafka, durably and in batches without a fixed delay: what is asked for while one request is on
 * the wire goes out together in the next. One request at a time keeps the order per key.
 */
import type { IHeaders, Kafka } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { createSpacedBatches, growingWith, type Spacing } from '../spaced-batches.ts';
import type { Logger } from '../telemetry.ts';
import { byPartitionKey, type PlacedMessage } from './partitioner.ts';

/** One record to append. */
export interface NewRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Buffer | string | null;
  readonly headers?: IHeaders;
  /** Records with the same one share a partition, whatever their keys. By default the key. */
  readonly partitionKey?: string;
}

export interface Appender {
  /**
   * Resolves once the brokers hold all of `records` (acks from every in-sync replica). While they are away, or allow it
   * no longer, it keeps trying and warns; it rejects only for what they will never take, and after `close`. Records of
   * one call go out in one request: what may be much is asked for record by record. A record may be written twice where
   * an acknowledgement was lost: readers drop what they have seen.
   */
  append(records: readonly NewRecord[]): Promise<void>;
  /** Records that were asked for and that the brokers have not confirmed yet. */
  pending(): number;
  /** Waits for what was asked for, then disconnects. */
  close(): Promise<void>;
}

/** Stays below the brokers' default of 1 MiB for one record batch. */
const MAX_REQUEST_BYTES = 900_000;

/**
 * Requests begin so far apart, for each costs a broker and this process about as much as thirty records. In quiet times
 * none waits.
 */
const REQUEST_SPACING: Spacing = { leastMs: 20, perWeightMs: 1 / 1_000, mostMs: 100 };

/** After kafkajs has used up its own retries, some 20 s. */
const RETRY_DELAY_MS = 500;

/** The brokers' answers that another try cannot mend: the record itself is at fault. */
const RECORD_REFUSALS: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
]);

/** Those that somebody can mend. Until then, what goes to other topics is not to be written again with each try. */
const TOPIC_REFUSALS: ReadonlySet<string> = new Set([
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
]);

const typeOf = (error: unknown): string => (error as { type?: string } | null)?.type ?? '';

/** True for what `append` rejects with where the brokers will never take the record, whoever appends it. */
export const isRecordRefusal = (error: unknown): boolean => RECORD_REFUSALS.has(typeOf(error));

interface Waiting {
  readonly records: readonly NewRecord[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Connects a producer of its own. */
export async function createAppender(kafka: Kafka, logger: Logger): Promise<Appender> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    createPartitioner: byPartitionKey,
  });
  await producer.connect();
  let closed = false;
  let pending = 0;

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const byTopic = new Map<string, NewRecord[]>();
    for (const record of batch.flatMap((waiting) => waiting.records)) {
      const records = byTopic.get(record.topic);
      if (records === undefined) byTopic.set(record.topic, [record]);
      else records.push(record);
    }
    await producer.sendBatch({
      acks: -1,
      topicMessages: [...byTopic].map(([topic, records]) => ({
        topic,
        messages: records.map(({ key, value, headers, partitionKey }): PlacedMessage => ({
          key,
          value,
          ...(headers === undefined ? {} : { headers }),
          ...(partitionKey === undefined ? {} : { partitionKey }),
        })),
      })),
    });
  };

  const sendUntilTaken = async (batch: readonly Waiting[]): Promise<void> => {
    for (;;) {
      try {
        await send(batch);
        for (const waiting of batch) waiting.resolve();
        return;
      } catch (error) {
        const isRefusal = isRecordRefusal(error);
        if (batch.length > 1 && (isRefusal || TOPIC_REFUSALS.has(typeOf(error)))) {
          // One record of the batch is at fault: alone, each finds out for itself.
          for (const waiting of batch) await sendUntilTaken([waiting]);
          return;
        }
        if (isRefusal || closed) {
          for (const waiting of batch) waiting.reject(error);
          return;
        }
        logger.warn({ err: error, records: batch.length }, 'Kafka does not take records, trying again');
        await delay(RETRY_DELAY_MS);
      }
    }
  };

  const batches = createSpacedBatches<Waiting>({
    everyMs: growingWith(REQUEST_SPACING),
    weightOf: ({ bytes }) => bytes,
    fullWeight: MAX_REQUEST_BYTES,
    work: sendUntilTaken,
  });

  return {
    append(records) {
      if (closed) return Promise.reject(new Error('the appender is closed'));
      if (records.length === 0) return Promise.resolve();
      pending += records.length;
      return new Promise<void>((resolve, reject) => {
        batches.add({ records, bytes: sizeOf(records), resolve, reject });
      }).finally(() => (pending -= records.length));
    },
    pending: () => pending,
    async close() {
      closed = true;
      await batches.idle();
      await producer.disconnect();
    },
  };
}

function sizeOf(records: readonly NewRecord[]): number {
  const overheadBytes = 100;
  return records.reduce(
    (sum, { value }) => sum + overheadBytes + (value === null ? 0 : Buffer.byteLength(value)),
    0,
  );
}
