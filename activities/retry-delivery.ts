/**
 * All attempts of a delivery after the first, with the waits between them kept by the server: waiting costs
 * neither a workflow task nor an event of history, and the Temporal UI shows attempt, last failure and next try.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { AttemptEnd } from '../domain/deliver/attempt-end.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import { type AttemptDelivery, isLeftToSuccessor } from './attempt-delivery.ts';

/** What an attempt may have left to do for the workflow that carries the delivery. */
export type Unfinished = Extract<AttemptEnd, { readonly step: 'retry' }>;

/** Well below the heartbeat timeout of workflows/delivery.ts. */
const HEARTBEAT_EVERY_MS = 5_000;

/** Longer than the longest attempt takes until it is recorded, and until its worker is taken for dead. */
const LONGEST_EXECUTION_MS = 300_000;

/** What survives from one execution to the next, in the heartbeat: a worker that dies costs no attempt. */
export interface Progress {
  readonly attemptsMade: number;
  /**
   * The execution of Temporal's that came to that. Where the next but one goes on from it, one has died in between, and
   * may have recorded its attempt before. Absent in what the version before has left.
   */
  readonly execution?: number;
}

/**
 * Each execution ends with a failure that names the next delay, or with the delivery's end. The first one makes no
 * attempt: it takes over what the first attempt left. One that follows an execution that died asks the log.
 */
export const createRetryDelivery = (attemptDelivery: AttemptDelivery) =>
  async function retryDelivery(task: DeliveryTask, first: Unfinished): Promise<AttemptEnd> {
    const context = Context.current();
    const { attempt: execution, heartbeatDetails, currentAttemptScheduledTimestampMs } = context.info;
    const before = (heartbeatDetails as Progress | undefined) ?? { attemptsMade: first.number, execution: 1 };
    if (execution === 1) throw waiting(context, first, execution);

    const beating = setInterval(() => context.heartbeat(before), HEARTBEAT_EVERY_MS);
    try {
      const died = execution - 1 - executionOf(before, first);
      const begunMs = died > 0 ? currentAttemptScheduledTimestampMs - died * LONGEST_EXECUTION_MS : null;
      const end = await attemptDelivery(task, before.attemptsMade + 1, begunMs);
      if (end.step === 'retry') throw waiting(context, end, execution);
      return end;
    } catch (error) {
      // It was cut off, and recorded nothing.
      if (isLeftToSuccessor(error)) context.heartbeat({ ...before, execution } satisfies Progress);
      throw error;
    } finally {
      clearInterval(beating);
    }
  };

/** Each execution makes one attempt, where none has died. */
const executionOf = ({ attemptsMade, execution }: Progress, first: Unfinished): number =>
  execution ?? attemptsMade - first.number + 1;

/** The failure that makes the server wait. It is expected, so it is logged and counted as benign. */
function waiting(context: Context, end: Unfinished, execution: number): ApplicationFailure {
  context.heartbeat({ attemptsMade: end.number, execution } satisfies Progress);
  return ApplicationFailure.create({
    message: `attempt ${end.number}: ${end.failure}`,
    type: 'AttemptFailed',
    // For a workflow that has asked for an end of the waiting: the server then does not start it again.
    details: [end],
    nextRetryDelay: end.delayMs,
    category: ApplicationFailureCategory.BENIGN,
  });
}
