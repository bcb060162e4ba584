/**
 * What an account is told of its own subscriptions, as events that it can subscribe to. They never feed on
 * themselves: what becomes of the delivery of such an event is recorded like any other, and not told again. That a
 * circuit opened because of such deliveries alone is not told either: domain/deliver/circuit.ts.
 */
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { AccountId, EventId, SubscriptionId } from '../../schemas/ids.ts';
import type { JsonObject } from '../../schemas/json.ts';
import type { OperationalEvent, OperationalEventType } from '../../schemas/operational-event.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';

/** SHA-256 of a text's UTF-8. */
export type Sha256 = (text: string) => Uint8Array;

const TYPES: { readonly [type in OperationalEventType]: true } = {
  'webhook.disabled': true,
  'webhook.degraded': true,
  'webhook.recovered': true,
  'delivery.exhausted': true,
};

/** True for the types that only the product itself produces. */
export const isOperational = (eventType: string): boolean => Object.hasOwn(TYPES, eventType);

/** What a record of ours has to tell its account; null where it is nothing. */
export function operationalEventOf(
  fact: DeliveryEvent | SubscriptionEvent,
  sha256: Sha256,
): OperationalEvent | null {
  if (fact.type === 'SubscriptionDisabled') return webhookDisabled(fact, sha256);
  if (fact.type === 'AttemptEnded') return deliveryExhausted(fact, sha256);
  return null;
}

/** Who switches a subscription off by hand knows it. */
function webhookDisabled(
  { account_id, subscription_id, version, at, actor, reason }: SubscriptionEvent & { reason: string },
  sha256: Sha256,
): OperationalEvent | null {
  if (!actor.startsWith('system:')) return null;
  return operationalEvent('webhook.disabled', { account_id, subscription_id, at }, [version], sha256, {
    reason,
    version,
  });
}

function deliveryExhausted(
  ended: Extract<DeliveryEvent, { type: 'AttemptEnded' }>,
  sha256: Sha256,
): OperationalEvent | null {
  if (ended.next.step !== 'exhaust' || isOperational(ended.event_type)) return null;
  // The host and no more: a url may hold a token, and others of the account would be told it.
  return operationalEvent('delivery.exhausted', ended, [ended.delivery_id, ended.number], sha256, {
    delivery_id: ended.delivery_id,
    event_id: ended.event_id,
    event: ended.event_type,
    reason: ended.next.reason,
    attempts: ended.number,
    host: hostOf(ended.url),
    ...(ended.status_code === null ? {} : { status_code: ended.status_code }),
    ...(ended.error === null ? {} : { error: ended.error }),
  });
}

/** A subscription whose endpoint fails so often that deliveries to it are kept back, or does so no more. */
export interface EndpointHealth {
  readonly accountId: AccountId;
  readonly subscriptionId: SubscriptionId;
  /** Host and port of the endpoint. */
  readonly host: string;
  /** When it began to be so bad. Names the episode: telling of it again is the same event. RFC 3339, UTC. */
  readonly since: string;
}

/** Deliveries to an endpoint are kept back from now on, because it fails. */
export const webhookDegraded = (health: EndpointHealth, sha256: Sha256): OperationalEvent =>
  operationalEvent('webhook.degraded', factOf(health, health.since), [health.host, health.since], sha256, {
    host: health.host,
    since: health.since,
  });

/** The endpoint takes deliveries again. */
export const webhookRecovered = (health: EndpointHealth, at: string, sha256: Sha256): OperationalEvent =>
  operationalEvent('webhook.recovered', factOf(health, at), [health.host, health.since], sha256, {
    host: health.host,
    degraded_since: health.since,
  });

const factOf = ({ accountId, subscriptionId }: EndpointHealth, at: string) => ({
  account_id: accountId,
  subscription_id: subscriptionId,
  at,
});

/** `what` and the account, subscription and type say which happening it is. */
function operationalEvent(
  type: OperationalEventType,
  fact: { readonly account_id: AccountId; readonly subscription_id: SubscriptionId; readonly at: string },
  what: readonly (string | number)[],
  sha256: Sha256,
  data: JsonObject,
): OperationalEvent {
  const { account_id, subscription_id, at } = fact;
  const digest = sha256(JSON.stringify([account_id, type, subscription_id, ...what]));
  return {
    id: `evt_${hex(digest.subarray(0, 16))}` as EventId,
    event: type,
    timestamp: at,
    account_id,
    data: { webhook_id: subscription_id, ...data },
  };
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Without `URL`, which is no part of the language. */
const hostOf = (url: string): string => /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
