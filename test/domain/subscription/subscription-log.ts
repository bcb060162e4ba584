/** The log of one subscription, a change each minute. */
import type { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import type { Sealed, StoredSettings, SubscriptionEvent } from '../../../schemas/subscription-log.ts';

export const SETTINGS: StoredSettings = {
  url: 'https://example.com/hook',
  events: ['a'],
  description: '',
  timeout: 30,
  retry_policy: { max_retries: 3, retry_delay: 5, exponential_backoff: true, max_delay: 60 },
  headers: {},
  filters: {},
  conditions: {},
  routes: [],
  aggregation: null,
  tls: null,
  signature_scheme: 'body',
  rate_limit: null,
  ordered_by: null,
  fallback: null,
  auto_disable_after: 432_000,
  destination: { type: 'http' },
};

const MINUTE_MS = 60_000;

/** When the change to `version` was made, milliseconds since 1970. */
export const momentOf = (version: number): number => Date.parse('2024-01-15T10:00:00Z') + version * MINUTE_MS;

const factOf = (version: number) => ({
  schema_version: 2 as const,
  subscription_id: 'wh_abc12345' as SubscriptionId,
  account_id: 'default' as AccountId,
  version,
  at: new Date(momentOf(version)).toISOString(),
  actor: 'key:test',
  source_ip: null,
});

/** What a change says beside whose and when it is. */
type Change = SubscriptionEvent extends infer E
  ? E extends SubscriptionEvent
    ? Omit<E, keyof ReturnType<typeof factOf>>
    : never
  : never;

export const changed = (version: number, change: Change): SubscriptionEvent => ({
  ...factOf(version),
  ...change,
});

export const created = (version: number, settings: Partial<StoredSettings> = {}): SubscriptionEvent =>
  changed(version, {
    type: 'SubscriptionCreated',
    settings: { ...SETTINGS, ...settings },
    secret: 'v1.k.s' as Sealed,
    active: true,
  });
