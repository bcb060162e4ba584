/**
 * Enters the deliveries of subscriptions with `ordered_by` into their lanes: each stands on `webhooks.held` before
 * anything is said of it on `webhooks.deliveries`, so that one which has a record there was entered. By that, a chunk
 * that a crash had begun is entered once.
 */
import { CLOCK_SKEW_MS } from '../../activities/recall.ts';
import { releaseId } from '../../domain/deliver/carrier.ts';
import { deliveryHeld, deliveryScheduled, heldDelivery } from '../../domain/record/delivery-event.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import type { EventLog } from '../../infra/kafka/event-log.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';
import { untilTaken } from './until-taken.ts';

export interface EnterLanesDeps {
  readonly eventLog: Pick<EventLog, 'appendDeliveryEvents'>;
  readonly directory: Pick<SubscriptionDirectory, 'get'>;
  /** Those of `ids` that have a record which was appended since a moment. */
  readonly recorded: (
    ids: ReadonlySet<DeliveryId>,
    sinceMs: number,
    signal: AbortSignal,
  ) => Promise<ReadonlySet<DeliveryId>>;
  readonly releases: { wake(id: SubscriptionId): void };
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Enters deliveries in their order. `isInDoubt`: somebody may have entered some of them before. Rejects only when
 * `signal` aborts.
 */
export type EnterLanes = (
  tasks: readonly DeliveryTask[],
  isInDoubt: boolean,
  signal: AbortSignal,
) => Promise<void>;

/** @see EnterLanes */
export const createEnterLanes =
  (deps: EnterLanesDeps): EnterLanes =>
  async (tasks, isInDoubt, signal) => {
    if (tasks.length === 0) return;
    const known = isInDoubt ? await knownOf(deps, tasks, signal) : new Set<DeliveryId>();
    const entered = tasks.filter(({ deliveryId }) => !known.has(deliveryId));
    // Each alone, here and below: what is appended together goes out in one request, and there may be very many, or
    // bodies that are large. They keep their order.
    await Promise.all(
      entered.map((task) =>
        deps.eventLog.appendDeliveryEvents([], [{ change: 'hold', held: heldDelivery(task, 0, null) }]),
      ),
    );
    const active = new Set<SubscriptionId>();
    for (const { subscriptionId } of tasks) {
      if (deps.directory.get(subscriptionId).status !== 'paused') active.add(subscriptionId);
    }
    for (const id of active) deps.releases.wake(id);
    const at = new Date();
    await Promise.all(
      entered.map((task) =>
        deps.eventLog.appendDeliveryEvents([firstRecord(task, active.has(task.subscriptionId), at)]),
      ),
    );
  };

/** What waits for its turn is pending; only what waits for a person is held. */
const firstRecord = (task: DeliveryTask, isActive: boolean, at: Date): DeliveryEvent =>
  isActive ? deliveryScheduled(task, releaseId(task.subscriptionId), at) : deliveryHeld(task, 'paused', at);

/** A delivery that is entered again after it has ended would be sent again. */
async function knownOf(
  { recorded, logger }: EnterLanesDeps,
  tasks: readonly DeliveryTask[],
  signal: AbortSignal,
): Promise<ReadonlySet<DeliveryId>> {
  const ids = new Set(tasks.map(({ deliveryId }) => deliveryId));
  const firstMs = tasks.reduce((ms, { appendedAtMs }) => Math.min(ms, appendedAtMs), Date.now());
  return untilTaken({ logger, message: 'the log of deliveries cannot be read' }, signal, () =>
    recorded(ids, firstMs - CLOCK_SKEW_MS, signal),
  );
}
