/** What the CLI reads in the answers of the API. Fields that it does not know of pass. */
import { z } from 'zod';

const settings = z.record(z.string(), z.unknown());

export const Subscription = z.looseObject({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string(),
  state: z.string(),
  state_reason: z.string().nullable(),
  timeout: z.number(),
  retry_policy: z.looseObject({
    max_retries: z.number(),
    retry_delay: z.number(),
    exponential_backoff: z.boolean(),
    max_delay: z.number(),
  }),
  headers: settings,
  filters: settings,
  conditions: settings,
  routes: z.array(z.unknown()),
  aggregation: z.looseObject({ batch_size: z.number(), batch_timeout: z.number() }).nullable(),
  rate_limit: z.looseObject({ per_second: z.number() }).nullable(),
  ordered_by: z.string().nullable(),
  fallback: z.looseObject({ url: z.string() }).nullable(),
  signature_scheme: z.string(),
  auto_disable_after: z.number().nullable(),
  tls: z.looseObject({ expires_at: z.string().nullable(), warnings: z.array(z.string()) }).nullish(),
  version: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Subscription = z.infer<typeof Subscription>;

/** The answer to a create. This one and the next have the secret. */
export const CreatedSubscription = Subscription.extend({ secret: z.string() });

/** The answer to a rotation. Null where the secret before it is not valid any more. */
export const RotatedSubscription = CreatedSubscription.extend({
  previous_secret_expires_at: z.string().nullable(),
});

/** What a flush has put on its way. */
export const FlushedBatches = z.looseObject({ batches: z.number(), events: z.number() });

export const VersionChange = z.looseObject({
  version: z.number(),
  type: z.string(),
  at: z.string(),
  actor: z.string(),
  changes: z.array(z.looseObject({ path: z.string(), from: z.unknown(), to: z.unknown() })),
});
export type VersionChange = z.infer<typeof VersionChange>;

export const Delivery = z.looseObject({
  id: z.string(),
  subscription_id: z.string(),
  event_id: z.string(),
  event: z.string(),
  status: z.string(),
  attempt_count: z.number(),
  created_at: z.string(),
  ended_at: z.string().nullable(),
  next_attempt_at: z.string().nullable(),
  last_status_code: z.number().nullable(),
  last_error: z.string().nullable(),
  batched_events: z.number().nullable(),
  stands_in_for: z.string().nullable(),
  fallback_delivery_id: z.string().nullable(),
  workflow_id: z.string(),
  temporal_url: z.string(),
});
export type Delivery = z.infer<typeof Delivery>;

export const Attempt = z.looseObject({
  number: z.number(),
  started_at: z.string(),
  duration_ms: z.number(),
  url: z.string(),
  status_code: z.number().nullable(),
  error: z.string().nullable(),
  response_body: z.string().nullish(),
  request_headers: z.record(z.string(), z.string()).nullish(),
  timings: z
    .looseObject({
      dns_ms: z.number().nullable(),
      connect_ms: z.number().nullable(),
      tls_ms: z.number().nullable(),
      first_byte_ms: z.number().nullable(),
    })
    .nullish(),
});
export type Attempt = z.infer<typeof Attempt>;

export const DeliveryWithAttempts = Delivery.extend({
  attempts: z.array(Attempt),
  events: z.array(z.looseObject({ event_id: z.string() })),
});
export type DeliveryWithAttempts = z.infer<typeof DeliveryWithAttempts>;

export const PublishedEvent = z.looseObject({ id: z.string() });

export const EventType = z.looseObject({ type: z.string(), description: z.string(), example: z.unknown() });

/** Times in seconds. */
export const Stats = z.looseObject({
  total_deliveries: z.number(),
  successful_deliveries: z.number(),
  failed_deliveries: z.number(),
  pending_deliveries: z.number(),
  held_deliveries: z.number(),
  average_response_time: z.number().nullable(),
  p95_response_time: z.number().nullable(),
  last_delivery: z.string().nullable(),
});

/** `success_rate` in percent, `average_response_time` in seconds; both null or 0 where there is no data. */
export const Health = z.looseObject({
  status: z.string(),
  success_rate: z.number().nullable(),
  total_deliveries: z.number(),
  average_response_time: z.number().nullable(),
});
export type Health = z.infer<typeof Health>;

export const Check = z.looseObject({
  path: z.string(),
  operator: z.string(),
  expected: z.unknown(),
  actual: z.unknown(),
  outcome: z.string(),
});
export type Check = z.infer<typeof Check>;

export const Explanation = z.looseObject({
  event_id: z.string(),
  subscription_id: z.string(),
  delivered: z.boolean(),
  reason: z.string(),
  detail: z.string(),
  event: z.string().nullable(),
  account_id: z.string().nullable(),
  subscription: z.looseObject({ at: z.string(), version: z.number(), state: z.string() }),
  url: z.string().nullable(),
  checks: z.array(Check),
  delivery: z.looseObject({ id: z.string(), status: z.string(), temporal_url: z.string() }).nullable(),
  records: z.array(z.looseObject({ outcome: z.string() })),
  searched: z.looseObject({ from: z.string(), to: z.string(), complete: z.boolean() }),
});
export type Explanation = z.infer<typeof Explanation>;

export const ApiKey = z.looseObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  account_id: z.string(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});

/** The answer to a create: the only one with the key. */
export const CreatedApiKey = ApiKey.extend({ key: z.string() });

export const TestDelivery = z.looseObject({
  delivery_id: z.string(),
  outcome: z.string(),
  url: z.string(),
  status_code: z.number().nullable(),
  error: z.string().nullable(),
  duration_ms: z.number(),
  response_body: z.string(),
});

const ms = z.number().nullable();

export const Diagnosis = z.looseObject({
  url: z.string(),
  reachable: z.boolean(),
  get_status: z.number().nullable(),
  post_status: z.number().nullable(),
  tls: z
    .looseObject({ valid: z.boolean(), expires_at: z.string().nullable(), issuer: z.string().nullable() })
    .nullable(),
  latency: z.looseObject({ dns_ms: ms, connect_ms: ms, tls_ms: ms, get_ms: ms, post_ms: ms }),
  issues: z.array(z.string()),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

/** One page of a rotation of the encryption key. */
export const EncryptionRotation = z.looseObject({
  current_key_id: z.string(),
  total: z.number(),
  reencrypted: z.number(),
  fresh: z.number(),
  failed: z.array(z.looseObject({ subscription_id: z.string(), reason: z.string() })),
  next_cursor: z.string().nullable(),
});

export const Encryption = z.looseObject({
  current_key_id: z.string(),
  rotated_at: z.string().nullable(),
  older_workflows: z.number().nullable(),
  keys: z.array(
    z.looseObject({
      id: z.string(),
      current: z.boolean(),
      configured: z.boolean(),
      subscriptions: z.number(),
      removable: z.boolean(),
    }),
  ),
});
export type Encryption = z.infer<typeof Encryption>;
