/** Keeps the index of what can match equal to the log of subscriptions. */
import type { SubscriptionIndex } from '../../domain/match/subscription-index.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';

/**
 * Answers what to do with each event of the log. Active and paused subscriptions match, for what is paused is
 * owed and held; disabled and deleted ones do not.
 */
export const followMatchable =
  (directory: SubscriptionDirectory, index: SubscriptionIndex) =>
  (event: SubscriptionEvent): void => {
    const subscription = directory.apply(event);
    if (subscription === null) return;
    if (subscription.status === 'active' || subscription.status === 'paused') {
      index.put({ ...subscription.settings, id: subscription.id, accountId: subscription.accountId });
    } else {
      index.remove(event.subscription_id);
    }
  };
