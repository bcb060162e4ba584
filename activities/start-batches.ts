/**
 * Hands flushed batches over, each as one delivery. Made again after a crash it makes the same deliveries in the same
 * groups, and what was started already is left alone: so each batch is delivered once, however often this runs.
 */
import type { BatchAddress } from '../domain/batch/batch-address.ts';
import { batchDelivery, batchedEvents } from '../domain/batch/batch-delivery.ts';
import type { FlushedBatch } from '../domain/batch/batch.ts';
import { batchGroupId } from '../domain/deliver/carrier.ts';
import { cutIntoGroups, type GroupLimits } from '../domain/deliver/grouping.ts';
import { targetOf } from '../domain/deliver/target.ts';
import { batchScheduled } from '../domain/record/delivery-event.ts';
import { isLive, type Subscription } from '../domain/subscription/subscription.ts';
import { sha256 } from '../infra/crypto/hash.ts';
import type { EventLog } from '../infra/kafka/event-log.ts';
import type { DeliveryGroup, DeliveryTask } from '../schemas/delivery.ts';
import type { SubscriptionId } from '../schemas/ids.ts';

export interface StartBatchesDeps {
  readonly eventLog: EventLog;
  readonly get: (id: SubscriptionId) => Subscription;
  readonly groupLimits: GroupLimits;
  /** Starts the workflow of a delivery; one that was started before is left alone. `url`: null where it is unknown. */
  readonly startDelivery: (task: DeliveryTask, url: string | null) => Promise<void>;
  /** Starts the workflow of several; one that was started before is left alone. */
  readonly startGroup: (group: DeliveryGroup) => Promise<void>;
  readonly now: () => Date;
}

/** Resolves once all of `batches` are durable elsewhere: one alone in a workflow of its own, several in a group. */
export const createStartBatches = (deps: StartBatchesDeps) =>
  async function startBatches(address: BatchAddress, batches: readonly FlushedBatch[]): Promise<void> {
    const at = deps.now();
    const flushed = batches.map((batch) => ({ batch, task: batchDelivery(address, batch, sha256) }));
    const record = ({ batch, task }: (typeof flushed)[number], carrier: string): Promise<void> =>
      // Each alone: records that are appended together go out in one request, and these may be large.
      deps.eventLog.appendDeliveryEvents([
        batchScheduled(task, carrier, at, {
          events: batchedEvents(address, batch, sha256),
          flushedBy: batch.flushedBy,
        }),
      ]);
    const handOver = async (group: readonly (typeof flushed)[number][]): Promise<void> => {
      const [first] = group;
      if (first === undefined) return;
      if (group.length === 1) {
        const subscription = deps.get(address.subscriptionId);
        const url = isLive(subscription)
          ? targetOf(subscription.settings, first.task, first.task.body)
          : null;
        await Promise.all([record(first, first.task.deliveryId), deps.startDelivery(first.task, url)]);
        return;
      }
      const id = batchGroupId(first.task.deliveryId);
      const tasks = group.map(({ task }) => task);
      await Promise.all([
        ...group.map((one) => record(one, id)),
        deps.startGroup({ id, startedAt: at.toISOString(), tasks }),
      ]);
    };
    await Promise.all(cutIntoGroups(flushed, deps.groupLimits).map(handOver));
  };
