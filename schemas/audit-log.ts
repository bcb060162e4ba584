/**
 * The audit log: its entries as they are shown, and the records of `webhooks.audit`, which tell what no other log
 * does. Changes of subscriptions and of API keys are entries too, made from the records of their own logs.
 */
import { z } from 'zod';
import { AccountId, type ApiKeyId, AuditEventId, DeliveryId, SubscriptionId } from './ids.ts';
import type { JsonObject } from './json.ts';

const fact = {
  schema_version: z.literal(1),
  /** A record may be there twice. */
  id: AuditEventId,
  /** Whose log it belongs to. */
  account_id: AccountId,
  at: z.iso.datetime(),
  /** Who did it: `key:<id>` of an API key. */
  actor: z.string(),
  /** The address that the request came from. */
  source_ip: z.string(),
};

const delivery = { subscription_id: SubscriptionId, delivery_id: DeliveryId };

/** What was done that no other log keeps. The Kafka key is the account's id. */
export const AuditEvent = z.discriminatedUnion('type', [
  /** Written before the secret is answered: a secret that anybody has seen is in the log. */
  z.object({ ...fact, type: z.literal('SecretRevealed'), subscription_id: SubscriptionId }),
  /** An operator adds or changes an event type. Written before: `webhooks.event-types` keeps the last word alone. */
  z.object({
    ...fact,
    type: z.literal('EventTypeChanged'),
    event_type: z.string(),
    /** Of the event type, after the change. */
    version: z.int().min(1),
  }),
  z.object({ ...fact, type: z.literal('EventTypeRemoved'), event_type: z.string() }),
  /** An operator begins to put everything that is sealed under the encryption key with this id. */
  z.object({ ...fact, type: z.literal('EncryptionKeyRotated'), encryption_key_id: z.string() }),
  /** Somebody has a delivery tried now, or begin again. `force`: also where it had succeeded. */
  z.object({ ...fact, type: z.literal('DeliveryRetried'), ...delivery, force: z.boolean() }),
  /** Somebody has a delivery tried no more. */
  z.object({ ...fact, type: z.literal('DeliveryCancelled'), ...delivery }),
  /** Somebody has all that is being collected for a subscription delivered now. */
  z.object({ ...fact, type: z.literal('BatchesFlushed'), subscription_id: SubscriptionId }),
  /** Somebody has a test of this event sent to an endpoint. */
  z.object({
    ...fact,
    type: z.literal('TestDeliverySent'),
    subscription_id: SubscriptionId,
    test_event: z.string(),
  }),
]);
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Who did what, when, to which thing, and from where. Nothing in it is secret. */
export interface AuditEntry {
  /** The same however often its record is read. */
  readonly id: string;
  /** Whose log it belongs to. */
  readonly account_id: AccountId;
  /** RFC 3339 in UTC. */
  readonly at: string;
  /** `key:<id>` of an API key, or `system:<part>`. */
  readonly actor: string;
  /** Null where no request asked for it. */
  readonly source_ip: string | null;
  /** The fact's name in its log, such as `SubscriptionUpdated` or `SecretRevealed`. */
  readonly type: string;
  readonly subscription_id: SubscriptionId | null;
  readonly api_key_id: ApiKeyId | null;
  readonly event_type: string | null;
  /** The version that the change made; null for what has no versions. */
  readonly version: number | null;
  /** What else there is to tell, such as the `fields` that an update named. */
  readonly details: JsonObject;
}
