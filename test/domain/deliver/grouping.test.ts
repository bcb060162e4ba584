import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_RATE, planGroups, QUIET_PER_SECOND, rateAfter } from '../../../domain/deliver/grouping.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';

const task = (name: string, length = 10) =>
  ({ deliveryId: name, body: 'x'.repeat(length) }) as unknown as DeliveryTask;
const record = (offset: number, deliveries: number, length = 10) => ({
  offset: BigInt(offset),
  tasks: Array.from({ length: deliveries }, (_, index) => task(`${offset}.${index}`, length)),
});
const LIMITS = { deliveries: 4, bodyLength: 100 };

describe('a plan of groups', () => {
  it('puts together what fits, and names each group for where it begins', () => {
    const plan = planGroups([record(12, 2), record(13, 2), record(15, 1)], 10n, 20n, LIMITS);
    expect(plan).toMatchObject([
      { firstOffset: 10n, nextOffset: 15n, part: 0, tasks: { length: 4 } },
      { firstOffset: 15n, nextOffset: 20n, part: 0, tasks: { length: 1 } },
    ]);
  });

  it('cuts by length as well as by number', () => {
    const plan = planGroups([record(1, 1, 60), record(2, 1, 60)], 1n, 3n, LIMITS);
    expect(plan.map(({ tasks }) => tasks.length)).toEqual([1, 1]);
  });

  it('gives a record with too many deliveries several groups, the one that speaks for all of them last', () => {
    const plan = planGroups([record(1, 9)], 1n, 2n, LIMITS);
    expect(plan.map(({ part, tasks }) => [part, tasks.length])).toEqual([
      [2, 1],
      [1, 4],
      [0, 4],
    ]);
  });

  it('holds every delivery once, within its limits, and leaves no offset out', () => {
    const records = fc.array(fc.record({ deliveries: fc.integer({ min: 1, max: 12 }), gap: fc.nat(3) }));
    fc.assert(
      fc.property(records, (shapes) => {
        let offset = 5;
        const given = shapes.map(({ deliveries, gap }) => record((offset += 1 + gap), deliveries, 30));
        const plan = planGroups(given, 5n, BigInt(offset + 1), LIMITS);
        const planned = plan.flatMap(({ tasks }) => tasks.map(({ deliveryId }) => deliveryId));
        const owed = given.flatMap(({ tasks }) => tasks.map(({ deliveryId }) => deliveryId));
        expect([...planned].sort()).toEqual([...owed].sort());
        for (const { tasks } of plan) {
          expect(tasks.length).toBeLessThanOrEqual(LIMITS.deliveries);
          expect(tasks.length === 1 || tasks.length * 30 <= LIMITS.bodyLength).toBe(true);
        }
        const whole = plan.filter(({ part }) => part === 0);
        whole.forEach(({ firstOffset }, index) =>
          expect(firstOffset).toBe(index === 0 ? 5n : whole[index - 1]?.nextOffset),
        );
        if (given.length > 0) expect(whole.at(-1)?.nextOffset).toBe(BigInt(offset + 1));
      }),
    );
  });
});

describe('the rate of deliveries', () => {
  const steady = (perSecond: number) => {
    let rate = NO_RATE;
    for (let ms = 0; ms < 5_000; ms += 1_000 / perSecond) rate = rateAfter(rate, 1, ms);
    return rate.perSecond;
  };

  it('comes close to a steady one', () => {
    expect(steady(20)).toBeCloseTo(20, -1);
    expect(steady(200)).toBeGreaterThan(QUIET_PER_SECOND);
  });

  it('forgets', () => {
    expect(rateAfter({ perSecond: 1_000, atMs: 0 }, 0, 10_000).perSecond).toBeLessThan(1);
  });
});
