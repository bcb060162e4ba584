/** What "try it now" and "try it no more" mean for a delivery, by where it stands. */
import type { DeliveryStatus } from '../../schemas/delivery.ts';
import type { Subscription } from '../subscription/subscription.ts';

/** Why an order is not carried out, for the customer to read. */
export type OrderRefusal =
  /** Nothing may be sent: its subscription is in this state. */
  | { readonly code: 'not_active'; readonly state: Exclude<Subscription['status'], 'active' | 'absent'> }
  | { readonly code: 'succeeded' }
  | { readonly code: 'ended'; readonly status: DeliveryStatus };

export type RetryOrder =
  /** Its workflow waits for the next attempt: it is to wait no longer. */
  | { readonly step: 'hurry' }
  /** It has ended: it begins again, with its retries granted anew. */
  | { readonly step: 'restart' }
  | { readonly step: 'refuse'; readonly refusal: OrderRefusal };

const refuse = (refusal: OrderRefusal) => ({ step: 'refuse', refusal }) as const;

/** `force`: also where it has succeeded, so that its receiver gets it a second time. */
export function retryOrder(
  status: DeliveryStatus,
  subscription: Subscription['status'],
  force: boolean,
): RetryOrder {
  if (subscription === 'absent') return refuse({ code: 'not_active', state: 'deleted' });
  if (subscription !== 'active') return refuse({ code: 'not_active', state: subscription });
  switch (status) {
    case 'pending':
    case 'retrying':
    case 'held':
      return { step: 'hurry' };
    case 'exhausted':
    case 'cancelled':
    case 'blocked':
      return { step: 'restart' };
    case 'succeeded':
      return force ? { step: 'restart' } : refuse({ code: 'succeeded' });
  }
}
