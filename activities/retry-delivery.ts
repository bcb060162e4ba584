/**
 * All attempts of a delivery after the first, with the waits between them kept by the server: waiting costs
 * neither a workflow task nor an event of history, and the Temporal UI shows attempt, last failure and next try.
 */
import { activityInfo, ApplicationFailure, heartbeat } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { AttemptDelivery } from './attempt-delivery.ts';
import type { AttemptEnd } from './make-attempt.ts';

/** What an attempt may have left to do for the workflow that carries the delivery. */
export type Unfinished = Extract<AttemptEnd, { readonly step: 'retry' }>;

/** Well below the heartbeat timeout of workflows/delivery.ts. */
const HEARTBEAT_EVERY_MS = 5_000;

/** What survives from one execution to the next, in the heartbeat: a worker that dies costs no attempt. */
export interface Progress {
  readonly attemptsMade: number;
}

/**
 * Each execution ends with a failure that names the next delay, or with the delivery's end. Temporal's attempt
 * n is ours as long as no worker dies, for the first execution makes no attempt: it takes over what the first
 * attempt left.
 */
export const createRetryDelivery = (attemptDelivery: AttemptDelivery) =>
  async function retryDelivery(task: DeliveryTask, first: Unfinished): Promise<AttemptEnd> {
    const { attempt: execution, heartbeatDetails } = activityInfo();
    const before = (heartbeatDetails as Progress | undefined) ?? { attemptsMade: first.number };
    if (execution === 1) throw waiting(first);

    const beating = setInterval(() => heartbeat(before), HEARTBEAT_EVERY_MS);
    try {
      const end = await attemptDelivery(task, before.attemptsMade + 1);
      if (end.step === 'retry') throw waiting(end);
      return end;
    } finally {
      clearInterval(beating);
    }
  };

/** The failure that makes the server wait. It is expected, so it is logged and counted as benign. */
function waiting(end: Unfinished): ApplicationFailure {
  heartbeat({ attemptsMade: end.number } satisfies Progress);
  return ApplicationFailure.create({
    message: `attempt ${end.number}: ${end.failure}`,
    type: 'AttemptFailed',
    // For a workflow that has asked for an end of the waiting: the server then does not start it again.
    details: [end],
    nextRetryDelay: end.delayMs,
    category: ApplicationFailureCategory.BENIGN,
  });
}
