/** Requests that customers ask for to try an endpoint: test deliveries and diagnoses. */
import { z } from 'zod';
import { AttemptView } from './delivery-view.ts';
import { EventType } from './event.ts';
import { DeliveryId } from './ids.ts';
import { TargetUrl } from './target-url.ts';

/** The body of `POST /v1/subscriptions/{id}/test`. */
export const TestRequest = z
  .strictObject({ event: EventType })
  .meta({ id: 'TestRequest', examples: [{ event: 'workflow.completed' }] });

const TEST = {
  delivery_id: 'del_0123456789abcdefghjkmnpqrstvwxyz',
  event: 'workflow.completed',
  outcome: 'succeeded',
  number: 1,
  started_at: '2024-01-15T10:30:05.148Z',
  duration_ms: 87,
  url: 'https://example.com/webhooks',
  request_headers: { 'X-Broxi-Event': 'workflow.completed', 'X-Broxi-Test': 'true' },
  request_body: '{"event":"workflow.completed","data":{}}',
  timings: { dns_ms: 4, connect_ms: 11, tls_ms: 23, first_byte_ms: 48, total_ms: 87 },
  status_code: 200,
  error: null,
  response_headers: { 'content-type': 'text/plain' },
  response_body: 'ok',
  temporal_url: 'http://127.0.0.1:8233/namespaces/default/workflows/test_4f9Kq2Zt7mXc1LbR8sVd',
};

/** What a test delivery came to. */
export const TestView = z
  .object({
    delivery_id: DeliveryId.meta({ description: 'As it was sent. No such delivery is kept.' }),
    event: z.string(),
    outcome: z.enum(['succeeded', 'failed', 'blocked']).meta({
      description: '`blocked`: the url leads to an address that is not public, and nothing was sent.',
    }),
    ...AttemptView.shape,
    request_body: z.string(),
    temporal_url: z.string().meta({ description: 'The page of the workflow that sent it.' }),
  })
  .meta({ id: 'TestDelivery', examples: [TEST] });
export type TestView = z.infer<typeof TestView>;

/** The body of `POST /v1/diagnose`. */
export const DiagnoseRequest = z
  .strictObject({ url: TargetUrl })
  .meta({ id: 'DiagnoseRequest', examples: [{ url: 'https://example.com/webhooks' }] });

const ms = z.number().min(0).nullable();

/** What a diagnosis found. */
export const DiagnosisView = z
  .object({
    url: z.string(),
    reachable: z.boolean().meta({ description: 'Whether a GET or a POST was answered, by whatever status.' }),
    get_status: z.int().nullable(),
    post_status: z.int().nullable(),
    tls: z
      .object({
        valid: z.boolean(),
        expires_at: z.iso.datetime().nullable(),
        issuer: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Null for plain http.' }),
    latency: z
      .object({ dns_ms: ms, connect_ms: ms, tls_ms: ms, get_ms: ms, post_ms: ms })
      .meta({ description: 'Milliseconds; null for what was not reached or not needed.' }),
    issues: z
      .array(z.string())
      .meta({ description: 'What is wrong, and what to do about it. Empty where deliveries can arrive.' }),
  })
  .meta({
    id: 'Diagnosis',
    examples: [
      {
        url: 'https://example.com/webhooks',
        reachable: true,
        get_status: 405,
        post_status: 200,
        tls: { valid: true, expires_at: '2024-06-01T00:00:00.000Z', issuer: "Let's Encrypt" },
        latency: { dns_ms: 4, connect_ms: 11, tls_ms: 23, get_ms: 80, post_ms: 41 },
        issues: ['URL returns 405 to a GET. That does no harm as long as a POST is answered with 2xx.'],
      },
    ],
  });
export type DiagnosisView = z.infer<typeof DiagnosisView>;
