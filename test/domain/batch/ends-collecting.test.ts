import { describe, expect, it } from 'vitest';
import { endsCollecting } from '../../../domain/batch/ends-collecting.ts';
import { evolve, initialState, type Subscription } from '../../../domain/subscription/subscription.ts';
import type { Sealed, StoredSettings } from '../../../schemas/subscription-log.ts';
import { changed, created } from '../subscription/subscription-log.ts';

const AGGREGATION = { batch_size: 10, batch_timeout: 30 };
const subscriptionWith = (settings: Partial<StoredSettings>): Subscription =>
  evolve(initialState(), created(1, settings));
const updated = (changes: Partial<StoredSettings>) =>
  changed(2, { type: 'SubscriptionUpdated', changes, secret: null });

describe('what was collected is flushed', () => {
  it.each([
    ['a pause', changed(2, { type: 'SubscriptionPaused' })],
    ['a disabling', changed(2, { type: 'SubscriptionDisabled', reason: 'gone' })],
    ['a deletion', changed(2, { type: 'SubscriptionDeleted' })],
    ['other terms', updated({ aggregation: { batch_size: 20, batch_timeout: 30 } })],
    ['no more batches', updated({ aggregation: null })],
  ])('by %s', (_name, event) => {
    expect(endsCollecting(subscriptionWith({ aggregation: AGGREGATION }), [event])).toBe(true);
    expect(endsCollecting(subscriptionWith({}), [event])).toBe(false);
  });

  it.each([
    ['another url', updated({ url: 'https://example.com/other' })],
    ['a resume', changed(2, { type: 'SubscriptionResumed' })],
    ['an enabling', changed(2, { type: 'SubscriptionEnabled' })],
    [
      'another secret',
      changed(2, { type: 'SubscriptionUpdated', changes: {}, secret: 'v1.other' as Sealed }),
    ],
  ])('not by %s', (_name, event) => {
    expect(endsCollecting(subscriptionWith({ aggregation: AGGREGATION }), [event])).toBe(false);
  });
});
