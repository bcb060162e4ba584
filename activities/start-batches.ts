/**
 * Hands flushed batches over, each as one delivery. Made again after a crash it makes the same deliveries, and one
 * that was started already is left alone: so each batch is delivered once, however often this runs.
 */
import type { BatchAddress } from '../domain/batch/batch-address.ts';
import { batchDelivery, batchedEvents } from '../domain/batch/batch-delivery.ts';
import type { FlushedBatch } from '../domain/batch/batch.ts';
import { targetOf } from '../domain/deliver/target.ts';
import { batchScheduled } from '../domain/record/delivery-event.ts';
import { isLive, type Subscription } from '../domain/subscription/subscription.ts';
import { sha256 } from '../infra/crypto/hash.ts';
import type { EventLog } from '../infra/kafka/event-log.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { SubscriptionId } from '../schemas/ids.ts';

export interface StartBatchesDeps {
  readonly eventLog: EventLog;
  readonly get: (id: SubscriptionId) => Subscription;
  /** Starts the workflow of a delivery; one that was started before is left alone. `url`: null where it is unknown. */
  readonly startDelivery: (task: DeliveryTask, url: string | null) => Promise<void>;
  readonly now: () => Date;
}

/** Resolves once all of `batches` are durable elsewhere. */
export const createStartBatches = (deps: StartBatchesDeps) =>
  async function startBatches(address: BatchAddress, batches: readonly FlushedBatch[]): Promise<void> {
    const at = deps.now();
    const subscription = deps.get(address.subscriptionId);
    const started = batches.map((batch) => ({ batch, task: batchDelivery(address, batch, sha256) }));
    await Promise.all(
      started.flatMap(({ batch, task }) => [
        // Each alone: records that are appended together go out in one request, and these may be large.
        deps.eventLog.appendDeliveryEvents([batchScheduled(task, at, batchedEvents(address, batch, sha256))]),
        deps.startDelivery(task, isLive(subscription) ? targetOf(subscription.settings, task) : null),
      ]),
    );
  };
