import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ChunkConsumer,
  type ChunkConsumerOptions,
  startChunkConsumer,
} from '../../../infra/kafka/chunk-consumer.ts';
import { startTestKafka, type TestKafka } from './test-kafka.ts';

const TOPIC = 'backlog';
const PARTITIONS = 30;
/** Each partition has almost three times as much as it is asked for at once. */
const RECORDS = 45;
const RECORD_BYTES = 64 * 1_024;

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startTestKafka();
  await kafka.createTopic(TOPIC, PARTITIONS);
  const producer = kafka.client.producer();
  await producer.connect();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (let record = 0; record < RECORDS; record += 1) {
      await producer.send({ topic: TOPIC, messages: [{ partition, value: randomBytes(RECORD_BYTES) }] });
    }
  }
  await producer.disconnect();
});
afterAll(() => kafka.stop());

it('no partition waits until the backlogs of many others are drained', async () => {
  const begun = new Set<number>();
  let begunWhenOneWasDrained: number | null = null;
  const consumer = await startChunkConsumer(kafka.client, pino({ level: 'silent' }), {
    groupId: 'backlog-reader',
    topics: [TOPIC],
    maxRecords: 1_000,
    partitionsAtOnce: PARTITIONS,
    commits: 'each_chunk',
    onCrash: (error) => {
      throw error;
    },
    handle: ({ partition, nextOffset }) => {
      begun.add(partition);
      if (nextOffset === BigInt(RECORDS)) begunWhenOneWasDrained ??= begun.size;
      return Promise.resolve('done');
    },
  });
  await expect.poll(() => begunWhenOneWasDrained, { timeout: 30_000 }).not.toBeNull();
  await consumer.stop();
  expect(begunWhenOneWasDrained).toBe(PARTITIONS);
});

/** Reads a partition with one record from offset 0 on, and has `handle` decide what becomes of each chunk. */
async function readOne(
  groupId: string,
  topic: string,
  options: Pick<ChunkConsumerOptions, 'handle' | 'askPosition'>,
): Promise<ChunkConsumer> {
  return startChunkConsumer(kafka.client, pino({ level: 'silent' }), {
    ...options,
    groupId,
    topics: [topic],
    maxRecords: 1_000,
    partitionsAtOnce: 1,
    commits: 'each_chunk',
    onCrash: (error) => {
      throw error;
    },
  });
}

async function topicOfOneRecord(topic: string): Promise<void> {
  await kafka.createTopic(topic, 1);
  const producer = kafka.client.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'the record' }] });
  await producer.disconnect();
}

it('a chunk that is in hand when the consumer stops is committed, and given to nobody again', async () => {
  await topicOfOneRecord('in-hand');
  let finish = (): void => undefined;
  let isInHand = false;
  const consumer = await readOne('stopped', 'in-hand', {
    handle: () => {
      isInHand = true;
      return new Promise((resolve) => (finish = () => resolve('done')));
    },
  });
  await expect.poll(() => isInHand, { timeout: 30_000 }).toBe(true);
  const stopped = consumer.stop();
  finish();
  await stopped;
  const admin = kafka.client.admin();
  await admin.connect();
  const [committed] = await admin.fetchOffsets({ groupId: 'stopped', topics: ['in-hand'] });
  await admin.disconnect();
  expect(committed?.partitions).toMatchObject([{ partition: 0, offset: '1' }]);
});

it('who knows of fewer records than the group has committed is given them again', async () => {
  await topicOfOneRecord('forgotten');
  const given: bigint[] = [];
  const handle: ChunkConsumerOptions['handle'] = ({ firstOffset }) => {
    given.push(firstOffset);
    return Promise.resolve('done');
  };
  const before = await readOne('restored', 'forgotten', { handle });
  await expect.poll(() => given, { timeout: 30_000 }).toEqual([0n]);
  await before.stop();
  const after = await readOne('restored', 'forgotten', { handle, askPosition: () => Promise.resolve(0n) });
  await expect.poll(() => given, { timeout: 30_000 }).toEqual([0n, 0n]);
  await after.stop();
});
