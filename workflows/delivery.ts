/**
 * One delivery until it has come to its end; its workflow id is the delivery's id. The first attempt is a
 * local activity, for most deliveries need no other. What has to wait is retried by the server, so that the
 * Temporal UI shows attempt, last failure and next try, and waiting costs no workflow task.
 */
import { proxyActivities, proxyLocalActivities, upsertSearchAttributes } from '@temporalio/workflow';
import type { AttemptEnd } from '../activities/attempt-delivery.ts';
import type { Activities } from '../activities/index.ts';
import type { DeliveryStatus, DeliveryTask } from '../schemas/delivery.ts';
import { SEARCH_ATTRIBUTES } from './messages.ts';

// Longer than the longest timeout of an endpoint (120 s) and a while for Kafka to take the outcome.
const ATTEMPT_LIMIT = '5 minutes';

const { attemptDelivery } = proxyLocalActivities<Activities>({ startToCloseTimeout: ATTEMPT_LIMIT });
const { retryDelivery } = proxyActivities<Activities>({
  startToCloseTimeout: ATTEMPT_LIMIT,
  // Tells early that a worker died with the request on the wire.
  heartbeatTimeout: '20 seconds',
  // For a worker that died; an attempt that failed names its own delay.
  retry: { initialInterval: '1 second', backoffCoefficient: 1 },
});
const { disableSubscription } = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });

const show = (status: DeliveryStatus): void =>
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.deliveryState, value: status }]);

/** Answers how the delivery ended. */
export async function delivery(task: DeliveryTask): Promise<DeliveryStatus> {
  let end: AttemptEnd = await attemptDelivery(task, 1);
  if (end.step === 'retry' || end.step === 'hold') {
    show(end.step === 'retry' ? 'retrying' : 'held');
    end = await retryDelivery(task, end);
  }
  if (end.step === 'exhaust' && end.reason === 'gone') {
    await disableSubscription(task.accountId, task.subscriptionId, 'endpoint_gone');
  }
  const status = statusAfter(end);
  show(status);
  return status;
}

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
