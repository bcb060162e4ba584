/**
 * The records of `webhooks.deliveries` → rows of the read models and changes of their counters. The same for
 * records in any order, as long as each is given once.
 */
import type { BatchedEvent, DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';
import { evolveDelivery, newDelivery } from './delivery.ts';
import type {
  AttemptRow,
  BatchContentRow,
  BucketChange,
  CounterChange,
  DeliveryRow,
} from './read-model-rows.ts';
import { contributionOf, NOTHING, type Contribution } from './stats.ts';

/** Rows to write and changes to add, with at most one entry for each key. */
export interface Projected {
  readonly deliveries: readonly DeliveryRow[];
  readonly attempts: readonly AttemptRow[];
  readonly batchContents: readonly BatchContentRow[];
  readonly counters: readonly CounterChange[];
  readonly responseTimes: readonly BucketChange[];
}

/** Folds events, in order, into what is there `before`: the rows of those of their deliveries that exist. */
export type ProjectDeliveries = (
  before: ReadonlyMap<DeliveryId, DeliveryRow>,
  events: readonly DeliveryEvent[],
) => Projected;

/** @see ProjectDeliveries */
export const projectDeliveries: ProjectDeliveries = (before, events) => {
  const deliveries = new Map<DeliveryId, DeliveryRow>();
  const attempts = new Map<string, AttemptRow>();
  const batchContents = new Map<DeliveryId, readonly BatchContentRow[]>();
  const counters = new Map<SubscriptionId, CounterChange>();
  const responseTimes = new Map<string, BucketChange>();

  for (const event of events) {
    const known = deliveries.get(event.delivery_id) ?? before.get(event.delivery_id);
    const delivery = evolveRow(known ?? newRow(event), event);
    deliveries.set(delivery.id, delivery);
    count(counters, responseTimes, delivery, known === undefined ? NOTHING : contributionOf(known));

    if (event.type === 'DeliveryScheduled' && event.events !== undefined) {
      batchContents.set(delivery.id, contentsOf(event, event.events));
    }
    if (event.type !== 'AttemptEnded') continue;
    // One at the fallback says nothing of the endpoint.
    if (event.next.step === 'succeed' && delivery.standsInFor === null)
      countSuccess(counters, delivery, event.at);
    const attempt = attemptRow(event);
    const key = `${attempt.deliveryId} ${attempt.number}`;
    const other = attempts.get(key);
    if (other === undefined || attempt.endedAt > other.endedAt) attempts.set(key, attempt);
  }
  return {
    deliveries: [...deliveries.values()],
    attempts: [...attempts.values()],
    batchContents: [...batchContents.values()].flat(),
    counters: [...counters.values()],
    responseTimes: [...responseTimes.values()].filter((change) => change.count !== 0),
  };
};

const newRow = (event: DeliveryEvent): DeliveryRow => ({
  id: event.delivery_id,
  accountId: event.account_id,
  subscriptionId: event.subscription_id,
  eventId: event.event_id,
  eventType: event.event_type,
  occurredAt: event.occurred_at,
  source: event.source,
  workflowId: event.workflow_id,
  batchedEvents: event.batched_events ?? null,
  flushedBy: null,
  standsInFor: event.stands_in_for ?? null,
  fallbackId: null,
  // Last: see factOf in delivery-event.ts.
  ...newDelivery(event.at),
});

/** The latest record that told something new names the workflow that carries the delivery. */
function evolveRow(row: DeliveryRow, event: DeliveryEvent): DeliveryRow {
  const delivery = evolveDelivery(row, event);
  const isNews = delivery.updatedAt === event.at;
  const fallbackId = event.type === 'AttemptEnded' ? event.fallback_id : undefined;
  const flushedBy = event.type === 'DeliveryScheduled' ? event.flushed_by : undefined;
  return {
    ...row,
    ...delivery,
    workflowId: isNews ? event.workflow_id : row.workflowId,
    fallbackId: fallbackId ?? row.fallbackId,
    flushedBy: flushedBy ?? row.flushedBy,
  };
}

const contentsOf = (
  { delivery_id: deliveryId, account_id: accountId }: DeliveryEvent,
  events: readonly BatchedEvent[],
): readonly BatchContentRow[] =>
  events.map(({ owed_id: owedId, event_id: eventId, occurred_at: occurredAt, source }, position) => ({
    deliveryId,
    position,
    owedId,
    accountId,
    eventId,
    occurredAt,
    source,
  }));

type AttemptEnded = Extract<DeliveryEvent, { type: 'AttemptEnded' }>;

const attemptRow = (event: AttemptEnded): AttemptRow => ({
  deliveryId: event.delivery_id,
  number: event.number,
  startedAt: event.started_at,
  endedAt: event.at,
  durationMs: event.duration_ms,
  url: event.url,
  requestHeaders: event.request_headers,
  dnsMs: event.timings?.dns_ms ?? null,
  connectMs: event.timings?.connect_ms ?? null,
  tlsMs: event.timings?.tls_ms ?? null,
  firstByteMs: event.timings?.first_byte_ms ?? null,
  statusCode: event.status_code,
  error: event.error,
  responseHeaders: event.response_headers,
  responseBody: event.response_body,
});

/** Takes away what the delivery added before, and adds what it adds now. */
function count(
  counters: Map<SubscriptionId, CounterChange>,
  responseTimes: Map<string, BucketChange>,
  delivery: DeliveryRow,
  before: Contribution,
): void {
  const { subscriptionId } = delivery;
  const after = contributionOf(delivery);
  const sum = counters.get(subscriptionId) ?? noChange(subscriptionId);
  counters.set(subscriptionId, {
    subscriptionId,
    pending: sum.pending + after.pending - before.pending,
    held: sum.held + after.held - before.held,
    succeeded: sum.succeeded + after.succeeded - before.succeeded,
    failed: sum.failed + after.failed - before.failed,
    durationUs: sum.durationUs + wholeMicroseconds(after) - wholeMicroseconds(before),
    lastDelivery: after.bucket === null ? sum.lastDelivery : latest(sum.lastDelivery, delivery.endedAt),
    lastSuccess: sum.lastSuccess,
  });
  countBucket(responseTimes, subscriptionId, before.bucket, -1);
  countBucket(responseTimes, subscriptionId, after.bucket, 1);
}

function countSuccess(
  counters: Map<SubscriptionId, CounterChange>,
  { subscriptionId }: DeliveryRow,
  at: string,
): void {
  const sum = counters.get(subscriptionId) ?? noChange(subscriptionId);
  counters.set(subscriptionId, { ...sum, lastSuccess: latest(sum.lastSuccess, at) });
}

function countBucket(
  responseTimes: Map<string, BucketChange>,
  subscriptionId: SubscriptionId,
  bucket: number | null,
  change: 1 | -1,
): void {
  if (bucket === null) return;
  const key = `${subscriptionId} ${bucket}`;
  const count = (responseTimes.get(key)?.count ?? 0) + change;
  responseTimes.set(key, { subscriptionId, bucket, count });
}

const noChange = (subscriptionId: SubscriptionId): CounterChange => ({
  subscriptionId,
  pending: 0,
  held: 0,
  succeeded: 0,
  failed: 0,
  durationUs: 0,
  lastDelivery: null,
  lastSuccess: null,
});

/** Each delivery's share is rounded alone, so that taking it away again leaves nothing behind. */
const wholeMicroseconds = ({ durationMs }: Contribution): number => Math.round(durationMs * 1_000);

const latest = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a;
