/** Records of a producer that is none of ours, compressed in every way that Kafka knows. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { product, subscribe, unique, unsubscribe } from './customer.ts';
import { runKafkaJava } from './kafka-java.ts';

let receiver: CustomerReceiver;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
});
afterAll(() => receiver.stop());

/** What puts a line of its input as a record on a topic, with Kafka's own client. */
const PRODUCE = fileURLToPath(new URL('./Produce.java', import.meta.url));

it.each(['gzip', 'snappy', 'lz4', 'zstd'])('events compressed with %s are delivered', async (compression) => {
  const type = unique(`compressed.${compression}`);
  const { id } = await subscribe({ url: receiver.url, events: [type] });
  const events = Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({
      id: `${type}-${index}`,
      event: type,
      timestamp: '2024-01-15T10:30:05Z',
      data: { text: 'same '.repeat(100) },
    }),
  );
  const to = [product().kafkaBrokers, 'platform.events', compression];
  expect(await runKafkaJava(PRODUCE, to, events)).toBe(0);
  const arrived = () => receiver.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type).length;
  await expect.poll(arrived, { timeout: 60_000 }).toBe(50);
  await unsubscribe(id);
});
