/** What a customer configures, in the customer's names. Defaults are written here and nowhere else. */
import { z } from 'zod';
import { Aggregation } from './aggregation.ts';
import { CustomHeaders } from './custom-headers.ts';
import { FILTER_LIMITS, fieldNameProblem } from './filter-grammar.ts';
import { Conditions, EventPattern, Filters, Routes } from './filter.ts';
import { AccountId, SubscriptionId } from './ids.ts';
import { TargetUrl } from './target-url.ts';
import { TlsSettings, TlsView } from './tls.ts';

/** When a failed delivery is tried again. Times in seconds. */
export const RetryPolicy = z.strictObject({
  max_retries: z.int().min(0).max(100).default(3),
  retry_delay: z.number().positive().max(3_600).default(5),
  exponential_backoff: z.boolean().default(true),
  max_delay: z.number().positive().max(86_400).default(60),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** The signing secret: chosen by the customer, or `whsec_` and base64 when made here. */
const Secret = z
  .string()
  .min(16, 'expected at least 16 characters')
  .max(256, 'expected at most 256 characters')
  .refine(
    (text) => !text.startsWith('whsec_') || /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text),
    'a secret that starts with whsec_ must go on in base64',
  );

const PER_SECOND = 'expected requests per second, from 0.01 to 10000';
/** How many requests a second the endpoint is sent at most, evenly spaced; what is over waits. */
export const RateLimit = z.strictObject({
  per_second: z.number(PER_SECOND).min(0.01, PER_SECOND).max(10_000, PER_SECOND),
});

/** The dotted name of a field of `data`: deliveries with the same value in it arrive in order, one after the other. */
const OrderedBy = z
  .string('expected the name of a field of data, such as "user_id", or null')
  .superRefine((name, context) => {
    const wrong = fieldNameProblem(name);
    if (wrong !== null) context.addIssue(wrong);
  })
  .meta({
    description:
      'A field of data: deliveries with the same value arrive in order, the next only after the one before has ended.',
    maxLength: FILTER_LIMITS.fieldLength,
  });

const FALLBACK = 'expected {"url":"https://…"} or null';
const NO_DESTINATION = `a destination is not offered by this version: ${FALLBACK}`;
/** Where a delivery that was exhausted goes instead. */
const Fallback = z
  .strictObject(
    {
      url: TargetUrl,
      destination: z.never(NO_DESTINATION).optional().meta({ description: 'Not offered by this version.' }),
    },
    FALLBACK,
  )
  .meta({ description: 'Where a delivery that was exhausted goes instead, as a delivery of its own.' });

/** Five days. */
export const DEFAULT_AUTO_DISABLE_SECONDS = 432_000;
/** Thirty days: as long as the records of attempts are kept. */
const LONGEST_AUTO_DISABLE_SECONDS = 2_592_000;
const AUTO_DISABLE = `expected whole seconds, from 1 to ${LONGEST_AUTO_DISABLE_SECONDS}, or null for never`;

/** The settings of a subscription that are stored as they were given. */
const settings = {
  url: TargetUrl,
  events: z
    .array(EventPattern)
    .min(1, 'expected at least one event type')
    .max(100)
    .overwrite((events) => [...new Set(events)]),
  description: z.string().max(1_000),
  timeout: z
    .number()
    .min(0.1, 'expected seconds, from 0.1 to 120')
    .max(120, 'expected seconds, from 0.1 to 120'),
  retry_policy: RetryPolicy,
  headers: CustomHeaders,
  filters: Filters,
  conditions: Conditions,
  routes: Routes,
  aggregation: Aggregation.nullable(),
  tls: TlsSettings.nullable(),
  signature_scheme: z.enum(['body', 'timestamped']),
  rate_limit: RateLimit.nullable(),
  ordered_by: OrderedBy.nullable(),
  fallback: Fallback.nullable(),
  auto_disable_after: z
    .int(AUTO_DISABLE)
    .min(1, AUTO_DISABLE)
    .max(LONGEST_AUTO_DISABLE_SECONDS, AUTO_DISABLE)
    .nullable(),
  destination: z.strictObject({
    type: z.literal('http', { error: 'expected "http": other destinations are not offered by this version' }),
  }),
};

/** What is wrong with `ordered_by` where there is `aggregation` too. */
export const ORDERED_BATCHES = 'expected null beside aggregation: the events of a batch go together';

/** The body of `POST /v1/subscriptions`. */
export const NewSubscription = z
  .strictObject({
    ...settings,
    description: settings.description.default(''),
    secret: Secret.optional(),
    active: z.boolean().default(true),
    timeout: settings.timeout.default(30),
    retry_policy: settings.retry_policy.prefault({}),
    headers: settings.headers.default({}),
    filters: settings.filters.default({}),
    conditions: settings.conditions.default({}),
    routes: settings.routes.default([]),
    aggregation: settings.aggregation.default(null),
    tls: settings.tls.default(null),
    signature_scheme: settings.signature_scheme.default('body'),
    rate_limit: settings.rate_limit.default(null),
    ordered_by: settings.ordered_by.default(null),
    fallback: settings.fallback.default(null),
    auto_disable_after: settings.auto_disable_after.default(DEFAULT_AUTO_DISABLE_SECONDS),
    destination: settings.destination.default({ type: 'http' }),
  })
  .superRefine(({ ordered_by, aggregation }, context) => {
    // Decided by the actor too, but that of a subscription that never comes to be need not be woken for it.
    if (ordered_by === null || aggregation === null) return;
    context.addIssue({ code: 'custom', path: ['ordered_by'], message: ORDERED_BATCHES });
  })
  .meta({
    id: 'NewSubscription',
    examples: [
      {
        url: 'https://example.com/webhooks',
        events: ['workflow.completed', 'workflow.failed'],
        description: 'Runs of the support bot',
        filters: { workflow_id: ['customer_support_bot'] },
        conditions: { execution_time: { greater_than: 5 } },
      },
    ],
  });
export type NewSubscription = z.infer<typeof NewSubscription>;

/**
 * A body as it is, or wrapped as in the seed's documents: `{"webhook_config":{…}}`. What is wrong in it is named by
 * the same path either way.
 */
export const orWrapped = <Body extends z.ZodType>(body: Body) =>
  z.preprocess((given) => {
    const wrapped = z.strictObject({ webhook_config: z.unknown() }).safeParse(given);
    return wrapped.success && wrapped.data.webhook_config !== undefined ? wrapped.data.webhook_config : given;
  }, body);

/**
 * The body of `PATCH /v1/subscriptions/{id}`: what is absent stays. `retry_policy` is merged field by field;
 * everything else that is named is replaced whole.
 */
export const SubscriptionPatch = z
  .strictObject({
    ...Object.fromEntries(Object.entries(settings).map(([name, schema]) => [name, schema.optional()])),
    retry_policy: z
      .strictObject({
        max_retries: RetryPolicy.shape.max_retries.unwrap().optional(),
        retry_delay: RetryPolicy.shape.retry_delay.unwrap().optional(),
        exponential_backoff: RetryPolicy.shape.exponential_backoff.unwrap().optional(),
        max_delay: RetryPolicy.shape.max_delay.unwrap().optional(),
      })
      .optional(),
    secret: Secret.optional(),
    active: z.boolean().optional(),
  })
  .meta({
    id: 'SubscriptionPatch',
    examples: [{ description: 'Runs of the support bot', retry_policy: { max_retries: 5 } }],
  }) as unknown as z.ZodType<SubscriptionPatch>;
export type SubscriptionPatch = Partial<
  Omit<NewSubscription, 'retry_policy'> & { retry_policy: Partial<RetryPolicy> }
>;

/** The longest time for which two secrets are valid at once: a week. */
const LONGEST_OVERLAP_SECONDS = 604_800;
const OVERLAP = `expected whole seconds, from 0 to ${LONGEST_OVERLAP_SECONDS}`;

/** The body of `POST /v1/subscriptions/{id}/rotate-secret`. A secret is made where none is given. */
export const SecretRotation = z
  .strictObject({
    overlap_seconds: z.int(OVERLAP).min(0, OVERLAP).max(LONGEST_OVERLAP_SECONDS, OVERLAP).default(86_400),
    secret: Secret.optional(),
  })
  .meta({ id: 'SecretRotation', examples: [{ overlap_seconds: 86_400 }] });
export type SecretRotation = z.infer<typeof SecretRotation>;

/** `active`: events are delivered. `paused`: they are held. `disabled`: they are dropped. */
const SubscriptionStatus = z.enum(['active', 'paused', 'disabled']);

const SUBSCRIPTION = {
  id: 'wh_4f9Kq2Zt7mXc1LbR8sVd',
  account_id: 'default',
  url: 'https://example.com/webhooks',
  events: ['workflow.completed', 'workflow.failed'],
  description: 'Runs of the support bot',
  timeout: 30,
  retry_policy: { max_retries: 3, retry_delay: 5, exponential_backoff: true, max_delay: 60 },
  headers: {},
  filters: { workflow_id: ['customer_support_bot'] },
  conditions: { execution_time: { greater_than: 5 } },
  routes: [],
  aggregation: null,
  tls: null,
  signature_scheme: 'body',
  rate_limit: null,
  ordered_by: null,
  fallback: null,
  auto_disable_after: DEFAULT_AUTO_DISABLE_SECONDS,
  destination: { type: 'http' },
  active: true,
  state: 'active',
  state_reason: null,
  version: 1,
  created_at: '2024-01-15T10:30:05.123Z',
  updated_at: '2024-01-15T10:30:05.123Z',
};

/** A subscription as the API shows it. The secret is not part of it. */
export const SubscriptionView = z
  .strictObject({
    id: SubscriptionId,
    account_id: AccountId,
    ...settings,
    tls: TlsView.nullable(),
    fallback: z.strictObject({ url: TargetUrl }).nullable(),
    active: z.boolean(),
    state: SubscriptionStatus,
    state_reason: z.string().nullable(),
    version: z.int().min(1),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Subscription', examples: [SUBSCRIPTION] });
export type SubscriptionView = z.infer<typeof SubscriptionView>;

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const ShownSecret = z.string();

/** The answer to the create. */
export const CreatedSubscription = z
  .strictObject({ ...SubscriptionView.shape, secret: ShownSecret })
  .meta({ id: 'CreatedSubscription', examples: [{ ...SUBSCRIPTION, secret: SECRET }] });

/** The answer to a rotation. */
export const RotatedSubscription = z
  .strictObject({
    ...CreatedSubscription.shape,
    previous_secret_expires_at: z.iso.datetime().nullable().meta({
      description: 'Until when the secret before is valid too; null where it is not any more.',
    }),
  })
  .meta({
    id: 'RotatedSubscription',
    examples: [{ ...SUBSCRIPTION, secret: SECRET, previous_secret_expires_at: '2024-01-16T10:30:05.123Z' }],
  });

/** The answer to `GET /v1/subscriptions/{id}/secret`. */
export const SecretView = z.strictObject({ secret: ShownSecret }).meta({ examples: [{ secret: SECRET }] });
