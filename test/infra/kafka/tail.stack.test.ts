import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createKafka } from '../../../infra/kafka/client.ts';
import { startTail } from '../../../infra/kafka/tail.ts';
import { startTestKafka } from './test-kafka.ts';

const TOPIC = 'told';

it('a tail is in touch while its broker answers, if only that nothing is new, and no longer', async () => {
  const kafka = await startTestKafka();
  await kafka.createTopic(TOPIC, 3);
  const logger = pino({ level: 'silent' });
  const brokers = kafka.brokers.split(',');
  const tail = await startTail(createKafka({ brokers, ssl: false, sasl: null }, 'test', logger), logger, {
    topic: TOPIC,
    reader: 'test',
    onRecord: () => undefined,
    onCrash: () => undefined,
  });
  await expect.poll(() => tail.isInTouch(), { timeout: 30_000 }).toBe(true);
  await kafka.stop();
  await expect.poll(() => tail.isInTouch(), { timeout: 30_000 }).toBe(false);
  await tail.stop();
});
