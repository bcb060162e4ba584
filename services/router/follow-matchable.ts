/** Keeps the index of what can match equal to the subscriptions. */
import type { SubscriptionIndex } from '../../domain/match/subscription-index.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import {
  isLive,
  matchable,
  type LiveSubscription,
  type Subscription,
} from '../../domain/subscription/subscription.ts';
import type { SubscriptionReader } from '../../infra/projections/follow-subscriptions.ts';

/**
 * Answers what to do with what is told of subscriptions. Active and paused ones match, for what is paused is owed
 * and held; disabled and deleted ones do not.
 */
export function followMatchable(
  directory: SubscriptionDirectory,
  index: SubscriptionIndex,
): Pick<SubscriptionReader, 'onState' | 'onEvent'> {
  const change = (before: Subscription, after: Subscription | null): void => {
    if (after === null) return;
    if (isMatchable(before)) index.remove(matchable(before));
    if (isMatchable(after)) index.add(matchable(after));
  };
  return {
    onState: (state) => change(directory.get(state.id), directory.restore(state)),
    onEvent: (event) => change(directory.get(event.subscription_id), directory.apply(event)),
  };
}

const isMatchable = (subscription: Subscription): subscription is LiveSubscription =>
  isLive(subscription) && subscription.status !== 'disabled';
