import { isRecordRefusal } from '../infra/kafka/appender.ts';
import type { EventLog } from '../infra/kafka/event-log.ts';
import type { SubscriptionEvent } from '../schemas/subscription-log.ts';

/** `refused`: Kafka takes no such record, and nothing was appended. Histories from before know neither. */
export type Appended = 'appended' | 'refused';

/**
 * Appends what a subscription's actor decided. Made again after a crash it writes the same versions again,
 * which every reader drops.
 */
export const createAppendSubscriptionEvents = (deps: { readonly eventLog: EventLog }) =>
  async function appendSubscriptionEvents(events: readonly SubscriptionEvent[]): Promise<Appended> {
    try {
      await deps.eventLog.appendSubscriptionEvents(events);
      return 'appended';
    } catch (error) {
      // Tried again it would hold up every later command of the subscription for ever.
      if (isRecordRefusal(error)) return 'refused';
      throw error;
    }
  };
