import { heldDelivery } from '../domain/record/delivery-event.ts';
import type { EventLog, HeldChange } from '../infra/kafka/event-log.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import { type AttemptMade, type Deliverable, wholeTask } from './make-attempt.ts';

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
  delivery: Deliverable,
  { end, events, fallback }: AttemptMade,
): Promise<void> {
  const { subscriptionId } = delivery.task;
  await holdBefore(
    eventLog,
    end.step === 'hold'
      ? [{ change: 'hold', held: heldDelivery(wholeTask(delivery), end.attemptsMade, null) }]
      : holdFallback(fallback),
  );
  await eventLog.appendDeliveryEvents(events);
  if (end.step === 'hold' && end.reason !== 'paused') releases.wake(subscriptionId, end.waitMs ?? 0);
  if (fallback !== null) releases.wake(subscriptionId);
}

/**
 * Puts what is to be held on `webhooks.held` before the log says so. The two stand on different partitions, perhaps of
 * different brokers, and one append may be taken by half: whoever finds after a crash that the log calls a delivery held
 * leaves it alone, and nobody would ever send it.
 */
export async function holdBefore(eventLog: EventLog, held: readonly HeldChange[]): Promise<void> {
  if (held.length > 0) await eventLog.appendDeliveryEvents([], held);
}

/** What is held at the end of a delivery for the one that takes its place. */
export const holdFallback = (fallback: AttemptMade['fallback']): readonly HeldChange[] =>
  fallback === null ? [] : [{ change: 'hold', held: heldDelivery(fallback, 0, null) }];
