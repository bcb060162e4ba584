import type { AttemptEnd } from '../domain/deliver/attempt-end.ts';
import { deliveryCancelled } from '../domain/record/delivery-event.ts';
import type { EventLog } from '../infra/kafka/event-log.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';

/** Records that somebody has cancelled a delivery. */
export const createCancelDelivery = (deps: { readonly eventLog: EventLog; readonly now: () => Date }) =>
  async function cancelDelivery(task: DeliveryTask): Promise<AttemptEnd> {
    const reason = 'asked_for';
    await deps.eventLog.appendDeliveryEvents([deliveryCancelled(task, task.deliveryId, deps.now(), reason)]);
    return { step: 'cancel', reason };
  };
