/** Keeps the index of what can match equal to the subscriptions. */
import type { SubscriptionIndex } from '../../domain/match/subscription-index.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import type { SubscriptionReader } from '../../infra/projections/follow-subscriptions.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';

/**
 * Answers what to do with what is told of subscriptions. Active and paused ones match, for what is paused is owed
 * and held; disabled and deleted ones do not.
 */
export function followMatchable(
  directory: SubscriptionDirectory,
  index: SubscriptionIndex,
): Pick<SubscriptionReader, 'onState' | 'onEvent'> {
  const put = (id: SubscriptionId, subscription: Subscription | null): void => {
    if (subscription === null) return;
    if (subscription.status === 'active' || subscription.status === 'paused') {
      index.put({ ...subscription.settings, id: subscription.id, accountId: subscription.accountId });
    } else {
      index.remove(id);
    }
  };
  return {
    onState: (state) => put(state.id, directory.restore(state)),
    onEvent: (event) => put(event.subscription_id, directory.apply(event)),
  };
}
