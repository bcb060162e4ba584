/** How far consumer groups are behind, for `/metrics`: what builds up on Kafka while something does not keep up. */
import type { Admin } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { KeptAdmin } from './admin.ts';

/** A group and what it reads. */
export interface ReadingGroup {
  readonly groupId: string;
  readonly topics: readonly string[];
}

/** A scrape waits no longer for Kafka. */
const PATIENCE_MS = 2_000;

/**
 * Measures `groups` at each scrape, whichever members they have: all of a service's processes tell the same. NaN while
 * Kafka does not answer.
 */
export function measureLag(registry: Registry, admin: KeptAdmin, groups: readonly ReadingGroup[]): void {
  new Gauge({
    name: 'webhooks_consumer_lag_records',
    help: 'Records on Kafka that the group has not taken yet.',
    labelNames: ['group'],
    registers: [registry],
    async collect() {
      const measure = async (group: ReadingGroup): Promise<void> => {
        const asked = admin.ask((asking) => lagOf(asking, group)).catch(() => NaN);
        const lag = await Promise.race([asked, delay(PATIENCE_MS, NaN, { ref: false })]);
        this.set({ group: group.groupId }, lag);
      };
      await Promise.all(groups.map(measure));
    },
  });
}

/** What is appended and not committed, over all partitions. A group that has committed nothing begins with the oldest. */
async function lagOf(admin: Admin, { groupId, topics }: ReadingGroup): Promise<number> {
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
  let lag = 0;
  for (const { topic, partitions } of committed) {
    const reached = new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      lag += Math.max(0, Number(high) - Math.max(Number(low), reached.get(partition) ?? -1));
    }
  }
  return lag;
}
