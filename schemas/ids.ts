/** Branded ids. A plain string does not pass for one; each is made or parsed at the edge where it enters. */
import { z } from 'zod';

/** The tenant that owns events, subscriptions and API keys. `default` where none is named. */
export const AccountId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9._-]+$/, 'letters, digits, ".", "_" and "-" only')
  .brand<'AccountId'>()
  .meta({ examples: ['default'] });
export type AccountId = z.infer<typeof AccountId>;

/** The account of everything that names none. */
export const DEFAULT_ACCOUNT_ID: AccountId = AccountId.parse('default');

/** An event's id, chosen by its producer: unique per account and event type within 24 hours. */
export const EventId = z
  .string()
  .min(1)
  .max(256)
  .brand<'EventId'>()
  .meta({ examples: ['evt_1'] });
export type EventId = z.infer<typeof EventId>;

/** `wh_…`: a subscription, and the Temporal workflow that is its single writer. */
export const SubscriptionId = z
  .string()
  .regex(/^wh_[A-Za-z0-9]{8,64}$/, 'a subscription id starts with wh_')
  .brand<'SubscriptionId'>()
  .meta({ examples: ['wh_4f9Kq2Zt7mXc1LbR8sVd'] });
export type SubscriptionId = z.infer<typeof SubscriptionId>;

/** `del_…`: a delivery, and the Temporal workflow that carries it. */
export const DeliveryId = z
  .string()
  .regex(/^del_[A-Za-z0-9]{20,64}$/, 'a delivery id starts with del_')
  .brand<'DeliveryId'>()
  .meta({ examples: ['del_0123456789abcdefghjkmnpqrstvwxyz'] });
export type DeliveryId = z.infer<typeof DeliveryId>;

/** `aud_…`: a record of `webhooks.audit`. */
export const AuditEventId = z
  .string()
  .regex(/^aud_[A-Za-z0-9]{20}$/, 'an audit event id starts with aud_')
  .brand<'AuditEventId'>();
export type AuditEventId = z.infer<typeof AuditEventId>;

/** `key_…`: an API key. No secret: it names the key in lists and in logs. */
export const ApiKeyId = z
  .string()
  .regex(/^key_[A-Za-z0-9]{16}$/, 'an API key id starts with key_')
  .brand<'ApiKeyId'>()
  .meta({ examples: ['key_3Hs8dKq0ZpW1xYc7'] });
export type ApiKeyId = z.infer<typeof ApiKeyId>;
