/** What customers order of single deliveries: to be tried now, to begin again, to be tried no more. */
import type { Kafka } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { releaseId } from '../../domain/deliver/carrier.ts';
import { type OrderRefusal, retryOrder } from '../../domain/deliver/retry-order.ts';
import { deliveryCancelled, deliveryRestarted, heldDelivery } from '../../domain/record/delivery-event.ts';
import { isEnded } from '../../domain/record/delivery.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import type { EventLog, HeldChange } from '../../infra/kafka/event-log.ts';
import { readRecords } from '../../infra/kafka/read-past.ts';
import type { DeliveryQueries, ShownDelivery } from '../../infra/postgres/delivery-queries.ts';
import type { DeliveryOrders } from '../../infra/temporal/delivery-orders.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';
import type { Caller } from './authenticate.ts';
import { makeAgain } from './make-again.ts';
import { notFound, Problem } from './problem.ts';
import type { RecordAudit } from './record-audit.ts';

export interface OrderDeps {
  readonly queries: Pick<DeliveryQueries, 'getDelivery' | 'flushedBy'>;
  readonly directory: Pick<SubscriptionDirectory, 'get'>;
  readonly orders: DeliveryOrders;
  readonly eventLog: Pick<EventLog, 'appendDeliveryEvents'>;
  /** What is held, as it was when it came; null where it is not held. */
  readonly heldDelivery: (
    id: DeliveryId,
  ) => Promise<{ readonly task: DeliveryTask; readonly attemptsMade: number } | null>;
  /** Wakes the actor that releases what a subscription has held. */
  readonly releases: { wake(id: SubscriptionId): void };
  /** What is done to a delivery is no fact of it alone: the log tells by whom. */
  readonly recordAudit: RecordAudit;
  readonly kafka: Kafka;
  readonly logger: Logger;
}

const READER = 'webhooks-api-restart';

/**
 * Has a delivery tried now, whether it waits or has ended. Answers it as it was found. Throws a Problem where it may not
 * be sent, has succeeded (but for `force`), or cannot be made again.
 */
export async function retryDelivery(
  deps: OrderDeps,
  caller: Caller,
  id: DeliveryId,
  force: boolean,
  signal: AbortSignal,
): Promise<ShownDelivery> {
  let isAudited = false;
  for (const patience = patienceFrom(Date.now()); ;) {
    const delivery = await find(deps, caller, id);
    const { status } = deps.directory.get(delivery.subscription_id);
    const order = retryOrder(delivery.status, status, force);
    if (order.step === 'refuse') throw refused(order.refusal);
    if (!isAudited) await deps.recordAudit(caller, { type: 'DeliveryRetried', ...namesOf(delivery), force });
    isAudited = true;
    if (order.step === 'hurry' && (await hurry(deps, delivery))) return delivery;
    // Its end may be on its way to the read model. A workflow that Temporal has lost is begun again like an ended one.
    if (order.step === 'hurry' && (await patience())) continue;
    await restart(deps, delivery, caller, signal);
    return delivery;
  }
}

/** Ends the wait of a delivery, whoever carries it. False where nobody does who could. */
async function hurry(deps: OrderDeps, delivery: ShownDelivery): Promise<boolean> {
  const { id, subscription_id: subscriptionId } = delivery;
  if (await deps.orders.retryNow(delivery.workflow_id, id)) return true;
  const held = await deps.heldDelivery(id);
  if (held === null) return false;
  const { task, attemptsMade } = held;
  // It stays in its line: one that left it for a workflow would be lost where nobody gets to start that.
  await deps.eventLog.appendDeliveryEvents([], [{ change: 'hurry', task, attemptsMade }]);
  deps.releases.wake(subscriptionId);
  return true;
}

async function restart(
  deps: OrderDeps,
  delivery: ShownDelivery,
  caller: Caller,
  signal: AbortSignal,
): Promise<void> {
  const held = (await deps.heldDelivery(delivery.id))?.task ?? null;
  const task = held ?? (await makeAgainOrRefuse(deps, delivery, signal));
  const attemptsMade = delivery.attempt_count;
  if (goesInLine(task)) return reenter(deps, task, attemptsMade, caller);
  const restarted = deliveryRestarted(task, task.deliveryId, new Date(), attemptsMade, caller.actor);
  // From now on a workflow carries it, and not the actor that releases what is held.
  await deps.eventLog.appendDeliveryEvents([restarted], noLongerHeld(held));
  // Its outcome is recorded a moment before its workflow has closed.
  for (const patience = patienceFrom(Date.now()); !(await deps.orders.restart(task, attemptsMade));) {
    if (!(await patience())) return;
  }
}

/** True for a delivery that no workflow of its own ever carries: it has a lane, or goes to a fallback. */
const goesInLine = ({ lane, standsInFor }: DeliveryTask): boolean =>
  lane !== undefined || standsInFor !== undefined;

/** Puts it back at its place in the line, which is before all that came after it: they wait for it. */
async function reenter(
  { eventLog, releases }: OrderDeps,
  task: DeliveryTask,
  attemptsMade: number,
  { actor }: Caller,
): Promise<void> {
  const { subscriptionId } = task;
  const restarted = deliveryRestarted(task, releaseId(subscriptionId), new Date(), attemptsMade, actor);
  const held = heldDelivery(task, attemptsMade, null);
  // First, for one append may be taken by half: what the log calls restarted and nobody holds would never be sent.
  await eventLog.appendDeliveryEvents([], [{ change: 'hold', held }]);
  await eventLog.appendDeliveryEvents([restarted]);
  releases.wake(subscriptionId);
}

/** Has no further attempt made. Answers it as it was found. Throws a Problem where it has ended. */
export async function cancelDelivery(
  deps: OrderDeps,
  caller: Caller,
  id: DeliveryId,
  signal: AbortSignal,
): Promise<ShownDelivery> {
  let isAudited = false;
  for (const patience = patienceFrom(Date.now()); ;) {
    const delivery = await find(deps, caller, id);
    if (isEnded(delivery.status)) throw refused({ code: 'ended', status: delivery.status });
    if (!isAudited) await deps.recordAudit(caller, { type: 'DeliveryCancelled', ...namesOf(delivery) });
    isAudited = true;
    if (await deps.orders.cancel(delivery.workflow_id, id)) return delivery;
    const held = (await deps.heldDelivery(id))?.task ?? null;
    if (held === null && (await patience())) continue;
    const task = held ?? (await makeAgainOrRefuse(deps, delivery, signal));
    const cancelled = deliveryCancelled(task, delivery.workflow_id, new Date(), 'asked_for');
    await deps.eventLog.appendDeliveryEvents([cancelled], noLongerHeld(held));
    // Its lane waits for it no longer.
    if (held !== null && goesInLine(held)) deps.releases.wake(held.subscriptionId);
    return delivery;
  }
}

const noLongerHeld = (task: DeliveryTask | null): readonly HeldChange[] =>
  task === null ? [] : [{ change: 'end', task }];

const namesOf = ({ id, subscription_id }: ShownDelivery) => ({ delivery_id: id, subscription_id });

const PATIENCE_MS = 5_000;
const POLL_MS = 100;

/** A short wait each time it is called; false once `PATIENCE_MS` have passed since `startMs`. */
const patienceFrom = (startMs: number) => async (): Promise<boolean> => {
  if (Date.now() > startMs + PATIENCE_MS) return false;
  await delay(POLL_MS);
  return true;
};

async function find(deps: OrderDeps, caller: Caller, id: DeliveryId): Promise<ShownDelivery> {
  const delivery = await deps.queries.getDelivery(caller.accountId, id);
  if (delivery === null) throw notFound('delivery');
  return delivery;
}

async function makeAgainOrRefuse(
  { queries, directory, kafka, logger }: OrderDeps,
  delivery: ShownDelivery,
  signal: AbortSignal,
): Promise<DeliveryTask> {
  const made = await makeAgain(delivery, {
    subscription: directory.get(delivery.subscription_id),
    flushedBy:
      delivery.batched_events === null
        ? null
        : await queries.flushedBy(delivery.stands_in_for ?? delivery.id),
    read: (places) => readRecords(kafka, logger, READER, places, signal),
  });
  if (made.ok) return made.task;
  throw new Problem(409, WHY_NOT_AGAIN[made.reason]);
}

const WHY_NOT_AGAIN = {
  events_are_gone: 'Kafka does not keep the event of this delivery any more, so it cannot be made again.',
  recorded_otherwise: 'What is recorded of this delivery is not enough to make it again with the same bytes.',
} as const;

function refused(refusal: OrderRefusal): Problem {
  switch (refusal.code) {
    case 'not_active':
      return new Problem(409, `Its subscription is ${refusal.state}, so that nothing is sent to it.`);
    case 'succeeded':
      return new Problem(409, 'It has succeeded. {"force":true} sends it a second time.');
    case 'ended':
      return new Problem(409, `It has ended already: it is ${refusal.status}.`);
  }
}
