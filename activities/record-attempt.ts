import { heldDelivery } from '../domain/record/delivery-event.ts';
import type { EventLog, HeldChange } from '../infra/kafka/event-log.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import type { AttemptMade } from './make-attempt.ts';

/** Wakes the actors that release what subscriptions have held. */
export interface Releases {
  /**
   * Without waiting; a wake-up that is lost is made up for by the sweep. `inMs`: from when there is something to send,
   * at once unless it says otherwise. A release that is to look sooner anyway is left alone.
   */
  wake(id: SubscriptionId, inMs?: number): void;
}

export interface RecordDeps {
  readonly eventLog: EventLog;
  readonly releases: Releases;
}

/**
 * Appends what came of an attempt of a delivery that some workflow carries. Once it resolves, a delivery that may
 * not be sent now stands on `webhooks.held`, and its workflow owes it nothing any more.
 */
export async function recordAttempt(
  { eventLog, releases }: RecordDeps,
  task: DeliveryTask,
  { end, events, fallback }: AttemptMade,
): Promise<void> {
  if (end.step !== 'hold') {
    await eventLog.appendDeliveryEvents(events, holdFallback(fallback));
    if (fallback !== null) releases.wake(task.subscriptionId);
    return;
  }
  const held = heldDelivery(task, end.attemptsMade, null);
  await eventLog.appendDeliveryEvents(events, [{ change: 'hold', held }]);
  if (end.reason !== 'paused') releases.wake(task.subscriptionId, end.waitMs ?? 0);
}

/** What is appended with the end of a delivery for the one that takes its place. */
export const holdFallback = (fallback: AttemptMade['fallback']): readonly HeldChange[] =>
  fallback === null ? [] : [{ change: 'hold', held: heldDelivery(fallback, 0, null) }];
