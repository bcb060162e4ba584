import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { AttemptDeps, AttemptEnd, MakeAttempt } from './make-attempt.ts';
import { type RecordDeps, recordAttempt } from './record-attempt.ts';

/** Makes attempt `number` of a delivery that has a workflow of its own, and records it. */
export type AttemptDelivery = (task: DeliveryTask, number: number) => Promise<AttemptEnd>;

/** Longer than Temporal takes to have a workflow task done again that it has lost patience with. */
const REMEMBERED_MS = 60_000;
/** When an attempt that was cut off is made again; beyond workflows/delivery.ts' patience, so that the server waits. */
const AGAIN_AFTER_MS = 2_000;

/**
 * A worker that ends cuts the request off, nothing is recorded, and its successor makes the attempt. Asked again for an attempt that this
 * process is making, or has just made, it makes none: a workflow task that came too late on a busy machine runs its
 * local activities again.
 */
export function createAttemptDelivery(
  deps: RecordDeps & Pick<AttemptDeps, 'shutdown'> & { readonly makeAttempt: MakeAttempt },
): AttemptDelivery {
  const made = new Map<string, Promise<AttemptEnd>>();

  const attempt: AttemptDelivery = async (task, number) => {
    const carrier = task.deliveryId;
    const one = await deps.makeAttempt({ task, number, carrier }).catch((error: unknown) => {
      throw deps.shutdown.aborted ? leftToSuccessor(error) : error;
    });
    await recordAttempt(deps, task, one);
    return one.end;
  };

  return async function attemptDelivery(task, number) {
    const key = `${task.deliveryId} ${number}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const making = attempt(task, number);
    made.set(key, making);
    const forget = (): unknown => made.delete(key);
    making.then((end) => {
      // Nothing was sent then, and the same attempt may be due again at once.
      if (end.step === 'hold') forget();
      else setTimeout(forget, REMEMBERED_MS).unref();
    }, forget);
    return making;
  };
}

const leftToSuccessor = (error: unknown): ApplicationFailure =>
  ApplicationFailure.create({
    message: 'cut off, for the worker ends',
    type: 'WorkerEnds',
    nextRetryDelay: AGAIN_AFTER_MS,
    category: ApplicationFailureCategory.BENIGN,
    cause: error as Error,
  });
