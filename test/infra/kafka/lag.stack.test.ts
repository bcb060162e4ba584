import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepAdmin, withAdmin, type KeptAdmin } from '../../../infra/kafka/admin.ts';
import { measureLag } from '../../../infra/kafka/lag.ts';
import { startTestKafka, type TestKafka } from './test-kafka.ts';

const TOPIC = 'read';
const GROUP = 'readers';

let kafka: TestKafka;
let admin: KeptAdmin;
const registry = new Registry();
beforeAll(async () => {
  kafka = await startTestKafka();
  admin = keepAdmin(kafka.client);
  await kafka.createTopic(TOPIC, 2);
  const producer = kafka.client.producer();
  await producer.connect();
  for (const [partition, count] of [3, 4].entries()) {
    await producer.send({
      topic: TOPIC,
      messages: Array.from({ length: count }, () => ({ partition, value: 'any' })),
    });
  }
  await producer.disconnect();
  measureLag(registry, admin, [{ groupId: GROUP, topics: [TOPIC] }]);
});
afterAll(async () => {
  await admin.close();
  await kafka.stop();
});

const lag = async (): Promise<number | undefined> => {
  const [{ values } = { values: [] }] = await registry.getMetricsAsJSON();
  return values.find(({ labels }) => labels.group === GROUP)?.value;
};

it('a group that has taken nothing is behind by all that there is', async () => {
  // A Kafka that has just begun has no coordinator for groups yet, and tells none of them.
  await expect.poll(lag, { timeout: 30_000 }).toBe(7);
});

it('a group is behind by what it has not committed, over all partitions', async () => {
  await withAdmin(kafka.client, (asked) =>
    asked.setOffsets({
      groupId: GROUP,
      topic: TOPIC,
      partitions: [
        { partition: 0, offset: '3' },
        { partition: 1, offset: '1' },
      ],
    }),
  );
  await expect.poll(lag, { timeout: 30_000 }).toBe(3);
});
