/** Trying an endpoint: a test delivery to a subscription, and the diagnosis of a url. */
import { randomBytes } from 'node:crypto';
import type { Diagnosis } from '../../../activities/diagnose-url.ts';
import type { TestEnd } from '../../../activities/send-test.ts';
import { formatDeliveryId } from '../../../domain/deliver/delivery-id.ts';
import { isSuccess, type Outcome } from '../../../domain/deliver/outcome.ts';
import { deliveryBody } from '../../../domain/deliver/payload.ts';
import type { SubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { FollowedEventTypes } from '../../../infra/kafka/event-type-log.ts';
import { SubscriptionParams } from '../../../schemas/api.ts';
import { DiagnoseRequest, DiagnosisView, TestRequest, TestView } from '../../../schemas/endpoint-check.ts';
import { EVENT_TYPES } from '../../../schemas/event-types.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';
import type { EndpointChecks } from '../endpoint-checks.ts';
import { findLive } from '../find-subscription.ts';
import { notFound } from '../problem.ts';
import type { RecordAudit } from '../record-audit.ts';
import type { Api } from '../zod-routes.ts';
import { refusePlainHttp } from './subscriptions.ts';

export interface EndpointCheckRoutesDeps {
  readonly directory: SubscriptionDirectory;
  readonly followedTypes: FollowedEventTypes;
  readonly checks: EndpointChecks;
  readonly recordAudit: RecordAudit;
  readonly temporalUrl: (workflowId: string) => string;
  readonly allowHttp: boolean;
}

export function endpointCheckRoutes(app: Api, deps: EndpointCheckRoutesDeps): void {
  const test = {
    summary: 'Send a test delivery',
    description:
      'Signed and sent once, now, as deliveries are, with the example of the event type as `data` (`{}` for a type ' +
      'without one) and the header `X-Broxi-Test: true`. Filters are not asked, and any state will do. It is no ' +
      'delivery: nothing counts it, lists it or tries it again. It has the timeout of the subscription, at most 20 s.',
    params: SubscriptionParams,
    body: TestRequest,
    response: { 200: TestView },
  };
  app.post('/v1/subscriptions/:id/test', { schema: test }, async (request) => {
    const { event } = request.body;
    const subscription = findLive(deps.directory, request.caller, request.params.id);
    await deps.recordAudit(request.caller, {
      type: 'TestDeliverySent',
      subscription_id: subscription.id,
      test_event: event,
    });
    const example = deps.followedTypes.added.get(event)?.example ?? EVENT_TYPES.get(event)?.example ?? {};
    const deliveryId = formatDeliveryId(randomBytes(20));
    const body = deliveryBody({
      eventType: event,
      occurredAt: new Date().toISOString(),
      subscriptionId: subscription.id,
      deliveryId,
      dataText: JSON.stringify(example),
    });
    const { end, workflowId } = await deps.checks.test(subscription.accountId, {
      subscriptionId: subscription.id,
      subscriptionVersion: subscription.version,
      deliveryId,
      eventType: event,
      body,
      traceId: randomBytes(16).toString('hex'),
    });
    if (end === null) throw notFound('subscription');
    return testView(end, { deliveryId, event, body, temporalUrl: deps.temporalUrl(workflowId) });
  });

  const diagnose = {
    summary: 'Diagnose a url',
    description:
      'Tries it from where deliveries come from: DNS, connection, certificate, a GET, and a POST of ' +
      '`{"test":"webhook"}` that is not signed. Each has 10 s.',
    body: DiagnoseRequest,
    response: { 200: DiagnosisView },
  };
  app.post('/v1/diagnose', { schema: diagnose }, async (request) => {
    const { url } = request.body;
    refusePlainHttp(deps.allowHttp, { url });
    return diagnosisView(url, await deps.checks.diagnose(request.caller.accountId, url));
  });
}

interface Sent {
  readonly deliveryId: DeliveryId;
  readonly event: string;
  readonly body: string;
  readonly temporalUrl: string;
}

const testView = ({ startedAt, url, requestHeaders, exchange }: TestEnd, sent: Sent): TestView => ({
  delivery_id: sent.deliveryId,
  event: sent.event,
  outcome: outcomeText(exchange.outcome),
  number: 1,
  started_at: startedAt,
  duration_ms: exchange.durationMs,
  url,
  request_headers: { ...requestHeaders },
  request_body: sent.body,
  timings: {
    dns_ms: exchange.timings.dnsMs,
    connect_ms: exchange.timings.connectMs,
    tls_ms: exchange.timings.tlsMs,
    first_byte_ms: exchange.timings.firstByteMs,
    total_ms: exchange.durationMs,
  },
  status_code: exchange.outcome.kind === 'answered' ? exchange.outcome.statusCode : null,
  error: exchange.error,
  response_headers: exchange.answer?.headers ?? {},
  response_body: exchange.answer?.body ?? '',
  temporal_url: sent.temporalUrl,
});

function outcomeText(outcome: Outcome): TestView['outcome'] {
  if (outcome.kind === 'blocked') return 'blocked';
  return isSuccess(outcome) ? 'succeeded' : 'failed';
}

const diagnosisView = (url: string, found: Diagnosis): DiagnosisView => ({
  url,
  reachable: found.getStatus !== null || found.postStatus !== null,
  get_status: found.getStatus,
  post_status: found.postStatus,
  tls: new URL(url).protocol === 'http:' ? null : tlsView(found),
  latency: {
    dns_ms: found.timings.dnsMs,
    connect_ms: found.timings.connectMs,
    tls_ms: found.timings.tlsMs,
    get_ms: found.getMs,
    post_ms: found.postMs,
  },
  issues: [...found.issues],
});

const tlsView = ({ certificate }: Diagnosis): DiagnosisView['tls'] => ({
  valid: certificate !== null && certificate.problem === null,
  expires_at: certificate?.expiresAt ?? null,
  issuer: certificate?.issuer ?? null,
});
