/** The tables of `webhooks.deliveries`: deliveries, their attempts, and the counters of subscriptions. */
import type pg from 'pg';
import type { Projected, ProjectDeliveries } from '../../domain/record/project-deliveries.ts';
import type {
  AttemptRow,
  BatchContentRow,
  BucketChange,
  CounterChange,
} from '../../domain/record/read-model-rows.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { WriteEvents } from './apply-records.ts';
import { bulkUpsert } from './bulk-upsert.ts';
import { lockDeliveries, upsertDeliveries } from './delivery-rows.ts';
import { storableJson } from './storable.ts';

/** Folds events into the rows that are there, and writes what they come to. */
export const writeDeliveries =
  (project: ProjectDeliveries): WriteEvents<DeliveryEvent> =>
  async (client, events) => {
    const ids = [...new Set(events.map((event) => event.delivery_id))].sort();
    await write(client, project(await lockDeliveries(client, ids), events));
  };

/**
 * Projectors of different partitions meet in the rows of a subscription's counters. All of them take their
 * locks in one order, table by table and key by key, so they wait for each other and never in a circle; and the
 * rows that they share come last, so that they wait for as short as possible.
 */
async function write(client: pg.PoolClient, projected: Projected): Promise<void> {
  const { deliveries, attempts, batchContents, counters, responseTimes } = projected;
  if (deliveries.length > 0) await client.query(upsertDeliveries(sortedBy(deliveries, (row) => row.id)));
  if (attempts.length > 0) await client.query(upsertAttempts(attempts));
  if (batchContents.length > 0) await client.query(insertBatchContents(batchContents));
  if (responseTimes.length > 0) await client.query(addResponseTimes(sortedBy(responseTimes, bucketKey)));
  if (counters.length > 0) await client.query(addCounters(sortedBy(counters, (row) => row.subscriptionId)));
}

const bucketKey = ({ subscriptionId, bucket }: BucketChange): string => `${subscriptionId} ${bucket}`;

function sortedBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  const keyed = rows.map((row) => [keyOf(row), row] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
}

const upsertAttempts = bulkUpsert<AttemptRow>(
  'attempts',
  [
    { name: 'delivery_id', type: 'text', value: (row) => row.deliveryId },
    { name: 'number', type: 'integer', value: (row) => row.number },
    { name: 'started_at', type: 'timestamptz', value: (row) => row.startedAt },
    { name: 'ended_at', type: 'timestamptz', value: (row) => row.endedAt },
    { name: 'duration_ms', type: 'double precision', value: (row) => row.durationMs },
    { name: 'url', type: 'text', value: (row) => row.url },
    {
      name: 'request_headers',
      type: 'jsonb',
      value: ({ requestHeaders }) => (requestHeaders === null ? null : storableJson(requestHeaders)),
    },
    { name: 'dns_ms', type: 'double precision', value: (row) => row.dnsMs },
    { name: 'connect_ms', type: 'double precision', value: (row) => row.connectMs },
    { name: 'tls_ms', type: 'double precision', value: (row) => row.tlsMs },
    { name: 'first_byte_ms', type: 'double precision', value: (row) => row.firstByteMs },
    { name: 'status_code', type: 'integer', value: (row) => row.statusCode },
    { name: 'error', type: 'text', value: (row) => row.error },
    { name: 'response_headers', type: 'jsonb', value: (row) => storableJson(row.responseHeaders) },
    { name: 'response_body', type: 'text', value: (row) => row.responseBody },
  ],
  // An attempt that a crash had made twice is shown as it came to the second time, as the delivery's fold has it.
  `(delivery_id, number) do update set
     started_at = excluded.started_at, ended_at = excluded.ended_at, duration_ms = excluded.duration_ms,
     url = excluded.url, request_headers = excluded.request_headers, dns_ms = excluded.dns_ms,
     connect_ms = excluded.connect_ms, tls_ms = excluded.tls_ms, first_byte_ms = excluded.first_byte_ms,
     status_code = excluded.status_code, error = excluded.error,
     response_headers = excluded.response_headers, response_body = excluded.response_body
   where excluded.ended_at > attempts.ended_at`,
);

const insertBatchContents = bulkUpsert<BatchContentRow>(
  'batch_contents',
  [
    { name: 'delivery_id', type: 'text', value: (row) => row.deliveryId },
    { name: 'position', type: 'integer', value: (row) => row.position },
    { name: 'owed_id', type: 'text', value: (row) => row.owedId },
    { name: 'account_id', type: 'text', value: (row) => row.accountId },
    { name: 'event_id', type: 'text', value: (row) => row.eventId },
    { name: 'occurred_at', type: 'timestamptz', value: (row) => row.occurredAt },
    { name: 'source_topic', type: 'text', value: (row) => row.source.topic },
    { name: 'source_partition', type: 'integer', value: (row) => row.source.partition },
    { name: 'source_offset', type: 'bigint', value: (row) => row.source.offset },
  ],
  '(delivery_id, position) do nothing',
);

const addCounters = bulkUpsert<CounterChange>(
  'subscription_stats',
  [
    { name: 'subscription_id', type: 'text', value: (row) => row.subscriptionId },
    { name: 'pending', type: 'bigint', value: (row) => row.pending },
    { name: 'held', type: 'bigint', value: (row) => row.held },
    { name: 'succeeded', type: 'bigint', value: (row) => row.succeeded },
    { name: 'failed', type: 'bigint', value: (row) => row.failed },
    { name: 'duration_us_sum', type: 'bigint', value: (row) => row.durationUs },
    { name: 'last_delivery', type: 'timestamptz', value: (row) => row.lastDelivery },
    { name: 'last_success', type: 'timestamptz', value: (row) => row.lastSuccess },
  ],
  `(subscription_id) do update set
     pending = subscription_stats.pending + excluded.pending,
     held = subscription_stats.held + excluded.held,
     succeeded = subscription_stats.succeeded + excluded.succeeded,
     failed = subscription_stats.failed + excluded.failed,
     duration_us_sum = subscription_stats.duration_us_sum + excluded.duration_us_sum,
     last_delivery = greatest(subscription_stats.last_delivery, excluded.last_delivery),
     last_success = greatest(subscription_stats.last_success, excluded.last_success)`,
);

const addResponseTimes = bulkUpsert<BucketChange>(
  'response_times',
  [
    { name: 'subscription_id', type: 'text', value: (row) => row.subscriptionId },
    { name: 'bucket', type: 'integer', value: (row) => row.bucket },
    { name: 'count', type: 'bigint', value: (row) => row.count },
  ],
  '(subscription_id, bucket) do update set count = response_times.count + excluded.count',
);
