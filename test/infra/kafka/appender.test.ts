/** What becomes of records that brokers refuse. The brokers' answers are the test's own. */
import type { Kafka, ProducerBatch } from 'kafkajs';
import { beforeEach, expect, it, vi } from 'vitest';
import { type Appender, createAppender, isRecordRefusal } from '../../../infra/kafka/appender.ts';
import type { Logger } from '../../../infra/telemetry.ts';

/** What the brokers answer to a record on a topic; undefined where they take it. */
let answerOf: (topic: string, value: string) => string | undefined;
/** The values that they were sent and that they hold, request by request. */
let taken: string[][];
let warnings: number;
let appender: Appender;
beforeEach(async () => {
  answerOf = () => undefined;
  taken = [];
  warnings = 0;
  const sendBatch = ({ topicMessages = [] }: ProducerBatch): Promise<void> => {
    const sent = topicMessages.flatMap(({ topic, messages }) =>
      messages.map(({ value }) => ({ topic, value: String(value) })),
    );
    const types = sent.map(({ topic, value }) => answerOf(topic, value));
    const type = types.find((one) => one !== undefined);
    if (type !== undefined) return Promise.reject(Object.assign(new Error(type), { type }));
    taken.push(sent.map(({ value }) => value));
    return Promise.resolve();
  };
  const producer = { connect: () => Promise.resolve(), disconnect: () => Promise.resolve(), sendBatch };
  const logger = { warn: () => void (warnings += 1) } as unknown as Logger;
  appender = await createAppender({ producer: () => producer } as unknown as Kafka, logger);
});

const append = (value: string, topic = 'a topic'): Promise<void> =>
  appender.append([{ topic, key: null, value }]);

it('what is asked for while a request is under way goes out together in the next', async () => {
  await Promise.all(['1', '2', '3'].map((value) => append(value)));
  expect(taken).toEqual([['1', '2', '3']]);
});

it('a record that they will never take is refused to whoever asked for it, and to nobody else', async () => {
  answerOf = (_topic, value) => (value === 'large' ? 'MESSAGE_TOO_LARGE' : undefined);
  const [first, large, second] = await Promise.allSettled(['1', 'large', '2'].map((value) => append(value)));
  expect([first?.status, large?.status, second?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(isRecordRefusal((large as PromiseRejectedResult).reason)).toBe(true);
  expect(taken.flat()).toEqual(['1', '2']);
});

it('what they do not allow now is tried until they do, and nothing else is written twice meanwhile', async () => {
  answerOf = (topic) => (topic === 'forbidden' ? 'TOPIC_AUTHORIZATION_FAILED' : undefined);
  const all = Promise.all([append('1'), append('2', 'forbidden'), append('3')]);
  await vi.waitFor(() => expect(warnings).toBeGreaterThan(1), 30_000);
  expect(taken).toEqual([['1']]);
  expect(warnings).toBeGreaterThan(1);
  answerOf = () => undefined;
  await all;
  expect(taken).toEqual([['1'], ['2'], ['3']]);
});

it('what is larger than one request goes out in several, where it is asked for record by record', async () => {
  await Promise.all(['a', 'b', 'c'].map((letter) => append(letter.repeat(500_000))));
  expect(taken.map((values) => values.length)).toEqual([1, 1, 1]);
});
