import type { DeliveryTask } from '../../schemas/delivery.ts';
import { factsOf } from '../domain/record/delivery-history.ts';

/** The task of delivery number `index`, as its records tell it. */
export const taskOf = (index: number): DeliveryTask => ({
  deliveryId: factsOf(index).delivery_id,
  subscriptionId: factsOf(index).subscription_id,
  subscriptionVersion: 1,
  accountId: factsOf(index).account_id,
  eventId: factsOf(index).event_id,
  eventType: 'workflow.completed',
  occurredAt: factsOf(index).occurred_at,
  source: factsOf(index).source,
  appendedAtMs: index,
  body: '{}',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
});
