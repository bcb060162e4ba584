/** Whether what stands on `webhooks.held` is owed still. */
import type { DeliveryStatus, DeliveryTask } from '../../schemas/delivery.ts';

/** What the read model knows of a delivery. It may lag behind. */
export interface KnownOutcome {
  readonly status: DeliveryStatus;
  /** How many attempts have ended. */
  readonly attempts: number;
}

/**
 * False where a delivery has ended although it is held, so that it would be sent a second time: somebody cancelled it
 * while an attempt was on the wire that then failed, or a router that had lost its partition held it once more. Null:
 * nothing is known of it yet. One that was begun again has not been tried since, and is owed.
 */
export function isStillOwed(
  task: Pick<DeliveryTask, 'attemptsBefore'>,
  attemptsMade: number,
  known: KnownOutcome | null,
): boolean {
  if (known === null || task.attemptsBefore === attemptsMade) return true;
  switch (known.status) {
    case 'pending':
    case 'retrying':
    case 'held':
      return true;
    case 'cancelled':
      return known.attempts < attemptsMade;
    case 'succeeded':
    case 'exhausted':
    case 'blocked':
      return known.attempts <= attemptsMade;
  }
}
