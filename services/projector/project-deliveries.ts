/**
 * `webhooks.deliveries` → read models: decodes the records of a chunk, folds them with the rules of
 * domain/record, and hands the rows to the store. Each record counts exactly once, whatever dies; one that is
 * none of ours is logged and passed over, and never stops its partition.
 */
import type { Pool } from 'pg';
import { evolveDelivery, newDelivery } from '../../domain/record/delivery.ts';
import { contributionOf, NOTHING, type Contribution } from '../../domain/record/stats.ts';
import type { Chunk, ChunkResult } from '../../infra/kafka/chunk-consumer.ts';
import { decodeDeliveryEvent } from '../../infra/kafka/event-log.ts';
import {
  createProjectionStore,
  type DeliveryRecords,
  type Project,
  type ProjectionResult,
} from '../../infra/postgres/projection-store.ts';
import type {
  AttemptRow,
  BucketChange,
  CounterChange,
  DeliveryRow,
} from '../../infra/postgres/read-model-rows.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

/** What the projection needs of a chunk of the log. */
export type DeliveryLogChunk = Pick<Chunk, 'topic' | 'partition' | 'firstOffset' | 'nextOffset'> & {
  readonly records: readonly Pick<Chunk['records'][number], 'offset' | 'value'>[];
};

/** The oldest offset that a partition still has: what is older has outlived the topic's retention. */
export type EarliestOffset = (topic: string, partition: number) => Promise<bigint>;

export interface DeliveryProjection {
  /**
   * Applies a chunk; `seekTo` where records before it are missing. Rejects while PostgreSQL is away: nothing of
   * the chunk is lost or counted twice when it is given again.
   */
  handle(chunk: DeliveryLogChunk): Promise<ChunkResult>;
}

/** `earliestOffset` is asked only where a chunk leaves a gap. By default a topic keeps everything. */
export function createDeliveryProjection(
  pool: Pool,
  logger: Pick<Logger, 'warn' | 'error'>,
  earliestOffset: EarliestOffset = () => Promise.resolve(0n),
): DeliveryProjection {
  const store = createProjectionStore(pool, projectDeliveries);

  /** Halves a chunk that is refused until the record at fault stands alone, and passes over that one. */
  async function apply(chunk: DeliveryRecords): Promise<Exclude<ProjectionResult, { kind: 'refused' }>> {
    const result = await store.applyDeliveryRecords(chunk);
    if (result.kind !== 'refused') return result;
    const { topic, partition, firstOffset, records } = chunk;
    if (records.length === 0) throw new Error(`PostgreSQL refused an empty chunk: ${result.reason}`);
    if (records.length === 1) {
      const offset = String(records[0]?.offset);
      logger.error({ topic, partition, offset, reason: result.reason }, 'passed over a record of a delivery');
      return apply({ ...chunk, records: [] });
    }
    const half = records.length >> 1;
    const middle = records[half]?.offset ?? firstOffset;
    const first = await apply({ ...chunk, nextOffset: middle, records: records.slice(0, half) });
    if (first.kind === 'gap') return first;
    return apply({ ...chunk, firstOffset: middle, records: records.slice(half) });
  }

  return {
    async handle(chunk) {
      const { topic, partition, firstOffset } = chunk;
      const decoded = { ...chunk, records: decodeAll(chunk, logger) };
      const result = await apply(decoded);
      if (result.kind === 'applied') return 'done';

      const { expectedOffset } = result;
      const earliest = await earliestOffset(topic, partition);
      if (earliest <= expectedOffset) return { seekTo: expectedOffset };
      if (firstOffset > earliest) return { seekTo: earliest };
      logger.warn(
        { topic, partition, from: String(expectedOffset), to: String(firstOffset) },
        'records of deliveries outlived the retention of their topic before they were read',
      );
      const afterTheLoss = await apply({ ...decoded, firstOffset: expectedOffset });
      return afterTheLoss.kind === 'applied' ? 'done' : { seekTo: afterTheLoss.expectedOffset };
    },
  };
}

function decodeAll(
  { topic, partition, records }: DeliveryLogChunk,
  logger: Pick<Logger, 'error'>,
): DeliveryRecords['records'] {
  return records.flatMap(({ offset, value }) => {
    const decoded = decodeDeliveryEvent(value);
    if (decoded.ok) return [{ offset, event: decoded.event }];
    logger.error(
      { topic, partition, offset: String(offset), reason: decoded.reason },
      'passed over a record that is no delivery event',
    );
    return [];
  });
}

/** Folds events into the rows of their deliveries and the changes of the counters. Pure. */
export const projectDeliveries: Project = (before, events) => {
  const deliveries = new Map<DeliveryId, DeliveryRow>();
  const attempts = new Map<string, AttemptRow>();
  const counters = new Map<SubscriptionId, CounterChange>();
  const responseTimes = new Map<string, BucketChange>();

  for (const event of events) {
    const known = deliveries.get(event.delivery_id) ?? before.get(event.delivery_id);
    const delivery = evolveRow(known ?? newRow(event), event);
    deliveries.set(delivery.id, delivery);
    count(counters, responseTimes, delivery, known === undefined ? NOTHING : contributionOf(known));

    if (event.type !== 'AttemptEnded') continue;
    const attempt = attemptRow(event);
    const key = `${attempt.deliveryId} ${attempt.number}`;
    const other = attempts.get(key);
    if (other === undefined || attempt.endedAt > other.endedAt) attempts.set(key, attempt);
  }
  return {
    deliveries: [...deliveries.values()],
    attempts: [...attempts.values()],
    counters: [...counters.values()],
    responseTimes: [...responseTimes.values()].filter((change) => change.count !== 0),
  };
};

const newRow = (event: DeliveryEvent): DeliveryRow => ({
  ...newDelivery(event.at),
  id: event.delivery_id,
  accountId: event.account_id,
  subscriptionId: event.subscription_id,
  eventId: event.event_id,
  eventType: event.event_type,
  occurredAt: event.occurred_at,
  source: event.source,
  workflowId: event.workflow_id,
});

/** The latest record that told something new names the workflow that carries the delivery. */
function evolveRow(row: DeliveryRow, event: DeliveryEvent): DeliveryRow {
  const delivery = evolveDelivery(row, event);
  const isNews = delivery.updatedAt === event.at;
  return { ...row, ...delivery, workflowId: isNews ? event.workflow_id : row.workflowId };
}

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
  });
  countBucket(responseTimes, subscriptionId, before.bucket, -1);
  countBucket(responseTimes, subscriptionId, after.bucket, 1);
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
});

/** Each delivery's share is rounded alone, so that taking it away again leaves nothing behind. */
const wholeMicroseconds = ({ durationMs }: Contribution): number => Math.round(durationMs * 1_000);

const latest = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a;
