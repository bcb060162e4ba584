/** Counts the log of deliveries anew, from its first record, and compares the read models with that. */
import { evolveDelivery, newDelivery, type DeliveryRecord } from '../domain/record/delivery.ts';
import { contributionOf } from '../domain/record/stats.ts';
import { decodeDeliveryEvent } from '../infra/kafka/event-log.ts';
import { readPast, wholeRanges } from '../infra/kafka/read-past.ts';
import { DELIVERY_LOG } from '../infra/kafka/topics.ts';
import type { Rig } from './rig.ts';
import type { Target } from './findings.ts';
import { until } from './stack.ts';

type Counts = Record<'deliveries' | 'attempts' | 'pending' | 'held' | 'succeeded' | 'failed', number>;

/** Waits until the projector has read all that the log holds now, then compares. */
export async function recountTarget({ stack, patienceMs, signal }: Rig): Promise<Target> {
  const { kafka, logger, database } = stack;
  const ranges = await wholeRanges(kafka, [DELIVERY_LOG]);
  const deliveries = new Map<string, DeliveryRecord>();
  const attempts = new Set<string>();
  await readPast(kafka, logger, {
    reader: 'webhooks-bench-recount',
    ranges,
    timeLimitMs: 3_600_000,
    signal,
    onChunk({ records }) {
      for (const { value } of records) {
        const decoded = decodeDeliveryEvent(value);
        if (!decoded.ok) continue;
        const { event } = decoded;
        const before = deliveries.get(event.delivery_id) ?? newDelivery(event.at);
        deliveries.set(event.delivery_id, evolveDelivery(before, event));
        if (event.type === 'AttemptEnded') attempts.add(`${event.delivery_id} ${event.number}`);
      }
      return 'go_on';
    },
  });
  const recounted: Counts = {
    deliveries: deliveries.size,
    attempts: attempts.size,
    pending: 0,
    held: 0,
    succeeded: 0,
    failed: 0,
  };
  for (const delivery of deliveries.values()) {
    const contribution = contributionOf(delivery);
    for (const name of ['pending', 'held', 'succeeded', 'failed'] as const)
      recounted[name] += contribution[name];
  }

  const isProjected = async (): Promise<boolean> => {
    const { rows } = await database.query<{ partition: number; next_offset: string }>(
      'select partition, min(next_offset) as next_offset from projection_offsets where topic = $1 group by partition',
      [DELIVERY_LOG],
    );
    const reached = new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
    return ranges.every(({ partition, firstOffset, endOffset }) =>
      endOffset === firstOffset ? true : (reached.get(partition) ?? 0n) >= endOffset,
    );
  };
  await until(isProjected, patienceMs, 'the projector to read what is in the log', signal);
  const { rows } = await database.query<Record<keyof Counts, string>>(
    `select (select count(*) from deliveries) as deliveries, (select count(*) from attempts) as attempts,
            coalesce(sum(pending), 0) as pending, coalesce(sum(held), 0) as held,
            coalesce(sum(succeeded), 0) as succeeded, coalesce(sum(failed), 0) as failed
     from subscription_stats`,
  );
  const differences = Object.entries(recounted)
    .map(([name, count]) => [name, count, Number(rows[0]![name as keyof Counts])] as const)
    .filter(([, count, stored]) => count !== stored)
    .map(([name, count, stored]) => `${name}: ${stored} stored, ${count} counted`);
  return {
    says: 'read models equal a recount',
    wanted: 'all figures',
    found: differences.length === 0 ? `${deliveries.size} deliveries` : differences.join(', '),
    isMet: differences.length === 0,
  };
}
