import type { KafkaMessage } from 'kafkajs';
import { expect } from 'vitest';
import { kafkaOf, unique } from './customer.ts';

/** Shows every record of the topics, from the first to the one that was last at the beginning, in order per partition. */
export async function readToEnd(
  topics: readonly string[],
  onMessage: (message: KafkaMessage) => void,
): Promise<void> {
  const kafka = kafkaOf();
  const admin = kafka.admin();
  await admin.connect();
  const left = new Map<string, bigint>();
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (BigInt(low) < BigInt(high)) left.set(`${topic}/${partition}`, BigInt(high));
    }
  }
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: unique('read-to-end'), maxWaitTimeInMs: 250 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch: { topic, partition, messages } }) => {
      const key = `${topic}/${partition}`;
      for (const message of messages) {
        onMessage(message);
        if (BigInt(message.offset) + 1n >= (left.get(key) ?? 0n)) left.delete(key);
      }
      return Promise.resolve();
    },
  });
  await expect.poll(() => [...left.keys()], { timeout: 100_000 }).toEqual([]);
  await consumer.disconnect();
}
