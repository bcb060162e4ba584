import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { AttemptEnd } from '../domain/deliver/attempt-end.ts';
import { endOfAttempt } from '../domain/deliver/recorded-end.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { AttemptDeps, MakeAttempt } from './make-attempt.ts';
import { CLOCK_SKEW_MS, type Recall } from './recall.ts';
import { type RecordDeps, recordAttempt } from './record-attempt.ts';

/**
 * Makes attempt `number` of a delivery that has a workflow of its own, and records it. `begunMs`, in milliseconds since
 * 1970, where somebody else may have made that attempt since then: the log is asked, and what was recorded is
 * not sent again.
 */
export type AttemptDelivery = (
  task: DeliveryTask,
  number: number,
  begunMs?: number | null,
) => Promise<AttemptEnd>;

export interface AttemptDeliveryDeps extends RecordDeps, Pick<AttemptDeps, 'shutdown'> {
  readonly makeAttempt: MakeAttempt;
  readonly recall: Recall;
}

/** Longer than Temporal takes to have a workflow task done again that it has lost patience with. */
const REMEMBERED_MS = 60_000;
/** When an attempt that was cut off is made again; beyond workflows/delivery.ts' patience, so that the server waits. */
const AGAIN_AFTER_MS = 2_000;

/**
 * A worker that ends cuts the request off, nothing is recorded, and its successor makes the attempt. Asked again for an
 * attempt that this process is making, or has just made, it makes none: a workflow task that came too late on a busy
 * machine runs its local activities again.
 */
export function createAttemptDelivery(deps: AttemptDeliveryDeps): AttemptDelivery {
  const made = new Map<string, Promise<AttemptEnd>>();

  const attempt: AttemptDelivery = async (task, number, begunMs = null) => {
    const carrier = task.deliveryId;
    const { body } = task;
    if (begunMs !== null) {
      const recalled = await deps.recall(new Set([carrier]), begunMs - CLOCK_SKEW_MS, deps.shutdown);
      const end = endOfAttempt(number, recalled.get(carrier));
      if (end !== null) return end;
    }
    const one = await deps.makeAttempt({ task, body, number, carrier }).catch((error: unknown) => {
      throw deps.shutdown.aborted ? leftToSuccessor(error) : error;
    });
    await recordAttempt(deps, { task, body }, one);
    return one.end;
  };

  return async function attemptDelivery(task, number, begunMs) {
    const key = `${task.deliveryId} ${number}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const making = attempt(task, number, begunMs);
    made.set(key, making);
    const forget = (): unknown => made.delete(key);
    making.then((end) => {
      // Nothing was sent then, and the same attempt may be due again: at once, or after a restart.
      if (end.step === 'hold' || end.step === 'cancel') forget();
      else setTimeout(forget, REMEMBERED_MS).unref();
    }, forget);
    return making;
  };
}

const LEFT_TO_SUCCESSOR = 'WorkerEnds';

/** True for the failure of an attempt that was cut off and recorded nothing. */
export const isLeftToSuccessor = (error: unknown): boolean =>
  error instanceof ApplicationFailure && error.type === LEFT_TO_SUCCESSOR;

const leftToSuccessor = (error: unknown): ApplicationFailure =>
  ApplicationFailure.create({
    message: 'cut off, for the worker ends',
    type: LEFT_TO_SUCCESSOR,
    nextRetryDelay: AGAIN_AFTER_MS,
    category: ApplicationFailureCategory.BENIGN,
    cause: error as Error,
  });
