import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectDeliveries, type Projected } from '../../../domain/record/project-deliveries.ts';
import type { DeliveryRow } from '../../../domain/record/read-model-rows.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';
import { attempted, deliveryHistory, scheduled } from './delivery-history.ts';

/** What a store would hold after the chunks: the last row of each key, and the sums of all changes. */
function storedAfter(chunks: readonly (readonly DeliveryEvent[])[]) {
  const rows = new Map<DeliveryId, DeliveryRow>();
  const attempts = new Map<string, Projected['attempts'][number]>();
  const counters = new Map<string, Projected['counters'][number]>();
  const buckets = new Map<string, number>();
  for (const chunk of chunks) {
    const projected = projectDeliveries(rows, chunk);
    for (const row of projected.deliveries) rows.set(row.id, row);
    for (const row of projected.attempts) {
      const key = `${row.deliveryId} ${row.number}`;
      if (row.endedAt > (attempts.get(key)?.endedAt ?? '')) attempts.set(key, row);
    }
    for (const change of projected.counters) {
      const sum = counters.get(change.subscriptionId);
      counters.set(change.subscriptionId, {
        ...change,
        pending: change.pending + (sum?.pending ?? 0),
        held: change.held + (sum?.held ?? 0),
        succeeded: change.succeeded + (sum?.succeeded ?? 0),
        failed: change.failed + (sum?.failed ?? 0),
        durationUs: change.durationUs + (sum?.durationUs ?? 0),
        lastDelivery: later(sum?.lastDelivery, change.lastDelivery),
        lastSuccess: later(sum?.lastSuccess, change.lastSuccess),
      });
    }
    for (const { subscriptionId, bucket, count } of projected.responseTimes) {
      const key = `${subscriptionId} ${bucket}`;
      const sum = (buckets.get(key) ?? 0) + count;
      if (sum === 0) buckets.delete(key);
      else buckets.set(key, sum);
    }
  }
  return { rows, attempts, counters, buckets };
}

const later = (a: string | null | undefined, b: string | null): string | null =>
  [a ?? '', b ?? ''].sort()[1] || null;

/** `events` cut into chunks of these sizes, over and over. */
function chunked(events: readonly DeliveryEvent[], sizes: readonly number[]): DeliveryEvent[][] {
  const chunks: DeliveryEvent[][] = [];
  for (let from = 0, turn = 0; from < events.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(events.slice(from, from + size));
    from += size;
  }
  return chunks;
}

describe('the projection of deliveries', () => {
  it('knows what ended the collecting of a batch, whichever record of it comes first', () => {
    const handedOver: DeliveryEvent = {
      ...(scheduled(0, 0) as Extract<DeliveryEvent, { type: 'DeliveryScheduled' }>),
      batched_events: 1,
      flushed_by: 'timeout',
    };
    const records = [handedOver, attempted(0, 10, 1, 'succeed'), scheduled(0, 1)];
    for (const order of [records, [...records].reverse()]) {
      const [row] = storedAfter(order.map((record) => [record])).rows.values();
      expect(row?.flushedBy).toBe('timeout');
    }
  });

  it('comes to the same, however the log is cut into chunks', () => {
    const logs = fc
      .tuple(deliveryHistory(1), deliveryHistory(2), deliveryHistory(4))
      .chain((all) => fc.shuffledSubarray(all.flat(), { minLength: all.flat().length }));
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(logs, sizes, (events, cuts) => {
        expect(storedAfter(chunked(events, cuts))).toEqual(storedAfter([events]));
      }),
    );
  });

  it('adds a delivery to its counters once, whatever number of its records is in the chunk', () => {
    const { counters } = projectDeliveries(new Map(), [
      scheduled(1, 0),
      attempted(1, 100, 1, 'retry'),
      attempted(1, 5_100, 2, 'succeed', 20),
    ]);
    expect(counters).toMatchObject([{ pending: 0, held: 0, succeeded: 1, failed: 0, durationUs: 20_000 }]);
  });

  it('takes back what an exhausted delivery had added when it starts again', () => {
    const { deliveries } = projectDeliveries(new Map(), [attempted(1, 100, 1, 'exhaust', 20)]);
    const before = new Map(deliveries.map((row) => [row.id, row]));
    const { counters, responseTimes } = projectDeliveries(before, [attempted(1, 9_000, 2, 'retry', 30)]);
    expect(counters).toMatchObject([{ pending: 1, failed: -1, durationUs: -20_000 }]);
    expect(responseTimes).toMatchObject([{ count: -1 }]);
  });
});
