/** The records of `webhooks.subscriptions`: every change of every subscription, kept for ever. */
import { z } from 'zod';
import { Aggregation } from './aggregation.ts';
import { Conditions, Filters, Routes } from './filter.ts';
import { AccountId, SubscriptionId } from './ids.ts';
import { RateLimit, RetryPolicy } from './subscription.ts';

/** Text that only a holder of the encryption key can read: `v1.<key id>.<base64url>`. */
export const Sealed = z.string().startsWith('v1.').brand<'Sealed'>();
export type Sealed = z.infer<typeof Sealed>;

/** Certificates are public; the key is sealed. */
const StoredTls = z.object({
  ca: z.string().nullable(),
  client_certificate: z.string().nullable(),
  client_key: Sealed.nullable(),
});
export type StoredTls = z.infer<typeof StoredTls>;

/** A subscription's settings at rest. Header values are sealed, for they carry the customer's credentials. */
export const StoredSettings = z.object({
  url: z.string(),
  events: z.array(z.string()),
  description: z.string(),
  timeout: z.number(),
  retry_policy: RetryPolicy,
  headers: z.record(z.string(), Sealed),
  filters: Filters,
  conditions: Conditions,
  routes: Routes,
  aggregation: Aggregation.nullable(),
  tls: StoredTls.nullable(),
  signature_scheme: z.enum(['body', 'timestamped']),
  rate_limit: RateLimit.nullable(),
  ordered_by: z.string().nullable(),
  fallback: z.object({ url: z.string() }).nullable(),
  auto_disable_after: z.int().nullable(),
  destination: z.object({ type: z.literal('http') }),
});
export type StoredSettings = z.infer<typeof StoredSettings>;

/** The version that is written. Records of older ones are made into it before anything looks at them. */
export const SUBSCRIPTION_LOG_VERSION = 2;

/** Some settings: a change that does not name one leaves it as it is. */
const ChangedSettings = StoredSettings.partial();
export type ChangedSettings = z.infer<typeof ChangedSettings>;

const fact = {
  schema_version: z.literal(SUBSCRIPTION_LOG_VERSION),
  subscription_id: SubscriptionId,
  account_id: AccountId,
  /** 1 for the creation, then one more with each fact. Readers drop a version that they have seen. */
  version: z.int().min(1),
  at: z.iso.datetime(),
  /** Who asked for it: `key:<id>` of an API key, or `system:<part>`. */
  actor: z.string(),
  /** The address that the request came from; null where no request asked for it, or where nobody noted it. */
  source_ip: z.string().nullable(),
};

/** One change of one subscription. The Kafka key is the subscription's id. */
export const SubscriptionEvent = z.discriminatedUnion('type', [
  z.object({
    ...fact,
    type: z.literal('SubscriptionCreated'),
    settings: StoredSettings,
    secret: Sealed,
    active: z.boolean(),
  }),
  z.object({
    ...fact,
    type: z.literal('SubscriptionUpdated'),
    changes: ChangedSettings,
    secret: Sealed.nullable(),
  }),
  /** Another secret signs from now on. Until `previous_secret_expires_at` the previous one signs beside it. */
  z.object({
    ...fact,
    type: z.literal('SubscriptionSecretRotated'),
    secret: Sealed,
    previous_secret: Sealed,
    /** Not before `at`; the same as `at` where there is no overlap. */
    previous_secret_expires_at: z.iso.datetime(),
  }),
  /** The same secrets under another encryption key: nothing that its owner would notice has changed. */
  z.object({
    ...fact,
    type: z.literal('SubscriptionReencrypted'),
    secret: Sealed,
    previous_secret: Sealed.nullable(),
    /** The settings that hold something sealed. */
    changes: ChangedSettings,
  }),
  z.object({ ...fact, type: z.literal('SubscriptionPaused') }),
  z.object({ ...fact, type: z.literal('SubscriptionResumed') }),
  z.object({ ...fact, type: z.literal('SubscriptionDisabled'), reason: z.string() }),
  z.object({ ...fact, type: z.literal('SubscriptionEnabled') }),
  z.object({ ...fact, type: z.literal('SubscriptionDeleted') }),
]);
export type SubscriptionEvent = z.infer<typeof SubscriptionEvent>;

/** Merges `changes` at the actor: only the named fields of `retry_policy` are replaced. */
export type SettingsChanges = Partial<Omit<StoredSettings, 'retry_policy'>> & {
  readonly retry_policy?: Partial<RetryPolicy>;
};

/** What may be asked of a subscription's actor. `expectedVersion` comes from `If-Match`. */
export type SubscriptionCommand = {
  readonly actor: string;
  /** Absent where no request asks for it. */
  readonly sourceIp?: string;
  readonly accountId: AccountId;
  readonly expectedVersion: number | null;
} & (
  | {
      readonly type: 'CreateSubscription';
      readonly settings: StoredSettings;
      readonly secret: Sealed;
      readonly active: boolean;
    }
  | {
      readonly type: 'UpdateSubscription';
      readonly changes: SettingsChanges;
      readonly secret: Sealed | null;
      readonly active: boolean | null;
      /** How large the settings may become. It is said here, for histories hold commands without a limit. */
      readonly mostBytes?: number;
    }
  | {
      readonly type: 'RotateSecret';
      readonly secret: Sealed;
      readonly overlapSeconds: number;
      /** The present one as whoever asks has read it, and found it to be another than `secret`. */
      readonly presentSecret?: Sealed;
    }
  | {
      readonly type: 'ReencryptSubscription';
      /** Each sealed text that is to be replaced, and the same under another key. What it does not name stays. */
      readonly resealed: Readonly<Record<Sealed, Sealed>>;
    }
  | { readonly type: 'PauseSubscription' }
  | { readonly type: 'ResumeSubscription' }
  | { readonly type: 'EnableSubscription' }
  | { readonly type: 'DisableSubscription'; readonly reason: string }
  | { readonly type: 'DeleteSubscription' }
);
