import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startChunkConsumer } from '../../../infra/kafka/chunk-consumer.ts';
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
