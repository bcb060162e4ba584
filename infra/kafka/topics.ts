/** The topics of the product: partitions, retention and cleanup are stated here, never left to the broker. */
import type { Admin, Kafka } from 'kafkajs';
import { withAdmin } from './admin.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * How a topic is made. `retentionMs` -1 keeps for ever. A `compacted` topic keeps the last record of each key and,
 * sooner or later, no other.
 */
export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
  readonly compacted?: true;
}

export const SUBSCRIPTION_LOG = 'webhooks.subscriptions';
export const DELIVERY_LOG = 'webhooks.deliveries';
export const HELD_DELIVERIES = 'webhooks.held';
export const DEAD_LETTERS = 'webhooks.dead-letters';
export const API_KEY_LOG = 'webhooks.api-keys';
export const API_KEY_USES = 'webhooks.api-key-uses';
export const EVENT_TYPE_LOG = 'webhooks.event-types';
export const AUDIT_LOG = 'webhooks.audit';

/** Of one dead letter with all that belongs to it. */
export const MAX_DEAD_LETTER_BYTES = 10_485_760;

/**
 * Every topic that the product reads or writes. Partitions bound how many routers and projectors share the
 * work; events of one key stay in one partition. A dead letter is a whole refused record and more, so its
 * topic takes larger ones.
 */
export const topicPlans = (eventTopics: readonly string[]): readonly TopicPlan[] => [
  ...eventTopics.map((topic) => ({
    topic,
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    maxMessageBytes: 1_048_588,
  })),
  { topic: SUBSCRIPTION_LOG, partitions: 3, retentionMs: -1, maxMessageBytes: 1_048_588 },
  { topic: DELIVERY_LOG, partitions: 6, retentionMs: 30 * DAY_MS, maxMessageBytes: 1_048_588 },
  // Compacted, so that what is held outlives every retention and what was released leaves nothing behind.
  { topic: HELD_DELIVERIES, partitions: 6, retentionMs: -1, maxMessageBytes: 4_194_304, compacted: true },
  { topic: DEAD_LETTERS, partitions: 1, retentionMs: 30 * DAY_MS, maxMessageBytes: MAX_DEAD_LETTER_BYTES },
  { topic: API_KEY_LOG, partitions: 1, retentionMs: -1, maxMessageBytes: 1_048_588 },
  { topic: API_KEY_USES, partitions: 1, retentionMs: -1, maxMessageBytes: 1_048_588, compacted: true },
  { topic: AUDIT_LOG, partitions: 3, retentionMs: -1, maxMessageBytes: 1_048_588 },
  { topic: EVENT_TYPE_LOG, partitions: 1, retentionMs: -1, maxMessageBytes: 1_048_588, compacted: true },
];

/**
 * Creates what is missing and leaves what exists as it is. Replication is the brokers' own default, so that
 * one broker on a laptop and three in production both work.
 */
export const createTopics = (kafka: Kafka, plans: readonly TopicPlan[]): Promise<readonly string[]> =>
  withAdmin(kafka, async (admin) => {
    const present = new Set(await admin.listTopics());
    const missing = plans.filter((plan) => !present.has(plan.topic));
    if (missing.length === 0) return [];
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((plan) => ({
        topic: plan.topic,
        numPartitions: plan.partitions,
        replicationFactor: -1,
        configEntries: [
          { name: 'cleanup.policy', value: plan.compacted === true ? 'compact' : 'delete' },
          { name: 'retention.ms', value: String(plan.retentionMs) },
          { name: 'max.message.bytes', value: String(plan.maxMessageBytes) },
        ],
      })),
    });
    return missing.map((plan) => plan.topic);
  });

/** What a partition has: from the offset `low` on, up to, not including, `high`. */
export interface Extent {
  readonly low: bigint;
  readonly high: bigint;
}

/** Asks the brokers. A partition that is not there has nothing. */
export const extentOf = (kafka: Kafka, topic: string, partition: number): Promise<Extent> =>
  withAdmin(kafka, async (admin) => {
    const offsets = await admin.fetchTopicOffsets(topic);
    const { low, high } = offsets.find((one) => one.partition === partition) ?? { low: 0, high: 0 };
    return { low: BigInt(low), high: BigInt(high) };
  });

/** For each partition of a topic, the offset after its newest record. */
export async function endOffsets(admin: Admin, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
}
