import type { DeliveryTask } from '../schemas/delivery.ts';
import type { AttemptEnd, MakeAttempt } from './make-attempt.ts';
import { type RecordDeps, recordAttempt } from './record-attempt.ts';
import { workerShutdownSignal } from './worker-shutdown.ts';

/** Makes attempt `number` of a delivery that has a workflow of its own, and records it. */
export type AttemptDelivery = (task: DeliveryTask, number: number) => Promise<AttemptEnd>;

/** A worker that shuts down cuts the request off, and nothing is recorded. */
export const createAttemptDelivery = (
  deps: RecordDeps & { readonly makeAttempt: MakeAttempt },
): AttemptDelivery =>
  async function attemptDelivery(task, number) {
    const made = await deps.makeAttempt({
      task,
      number,
      carrier: task.deliveryId,
      signal: workerShutdownSignal(),
    });
    await recordAttempt(deps, task, made);
    return made.end;
  };
