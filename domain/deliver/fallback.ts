/** The delivery that is made in place of one that was exhausted, to the fallback of its subscription. */
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { StoredSettings } from '../../schemas/subscription-log.ts';
import type { NextStep } from './after-attempt.ts';
import { fallbackIdText, formatDeliveryId } from './delivery-id.ts';

/**
 * Whether another delivery takes the place of `task`, once `next` has followed its last attempt. A delivery has one,
 * however often it is exhausted, and that one has none. A receiver that is gone has its subscription disabled, and then
 * nothing more is owed.
 */
export const owesFallback = (
  next: NextStep,
  { standsInFor }: Pick<DeliveryTask, 'standsInFor'>,
  { fallback }: Pick<StoredSettings, 'fallback'>,
): boolean =>
  next.step === 'exhaust' && next.reason !== 'gone' && fallback !== null && standsInFor === undefined;

/**
 * The delivery that takes the place of `task`: the same event and the same bytes, under an id of its own; in order among
 * its like where `task` is.
 */
export function fallbackTask(task: DeliveryTask, sha256: (text: string) => Uint8Array): DeliveryTask {
  const { attemptsBefore: _granted, lane, ...same } = task;
  return {
    ...same,
    deliveryId: formatDeliveryId(sha256(fallbackIdText(task.deliveryId))),
    standsInFor: task.deliveryId,
    ...(lane === undefined ? {} : { lane: `fallback:${lane}` }),
  };
}

/** What follows an attempt at the fallback: it is not the subscription's endpoint, which would be disabled as gone. */
export const afterFallbackAttempt = (next: NextStep): NextStep =>
  next.step === 'exhaust' && next.reason === 'gone' ? { step: 'exhaust', reason: 'not_retried' } : next;
