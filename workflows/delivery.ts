/**
 * One delivery until it has come to its end; its workflow id is the delivery's id. The first attempt is a
 * local activity, for most deliveries need no other. What has to wait is retried by the server, so that the
 * Temporal UI shows attempt, last failure and next try, and waiting costs no workflow task.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Unfinished } from '../activities/retry-delivery.ts';
import type { AttemptEnd } from '../domain/deliver/attempt-end.ts';
import { reasonToDisable } from '../domain/deliver/after-attempt.ts';
import type { DeliveryStatus, DeliveryTask } from '../schemas/delivery.ts';
import { DELIVERY_ORDERS, SEARCH_ATTRIBUTES, WORK_QUEUE } from './messages.ts';

// Longer than the longest timeout of an endpoint (120 s) and a while for Kafka to take the outcome.
const ATTEMPT_LIMIT = '5 minutes';

const { attemptDelivery } = proxyLocalActivities<Activities>({
  startToCloseTimeout: ATTEMPT_LIMIT,
  // A worker that ends answers with a longer delay than this: the wait is then the server's, and so any worker's.
  localRetryThreshold: '1 second',
});
const RETRY_LIMITS = {
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: ATTEMPT_LIMIT,
  // Tells early that a worker died with the request on the wire.
  heartbeatTimeout: '20 seconds',
  // For a worker that died; an attempt that failed names its own delay.
  retry: { initialInterval: '1 second', backoffCoefficient: 1 },
} as const;
// Said explicitly: without it an activity that is cancelled counts as ended at once, whatever is on the wire.
const { retryDelivery } = proxyActivities<Activities>({
  ...RETRY_LIMITS,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});
// As it was: histories from before go on without what was on the wire.
const { retryDelivery: retryDeliveryUnawaited } = proxyActivities<Activities>(RETRY_LIMITS);
const { cancelDelivery, disableSubscription } = proxyActivities<Activities>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '1 minute',
});

/** It was started, and its first task was scheduled and started. Events of another task come after. */
const EVENTS_AT_FIRST = 3;

const show = (status: DeliveryStatus): void =>
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.deliveryState, value: status }]);

/** What somebody has asked of the delivery. */
type Order = { readonly do: 'retryNow'; readonly attemptsMade: number } | { readonly do: 'cancel' };

/**
 * Answers how the delivery ended, or `held`: then it stands on `webhooks.held` and is carried by the actor that
 * releases it. `unfinished`: what an attempt left that was made before, in a group or by another workflow.
 */
export async function delivery(task: DeliveryTask, unfinished?: Unfinished): Promise<DeliveryStatus> {
  let order: Order | null = null;
  setHandler(DELIVERY_ORDERS.retryNowSignal, (attemptsMade) => {
    // Who cancels has the last word.
    if (order?.do !== 'cancel') order = { do: 'retryNow', attemptsMade };
  });
  setHandler(DELIVERY_ORDERS.cancelSignal, () => void (order = { do: 'cancel' }));
  const takeOrder = (): Order | null => {
    const taken = order;
    order = null;
    return taken;
  };

  let end: AttemptEnd = unfinished ?? (await attemptDelivery(task, 1, begunBeforeMs()));
  while (end.step === 'retry') {
    show('retrying');
    const given = takeOrder();
    if (given?.do === 'cancel') end = await cancelDelivery(task);
    else end = await retryUntil(() => order !== null, task, given === null ? end : dueNow(end, given));
  }
  const reason = reasonToDisable(end);
  if (reason !== null) await disableSubscription(task.accountId, task.subscriptionId, reason);
  const status = statusAfter(end);
  show(status);
  return status;
}

/** Since when another worker may have made the first attempt; null for the first one that has the workflow. */
function begunBeforeMs(): number | null {
  const { historyLength, startTime, unsafe } = workflowInfo();
  return unsafe.isReplaying || historyLength > EVENTS_AT_FIRST ? startTime.getTime() : null;
}

/**
 * The end of the delivery, or what is left of it once something was asked: the wait then ends at once, and an attempt
 * that is on the wire counts first.
 */
async function retryUntil(isAsked: () => boolean, task: DeliveryTask, left: Unfinished): Promise<AttemptEnd> {
  const retry = patched('orders-await-attempts') ? retryDelivery : retryDeliveryUnawaited;
  const scope = new CancellationScope();
  const retrying = scope.run(() => retry(task, left));
  await Promise.race([retrying.catch(() => undefined), condition(isAsked)]);
  if (!isAsked()) return retrying;
  scope.cancel();
  try {
    return await retrying;
  } catch (error) {
    return leftBy(error) ?? left;
  }
}

/** An attempt that ended after it was asked tells in its failure what it left. */
const leftBy = (error: unknown): Unfinished | undefined =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
    ? (error.cause.details?.[0] as Unfinished | undefined)
    : undefined;

/** The next attempt, without a wait before it. */
const dueNow = (left: Unfinished, order: Order): Unfinished => ({
  step: 'retry',
  number: Math.max(left.number, order.do === 'retryNow' ? order.attemptsMade : 0),
  delayMs: 1,
  failure: 'to be tried again now',
});

function statusAfter(end: AttemptEnd): DeliveryStatus {
  switch (end.step) {
    case 'succeed':
      return 'succeeded';
    case 'exhaust':
      return 'exhausted';
    case 'block':
      return 'blocked';
    case 'cancel':
      return 'cancelled';
    case 'retry':
      return 'retrying';
    case 'hold':
      return 'held';
  }
}
