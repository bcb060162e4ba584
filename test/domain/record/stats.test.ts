import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evolveDelivery, newDelivery, type DeliveryRecord } from '../../../domain/record/delivery.ts';
import {
  bucketOf,
  contributionOf,
  durationOf,
  quantileOf,
  statsOf,
  type Contribution,
} from '../../../domain/record/stats.ts';
import { at, deliveryHistory } from './delivery-history.ts';

type Counts = Pick<Contribution, 'pending' | 'held' | 'succeeded' | 'failed'>;
const NO_COUNTS: Counts = { pending: 0, held: 0, succeeded: 0, failed: 0 };

const add = (a: Counts, b: Counts, sign: 1 | -1): Counts => ({
  pending: a.pending + sign * b.pending,
  held: a.held + sign * b.held,
  succeeded: a.succeeded + sign * b.succeeded,
  failed: a.failed + sign * b.failed,
});

describe('the counters of a subscription', () => {
  it('moved record by record equal a recount over all deliveries', () => {
    const histories = fc
      .tuple(deliveryHistory(1), deliveryHistory(2), deliveryHistory(3))
      .chain((all) => fc.shuffledSubarray(all.flat(), { minLength: all.flat().length }));
    fc.assert(
      fc.property(histories, (events) => {
        const deliveries = new Map<string, DeliveryRecord>();
        let moved = NO_COUNTS;
        for (const event of events) {
          const before = deliveries.get(event.delivery_id);
          const after = evolveDelivery(before ?? newDelivery(event.at), event);
          deliveries.set(event.delivery_id, after);
          moved = add(moved, contributionOf(after), 1);
          if (before !== undefined) moved = add(moved, contributionOf(before), -1);
        }
        const recounted = [...deliveries.values()]
          .map(contributionOf)
          .reduce((sum, contribution) => add(sum, contribution, 1), NO_COUNTS);
        expect(moved).toEqual(recounted);
      }),
    );
  });

  it('count a delivery exactly once, under its status, and a cancelled one nowhere', () => {
    fc.assert(
      fc.property(deliveryHistory(1), (events) => {
        const delivery = events.reduce(evolveDelivery, newDelivery(at(0)));
        const { pending, held, succeeded, failed } = contributionOf(delivery);
        expect(pending + held + succeeded + failed).toBe(delivery.status === 'cancelled' ? 0 : 1);
      }),
    );
  });

  it('take the duration of the attempt that ended it, and none while it goes on', () => {
    const ended = { ...newDelivery(at(0)), status: 'succeeded' as const, lastDurationMs: 40 };
    expect(contributionOf(ended)).toMatchObject({ durationMs: 40, bucket: bucketOf(40) });
    expect(contributionOf({ ...ended, status: 'retrying' })).toMatchObject({ durationMs: 0, bucket: null });
  });
});

const aDuration = fc.double({ min: 0.02, max: 3_600_000, noNaN: true });
const within1Percent = (estimate: number, exact: number): void => {
  expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(0.01 + 1e-9);
};

describe('the histogram of response times', () => {
  it('gives every duration back within 1 %', () => {
    fc.assert(
      fc.property(aDuration, (durationMs) => within1Percent(durationOf(bucketOf(durationMs)), durationMs)),
    );
  });

  it('puts longer durations into no smaller bucket', () => {
    fc.assert(
      fc.property(aDuration, aDuration, (a, b) => {
        expect(Math.sign(bucketOf(a) - bucketOf(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('answers every quantile within 1 % of the nearest-rank one, in any order of buckets', () => {
    const q = fc.constantFrom(0, 0.5, 0.9, 0.95, 0.99, 1);
    fc.assert(
      fc.property(fc.array(aDuration, { minLength: 1, maxLength: 200 }), q, (durations, quantile) => {
        const counts = durations.map((durationMs) => [bucketOf(durationMs), 1] as const);
        const sorted = [...durations].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? 0;
        within1Percent(quantileOf(counts, quantile) ?? NaN, exact);
      }),
    );
  });

  it('has no quantile while it is empty, also where its counts have gone back to zero', () => {
    expect(quantileOf([], 0.95)).toBeNull();
    expect(quantileOf([[7, 0]], 0.95)).toBeNull();
  });

  it('passes over buckets whose count has gone back to zero', () => {
    const counts = [[1, 0] as const, [400, 3] as const];
    expect(quantileOf(counts, 0)).toBe(durationOf(400));
  });
});

describe('the stats of a subscription', () => {
  const none = {
    pending: 0,
    held: 0,
    succeeded: 0,
    failed: 0,
    durationMsSum: 0,
    lastDelivery: null,
    responseTimes: [],
  };

  it('are zeros and no last delivery before anything was delivered', () => {
    expect(statsOf(none)).toEqual({
      total_deliveries: 0,
      successful_deliveries: 0,
      failed_deliveries: 0,
      pending_deliveries: 0,
      held_deliveries: 0,
      average_response_time: 0,
      p95_response_time: 0,
      last_delivery: null,
    });
  });

  it('count as delivered what has ended, and give times in seconds', () => {
    const stats = statsOf({
      ...none,
      pending: 4,
      held: 5,
      succeeded: 2,
      failed: 1,
      durationMsSum: 3_000,
      lastDelivery: at(7),
      responseTimes: [
        [bucketOf(2_000), 1],
        [bucketOf(500), 2],
      ],
    });
    expect(stats).toMatchObject({
      total_deliveries: 3,
      successful_deliveries: 2,
      failed_deliveries: 1,
      pending_deliveries: 4,
      held_deliveries: 5,
      average_response_time: 1,
      last_delivery: at(7),
    });
    within1Percent(stats.p95_response_time, 2);
  });
});
