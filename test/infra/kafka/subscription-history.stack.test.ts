/** The changes of a subscription, wherever in the log they lie. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAppender, type Appender } from '../../../infra/kafka/appender.ts';
import { createEventLog } from '../../../infra/kafka/event-log.ts';
import { readSubscriptionHistory } from '../../../infra/kafka/subscription-history.ts';
import { SUBSCRIPTION_LOG } from '../../../infra/kafka/topics.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import { changed, created } from '../../domain/subscription/subscription-log.ts';
import { startTestKafka, type TestKafka } from './test-kafka.ts';

const logger = pino({ level: 'silent' });
const IDS = Array.from(
  { length: 12 },
  (_, index) => `wh_${String(index).padStart(8, '0')}` as SubscriptionId,
);

let kafka: TestKafka;
let appender: Appender;
beforeAll(async () => {
  kafka = await startTestKafka();
  await kafka.createTopic(SUBSCRIPTION_LOG, 3);
  appender = await createAppender(kafka.client, logger);
  for (const id of IDS) {
    await createEventLog(appender).appendSubscriptionEvents([
      { ...created(1), subscription_id: id },
      { ...changed(2, { type: 'SubscriptionPaused' }), subscription_id: id },
    ]);
  }
});
afterAll(async () => {
  await appender.close();
  await kafka.stop();
});

const versionsOf = async (id: SubscriptionId): Promise<readonly number[]> =>
  (await readSubscriptionHistory(kafka.client, logger, id, new AbortController().signal)).map(
    ({ version }) => version,
  );

it('are found in the partition that they were appended to', async () => {
  for (const id of IDS) expect(await versionsOf(id)).toEqual([1, 2]);
});

it('are found where the log was given more partitions after the first of them', async () => {
  const admin = kafka.client.admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic: SUBSCRIPTION_LOG, count: 7 }] });
  await admin.disconnect();
  const later = await createAppender(kafka.client, logger);
  for (const id of IDS) {
    await createEventLog(later).appendSubscriptionEvents([
      { ...changed(3, { type: 'SubscriptionResumed' }), subscription_id: id },
    ]);
  }
  await later.close();
  for (const id of IDS) expect(await versionsOf(id)).toEqual([1, 2, 3]);
});
