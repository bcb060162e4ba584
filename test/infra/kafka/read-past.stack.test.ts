import type { ConsumerConfig, Kafka } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type PastRange,
  rangesBetween,
  readPast,
  type ReadPastOptions,
  placeText,
  readRecord,
  readRecords,
  wholeRanges,
} from '../../../infra/kafka/read-past.ts';
import { startTestKafka, type TestKafka } from './test-kafka.ts';

const TOPIC = 'past';
const PER_PARTITION = 1_000;
const FIRST_AT_MS = Date.parse('2024-01-15T00:00:00Z');
const logger = pino({ level: 'silent' });

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startTestKafka();
  await kafka.createTopic(TOPIC, 3);
  const producer = kafka.client.producer();
  await producer.connect();
  for (const partition of [0, 1]) {
    const messages = Array.from({ length: PER_PARTITION }, (_, second) => ({
      partition,
      value: `${partition}:${second}`,
      timestamp: String(FIRST_AT_MS + second * 1_000),
    }));
    await producer.send({ topic: TOPIC, messages });
  }
  await producer.disconnect();
});
afterAll(() => kafka.stop());

const read = async (ranges: readonly PastRange[], options: Partial<ReadPastOptions> = {}) => {
  const values: string[] = [];
  const end = await readPast(kafka.client, logger, {
    reader: 'test',
    ranges,
    timeLimitMs: 30_000,
    signal: new AbortController().signal,
    onChunk: ({ records }) => {
      values.push(...records.map(({ value }) => String(value)));
      return 'go_on';
    },
    ...options,
  });
  return { end, values };
};
const valuesOf = (partition: number, first: number, end: number): string[] =>
  Array.from({ length: end - first }, (_, index) => `${partition}:${first + index}`);
const ofPartition = (values: readonly string[], partition: number): string[] =>
  values.filter((value) => value.startsWith(`${partition}:`));

describe('reading the past', () => {
  it('gives each record of the ranges once, in order per partition', async () => {
    const { end, values } = await read([
      { topic: TOPIC, partition: 0, firstOffset: 17n, endOffset: 983n },
      { topic: TOPIC, partition: 1, firstOffset: 999n, endOffset: 1_000n },
    ]);
    expect(end).toBe('all_read');
    expect(ofPartition(values, 0)).toEqual(valuesOf(0, 17, 983));
    expect(ofPartition(values, 1)).toEqual(valuesOf(1, 999, 1_000));
  });

  it('finds the records of a stretch of time, its end excluded', async () => {
    const ranges = await rangesBetween(kafka.client, [TOPIC], FIRST_AT_MS + 5_000, FIRST_AT_MS + 8_000);
    const { values } = await read(ranges);
    expect(ofPartition(values, 0)).toEqual(valuesOf(0, 5, 8));
    expect(ofPartition(values, 1)).toEqual(valuesOf(1, 5, 8));
  });

  it('reads nothing where there is nothing', async () => {
    const empty = (await wholeRanges(kafka.client, [TOPIC])).filter(({ partition }) => partition === 2);
    expect(await read(empty)).toEqual({ end: 'all_read', values: [] });
    expect(await read([])).toEqual({ end: 'all_read', values: [] });
  });

  it('ends at its end, although records come in all the time', async () => {
    await kafka.createTopic('growing', 1);
    const producer = kafka.client.producer();
    await producer.connect();
    await producer.send({ topic: 'growing', messages: [{ value: 'before' }] });
    const ranges = await wholeRanges(kafka.client, ['growing']);
    await producer.send({ topic: 'growing', messages: [{ value: 'after' }] });
    expect(await read(ranges)).toEqual({ end: 'all_read', values: ['before'] });
    await producer.disconnect();
  });

  it('ends behind a transaction, whose last offset holds no record', async () => {
    await kafka.createTopic('transactions', 1);
    const producer = kafka.client.producer({
      transactionalId: 'test',
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    for (const outcome of ['commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'transactions', messages: [{ value: outcome }] });
      await transaction[outcome]();
    }
    await producer.disconnect();
    expect(await read(await wholeRanges(kafka.client, ['transactions']))).toEqual({
      end: 'all_read',
      values: ['commit'],
    });
  });

  it('tells its progress up to the whole', async () => {
    const told: number[] = [];
    await read(await wholeRanges(kafka.client, [TOPIC]), {
      onProgress: ({ done, total }) => told.push(done / total),
    });
    expect(told.length).toBeGreaterThan(2);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });

  it('stops when it is told to', async () => {
    let chunks = 0;
    const { end } = await read(await wholeRanges(kafka.client, [TOPIC]), {
      onChunk: () => {
        chunks += 1;
        return 'stop';
      },
    });
    expect({ end, chunks }).toEqual({ end: 'stopped', chunks: 1 });
  });

  it('stops when its time is up', async () => {
    const never = new Promise<'go_on'>(() => undefined);
    const { end } = await read(await wholeRanges(kafka.client, [TOPIC]), {
      onChunk: () => never,
      timeLimitMs: 500,
    });
    expect(end).toBe('time_up');
  });

  it('rejects with the reason of its signal', async () => {
    const gone = new AbortController();
    const reading = read(await wholeRanges(kafka.client, [TOPIC]), {
      onChunk: () => {
        gone.abort(new Error('nobody waits'));
        return 'go_on';
      },
      signal: gone.signal,
    });
    await expect(reading).rejects.toThrow('nobody waits');
  });

  it('rejects with what the handler throws', async () => {
    const reading = read(await wholeRanges(kafka.client, [TOPIC]), {
      onChunk: () => {
        throw new Error('the handler is wrong');
      },
    });
    await expect(reading).rejects.toThrow('the handler is wrong');
  });

  it('leaves no consumer group behind', async () => {
    const admin = kafka.client.admin();
    await admin.connect();
    await expect.poll(async () => (await admin.listGroups()).groups, { timeout: 20_000 }).toEqual([]);
    await admin.disconnect();
  });
});

describe('the record at a place', () => {
  const at = (offset: string, partition = 0) =>
    readRecord(
      kafka.client,
      logger,
      'test',
      { topic: TOPIC, partition, offset },
      new AbortController().signal,
    );

  it('is read alone', async () => {
    expect(String((await at('17'))?.value)).toBe('0:17');
  });

  it('is null where there is none', async () => {
    expect(await at('1000')).toBeNull();
    expect(await at('0', 2)).toBeNull();
    expect(await at('0', 99)).toBeNull();
  });
});

describe('the records at places', () => {
  const at = (...places: readonly (readonly [partition: number, offset: string])[]) =>
    readRecords(
      kafka.client,
      logger,
      'test',
      places.map(([partition, offset]) => ({ topic: TOPIC, partition, offset })),
      new AbortController().signal,
    );

  it('are read together, and nothing else', async () => {
    const records = await at([0, '17'], [1, '999'], [0, '3']);
    expect([...(records ?? [])].map(([place, { value }]) => `${place} ${String(value)}`).sort()).toEqual(
      ['0 3', '0 17', '1 999']
        .map((place) => place.split(' ') as [string, string])
        .map(([partition, offset]) => {
          const place = placeText({ topic: TOPIC, partition: Number(partition), offset });
          return `${place} ${partition}:${offset}`;
        })
        .sort(),
    );
  });

  it('that lie far apart are read without all that lies between', async () => {
    await kafka.createTopic('wide', 1);
    const producer = kafka.client.producer();
    await producer.connect();
    // Each message takes more than one fetch brings.
    for (let offset = 0; offset < 20; offset += 1) {
      await producer.send({ topic: 'wide', messages: [{ value: `${offset}`.padEnd(600_000) }] });
    }
    await producer.disconnect();
    let fetched = 0;
    const counting = {
      admin: () => kafka.client.admin(),
      consumer: (config: ConsumerConfig) => {
        const consumer = kafka.client.consumer(config);
        consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => (fetched += payload.batchSize));
        return consumer;
      },
    } as unknown as Kafka;
    const places = ['2', '3', '11', '19'].map((offset) => ({ topic: 'wide', partition: 0, offset }));
    const records = await readRecords(counting, logger, 'test', places, new AbortController().signal);
    expect([...(records ?? [])].map(([, { value }]) => String(value).trim())).toEqual(['2', '3', '11', '19']);
    expect(fetched).toBe(4);
  });

  it('are null where one of them is none', async () => {
    expect(await at([0, '17'], [1, '1000'])).toBeNull();
    expect(await at([0, '17'], [99, '0'])).toBeNull();
  });
});
