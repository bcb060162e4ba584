/**
 * All attempts of a delivery after the first, with the waits between them kept by the server: waiting costs
 * neither a workflow task nor an event of history, and the Temporal UI shows attempt, last failure and next try.
 */
import { activityInfo, ApplicationFailure, heartbeat } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { AttemptDelivery, AttemptEnd } from './attempt-delivery.ts';

/** What the first attempt may have left to do. */
export type Unfinished = Extract<AttemptEnd, { readonly step: 'retry' | 'hold' }>;

/** How often a paused delivery looks whether it may go. */
const HELD_RECHECK_MS = 5_000;
/** Well below the heartbeat timeout of workflows/delivery.ts. */
const HEARTBEAT_EVERY_MS = 5_000;

/** What survives from one execution to the next, in the heartbeat: a worker that dies costs no attempt. */
interface Progress {
  readonly attemptsMade: number;
  /** True while the hold that goes on is recorded. */
  readonly held: boolean;
}

/**
 * Each execution ends with a failure that names the next delay, or with the delivery's end. Temporal's attempt
 * n is ours as long as no worker dies, for the first execution makes no attempt: it takes over what the first
 * attempt left.
 */
export const createRetryDelivery = (attemptDelivery: AttemptDelivery) =>
  async function retryDelivery(task: DeliveryTask, first: Unfinished): Promise<AttemptEnd> {
    const { attempt: execution, heartbeatDetails } = activityInfo();
    const before = (heartbeatDetails as Progress | undefined) ?? progressAfter(first);
    if (execution === 1) throw waiting(first);

    const beating = setInterval(() => heartbeat(before), HEARTBEAT_EVERY_MS);
    try {
      const end = await attemptDelivery(task, before.attemptsMade + 1, before.held);
      if (end.step !== 'retry' && end.step !== 'hold') return end;
      throw waiting(end);
    } finally {
      clearInterval(beating);
    }
  };

const progressAfter = (end: Unfinished): Progress =>
  end.step === 'hold'
    ? { attemptsMade: end.attemptsMade, held: true }
    : { attemptsMade: end.number, held: false };

/** The failure that makes the server wait. It is expected, so it is logged and counted as benign. */
function waiting(end: Unfinished): ApplicationFailure {
  heartbeat(progressAfter(end));
  const held = end.step === 'hold';
  return ApplicationFailure.create({
    message: held ? 'held: the subscription is paused' : `attempt ${end.number}: ${end.failure}`,
    type: held ? 'DeliveryHeld' : 'AttemptFailed',
    // For a workflow that has asked for an end of the waiting: the server then does not start it again.
    details: [end],
    nextRetryDelay: held ? HELD_RECHECK_MS : end.delayMs,
    category: ApplicationFailureCategory.BENIGN,
  });
}
