/** Events that the product itself puts on the first event topic, about an account's own subscriptions and deliveries. */
import type { AccountId, EventId, SubscriptionId } from './ids.ts';
import type { JsonObject } from './json.ts';

export type OperationalEventType =
  'webhook.disabled' | 'webhook.degraded' | 'webhook.recovered' | 'delivery.exhausted';

/** One of them, with the names that it has on Kafka. */
export interface OperationalEvent {
  /** A hash of what happened: whoever tells it again tells the same event. */
  readonly id: EventId;
  readonly event: OperationalEventType;
  /** RFC 3339, UTC. */
  readonly timestamp: string;
  readonly account_id: AccountId;
  readonly data: JsonObject & { readonly webhook_id: SubscriptionId };
}
