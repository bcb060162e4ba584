import type { EventLog } from '../infra/kafka/event-log.ts';
import type { SubscriptionEvent } from '../schemas/subscription-log.ts';

/**
 * Appends what a subscription's actor decided. Made again after a crash it writes the same versions again,
 * which every reader drops.
 */
export const createAppendSubscriptionEvents = (deps: { readonly eventLog: EventLog }) =>
  function appendSubscriptionEvents(events: readonly SubscriptionEvent[]): Promise<void> {
    return deps.eventLog.appendSubscriptionEvents(events);
  };
