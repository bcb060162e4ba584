/**
 * First attempts that are begun as soon as Temporal holds their workflows. The workflow asks for the same attempt a while
 * later, as a local activity, and is given the one that was begun: its way there through Temporal's SDK takes longer
 * than all that an attempt does before it sends.
 */
import type { AttemptDelivery } from '../../activities/attempt-delivery.ts';
import type { AttemptEnd } from '../../domain/deliver/attempt-end.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { DeliveryId } from '../../schemas/ids.ts';

export interface EarlyAttempts {
  /** Begins the first attempt. Only for a delivery whose workflow nobody else has been given a task of. */
  begin(task: DeliveryTask): void;
  /** The attempt that a workflow asks for: the one that was begun, if any, or one that is made now. */
  attemptDelivery: AttemptDelivery;
  /** Resolves once those have ended, well or not, which were begun and which no workflow has asked for so far. */
  ended(): Promise<void>;
}

/** A workflow task that nobody has done after ten seconds is given to another worker, which asks elsewhere. */
const ASKED_WITHIN_MS = 60_000;

/** Attempts are made by `attempt`. */
export function createEarlyAttempts(attempt: AttemptDelivery): EarlyAttempts {
  const begun = new Map<DeliveryId, Promise<AttemptEnd>>();
  return {
    begin(task) {
      // Not the task in the timer: it would keep the body for so long, which may be large.
      const { deliveryId } = task;
      const attempting = attempt(task, 1);
      begun.set(deliveryId, attempting);
      // The workflow hears of a failure, if it asks.
      attempting.catch(() => undefined);
      setTimeout(() => begun.delete(deliveryId), ASKED_WITHIN_MS).unref();
    },
    async attemptDelivery(task, number, begunMs) {
      const early = begun.get(task.deliveryId);
      begun.delete(task.deliveryId);
      return early ?? attempt(task, number, begunMs);
    },
    async ended() {
      await Promise.allSettled(begun.values());
    },
  };
}
