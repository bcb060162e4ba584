/** Whether what stands on `webhooks.held` is owed still. */
import type { DeliveryStatus, DeliveryTask } from '../../schemas/delivery.ts';

/** What the read model knows of a delivery. It may lag behind. */
export interface KnownOutcome {
  readonly status: DeliveryStatus;
  /** How many attempts have ended. */
  readonly attempts: number;
}

/**
 * How many attempts of a held delivery have been made, or null where it has ended although it is held, so that it would
 * be sent a second time: somebody cancelled it while an attempt was on the wire that then failed, or it was held once
 * more by a router that had lost its partition, or by the end of what it stands in for. `known` null: nothing is known
 * of it yet. One that was begun again has not been tried since, and is owed.
 */
export function attemptsIfOwed(
  task: Pick<DeliveryTask, 'attemptsBefore'>,
  attemptsMade: number,
  known: KnownOutcome | null,
): number | null {
  if (known === null || task.attemptsBefore === attemptsMade) return attemptsMade;
  switch (known.status) {
    case 'pending':
    case 'retrying':
    case 'held':
      // What was held once more knows nothing of the attempts before.
      return Math.max(attemptsMade, known.attempts);
    case 'cancelled':
      return known.attempts < attemptsMade ? attemptsMade : null;
    case 'succeeded':
    case 'exhausted':
    case 'blocked':
      return known.attempts <= attemptsMade ? attemptsMade : null;
  }
}
