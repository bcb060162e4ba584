/** The exact text of a delivery's body. Receivers sign it, compare it and cut it up: its bytes are the contract. */
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

/** What one request tells its receiver. */
export interface DeliveryContent {
  /** The event's type, or `batch`. */
  readonly eventType: string;
  /** RFC 3339 in UTC with milliseconds and `Z`. */
  readonly occurredAt: string;
  readonly subscriptionId: SubscriptionId;
  readonly deliveryId: DeliveryId;
  /** The canonical text of `data`, as domain/deliver/json-text.ts writes it. */
  readonly dataText: string;
}

/**
 * The body: no space between tokens, keys in this order. It depends on nothing that differs between attempts,
 * so its bytes (UTF-8) are the same on each. Where every number in `dataText` is one that a double holds,
 * `JSON.stringify(JSON.parse(body))` is `body`, which is what receivers rely on that verify after parsing.
 */
export function deliveryBody(content: DeliveryContent): string {
  const event = JSON.stringify(content.eventType);
  const timestamp = JSON.stringify(content.occurredAt);
  return `{"event":${event},"timestamp":${timestamp},"webhook_id":"${content.subscriptionId}","delivery_id":"${content.deliveryId}","data":${content.dataText}}`;
}
