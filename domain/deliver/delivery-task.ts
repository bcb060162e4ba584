/** Makes the task of a delivery: all that its workflow is given. */
import type { DeliveryTask, RecordPlace } from '../../schemas/delivery.ts';
import type { PlatformEvent } from '../../schemas/event.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import { deliveryIdText, formatDeliveryId } from './delivery-id.ts';
import { deliveryBody } from './payload.ts';

/** Whom an event is owed to. `version` is the one that was matched. */
export interface Owed {
  readonly subscriptionId: SubscriptionId;
  readonly version: number;
}

/**
 * The delivery of `event` to one subscription. The same event and subscription give the same task, wherever
 * and whenever it is made; only the place may differ, where a producer wrote the event twice.
 */
export function deliveryTask(
  event: PlatformEvent,
  owed: Owed,
  source: RecordPlace,
  appendedAtMs: number,
  traceId: string,
  sha256: (text: string) => Uint8Array,
): DeliveryTask {
  const identity = { accountId: event.accountId, eventId: event.id, eventType: event.type };
  const { subscriptionId } = owed;
  const deliveryId = formatDeliveryId(
    sha256(deliveryIdText({ ...identity, subscriptionId, replayId: null })),
  );
  return {
    ...identity,
    deliveryId,
    subscriptionId,
    subscriptionVersion: owed.version,
    occurredAt: event.occurredAt,
    source,
    appendedAtMs,
    traceId,
    body: deliveryBody({
      eventType: event.type,
      occurredAt: event.occurredAt,
      subscriptionId,
      deliveryId,
      dataText: event.dataText,
    }),
  };
}
