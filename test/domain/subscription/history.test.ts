import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subscriptionAt } from '../../../domain/subscription/history.ts';
import { changed, created, momentOf } from './subscription-log.ts';

const history = [
  created(1),
  changed(2, { type: 'SubscriptionUpdated', changes: { events: ['b'] }, secret: null }),
  changed(3, { type: 'SubscriptionPaused' }),
  changed(4, { type: 'SubscriptionDisabled', reason: 'gone' }),
  changed(5, { type: 'SubscriptionEnabled' }),
  changed(6, { type: 'SubscriptionDeleted' }),
];

describe('a subscription at a moment', () => {
  it.each([
    [0, 'absent'],
    [1, 'active'],
    [3, 'paused'],
    [4, 'disabled'],
    [5, 'active'],
    [6, 'deleted'],
  ])('after %i changes is %s', (version, status) => {
    expect(subscriptionAt(history, momentOf(version))).toMatchObject({ version, status });
  });

  it('is what it was up to the last millisecond before the next change', () => {
    expect(subscriptionAt(history, momentOf(3) - 1)).toMatchObject({
      version: 2,
      settings: { events: ['b'] },
    });
  });

  it('does not go back where a later change bears an earlier time', () => {
    const early = { ...changed(4, { type: 'SubscriptionEnabled' }), at: new Date(momentOf(1)).toISOString() };
    const log = [...history.slice(0, 3), early];
    expect(subscriptionAt(log, momentOf(2)).version).toBe(2);
    expect(subscriptionAt(log, momentOf(9)).version).toBe(4);
  });

  it('is the same for any order and repetition of its log', () => {
    const shuffled = fc.shuffledSubarray([...history, ...history], { minLength: history.length * 2 });
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 0, max: 7 }), (log, version) => {
        expect(subscriptionAt(log, momentOf(version))).toEqual(subscriptionAt(history, momentOf(version)));
      }),
    );
  });
});
