/** What a reading comes to while Kafka takes too long. */
import type { Kafka } from 'kafkajs';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isKafkaAway } from '../../../infra/kafka/client.ts';
import { readRecord, readRecords } from '../../../infra/kafka/read-past.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const done = () => Promise.resolve();
/** Knows how much it has, and gives nothing of it. */
const slowKafka = {
  admin: () => ({
    connect: done,
    disconnect: done,
    deleteGroups: done,
    fetchTopicOffsets: () => Promise.resolve([{ partition: 0, low: '0', high: '1000' }]),
  }),
  consumer: () => ({
    events: {},
    on: () => undefined,
    connect: () => new Promise(() => undefined),
    disconnect: done,
  }),
} as unknown as Kafka;
const logger = pino({ level: 'silent' });
const { signal } = new AbortController();
const placeAt = (offset: string) => ({ topic: 'events', partition: 0, offset });

it.each([
  ['a record', () => readRecord(slowKafka, logger, 'test', placeAt('1'), signal)],
  ['records', () => readRecords(slowKafka, logger, 'test', [placeAt('1'), placeAt('999')], signal)],
])('who waits too long for %s hears that Kafka is too slow', async (_name, read) => {
  const refusal = read().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(isKafkaAway(await refusal)).toBe(true);
});
