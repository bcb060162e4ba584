/** Answers of the API, complete, for tests to vary. */
export const subscription = {
  id: 'wh_abc12345',
  account_id: 'default',
  url: 'https://example.com/hook',
  events: ['workflow.completed', 'user.*'],
  description: 'support team',
  timeout: 30,
  retry_policy: { max_retries: 3, retry_delay: 5, exponential_backoff: true, max_delay: 60 },
  headers: { 'X-Team': 'ops-token' },
  filters: { workflow_id: ['billing'] },
  conditions: {},
  routes: [],
  aggregation: null,
  signature_scheme: 'body',
  rate_limit: null,
  ordered_by: null,
  fallback: null,
  auto_disable_after: 432_000,
  destination: { type: 'http' },
  active: true,
  state: 'active',
  state_reason: null,
  version: 2,
  created_at: '2024-01-15T10:30:05.123Z',
  updated_at: '2024-01-15T10:31:05.123Z',
};

export const delivery = {
  id: 'del_0123456789abcdefghjkmnpqrstvwxyz',
  subscription_id: 'wh_abc12345',
  account_id: 'default',
  event_id: 'evt_1',
  event: 'workflow.completed',
  status: 'exhausted',
  attempt_count: 2,
  created_at: '2024-01-15T10:30:05.123Z',
  updated_at: '2024-01-15T10:31:05.123Z',
  ended_at: '2024-01-15T10:31:05.123Z',
  next_attempt_at: null,
  last_status_code: 500,
  last_error: null,
  batched_events: null,
  workflow_id: 'del_0123456789abcdefghjkmnpqrstvwxyz',
  temporal_url: 'http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz',
};

export const events = [
  {
    event_id: 'evt_1',
    occurred_at: '2024-01-15T10:30:05.000Z',
    source: { topic: 'platform.events', partition: 0, offset: '1' },
  },
];

export const attempts = [
  {
    number: 1,
    started_at: '2024-01-15T10:30:05.200Z',
    duration_ms: 1234,
    url: 'https://example.com/hook',
    status_code: null,
    error: 'connect ECONNREFUSED',
    response_headers: {},
    response_body: '',
  },
  {
    number: 2,
    started_at: '2024-01-15T10:30:10.200Z',
    duration_ms: 12.4,
    url: 'https://example.com/hook',
    status_code: 500,
    error: null,
    request_headers: { 'X-Broxi-Attempt': '2', 'X-Custom': '***' },
    timings: { dns_ms: null, connect_ms: 0.4, tls_ms: 7.5, first_byte_ms: 3.9, total_ms: 12.4 },
    response_headers: { 'content-type': 'text/plain' },
    response_body: 'out of \u001b[31morder',
  },
];
