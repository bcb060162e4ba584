/** Which changes of a subscription end what its batches are collecting. */
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { isLive, type Subscription } from '../subscription/subscription.ts';

/**
 * True where batches that are open `before` the change are to be flushed at once: other terms, or none, for what comes
 * next; a pause, for what was collected is then owed and held; an end, for it is then owed no longer, which only a
 * delivery can put on record.
 */
export function endsCollecting(before: Subscription, change: readonly SubscriptionEvent[]): boolean {
  if (!isLive(before) || before.settings.aggregation === null) return false;
  return change.some((event) => {
    switch (event.type) {
      case 'SubscriptionUpdated':
        return event.changes.aggregation !== undefined;
      case 'SubscriptionPaused':
      case 'SubscriptionDisabled':
      case 'SubscriptionDeleted':
        return true;
      case 'SubscriptionCreated':
      case 'SubscriptionSecretRotated':
      case 'SubscriptionReencrypted':
      case 'SubscriptionResumed':
      case 'SubscriptionEnabled':
        return false;
    }
  });
}
