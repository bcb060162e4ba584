/**
 * Writes the read models of `webhooks.deliveries`. How far a partition has been read stands in the same
 * transaction as the rows, so every record counts exactly once: after a crash, under a rebalance with two
 * projectors on one partition, and when a chunk comes again.
 */
import pg from 'pg';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import { bulkUpsert } from './bulk-upsert.ts';
import { lockDeliveries, upsertDeliveries } from './delivery-rows.ts';
import type { AttemptRow, BucketChange, CounterChange, DeliveryRow } from './read-model-rows.ts';
import { storableJson } from './storable.ts';
import { inTransaction } from './transaction.ts';

/** The records of one partition from `firstOffset` up to, not including, `nextOffset`, in order. */
export interface DeliveryRecords {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly nextOffset: bigint;
  /** Offsets without an event are passed over: nothing of ours stands there. */
  readonly records: readonly { readonly offset: bigint; readonly event: DeliveryEvent }[];
}

export type ProjectionResult =
  /** The read models hold every record below `nextOffset`, each once. */
  | { readonly kind: 'applied' }
  /** Nothing was written: records from `expectedOffset` on are missing before this chunk. */
  | { readonly kind: 'gap'; readonly expectedOffset: bigint }
  /** Nothing was written, and never will be: PostgreSQL cannot hold a value in one of the records. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Rows to write and changes to add, with at most one entry for each key. */
export interface Projected {
  readonly deliveries: readonly DeliveryRow[];
  readonly attempts: readonly AttemptRow[];
  readonly counters: readonly CounterChange[];
  readonly responseTimes: readonly BucketChange[];
}

/** Folds events, in order, into what is there `before`: the rows of those of their deliveries that exist. */
export type Project = (
  before: ReadonlyMap<DeliveryId, DeliveryRow>,
  events: readonly DeliveryEvent[],
) => Projected;

export interface ProjectionStore {
  /** Applies one chunk in one transaction. Rejects, with the chunk to be given again, while PostgreSQL is away. */
  applyDeliveryRecords(chunk: DeliveryRecords): Promise<ProjectionResult>;
}

export const createProjectionStore = (pool: pg.Pool, project: Project): ProjectionStore => ({
  async applyDeliveryRecords(chunk) {
    try {
      return await inTransaction(pool, (client) => apply(client, chunk, project), BEGIN);
    } catch (error) {
      if (isRefusal(error)) return { kind: 'refused', reason: error.message };
      throw error;
    }
  },
});

// A server that crashes may forget the last transactions, rows and offsets together. The next chunk then
// leaves a gap and they are read again from Kafka: nothing is gained by waiting for the disk at each commit.
const BEGIN = 'begin; set local synchronous_commit = off';

async function apply(
  client: pg.PoolClient,
  chunk: DeliveryRecords,
  project: Project,
): Promise<ProjectionResult> {
  const expectedOffset = await lockPartition(client, chunk);
  if (chunk.firstOffset > expectedOffset) return { kind: 'gap', expectedOffset };
  if (chunk.nextOffset <= expectedOffset) return { kind: 'applied' };

  const events = chunk.records.filter(({ offset }) => offset >= expectedOffset).map(({ event }) => event);
  if (events.length > 0) {
    const ids = [...new Set(events.map((event) => event.delivery_id))].sort();
    await write(client, project(await lockDeliveries(client, ids), events));
  }
  await client.query('update projection_offsets set next_offset = $3 where topic = $1 and partition = $2', [
    chunk.topic,
    chunk.partition,
    String(chunk.nextOffset),
  ]);
  return { kind: 'applied' };
}

/** Waits for whoever else is at work on the partition; answers the offset to go on from, 0 at first. */
async function lockPartition(client: pg.PoolClient, { topic, partition }: DeliveryRecords): Promise<bigint> {
  // An update that changes nothing locks the row and answers it, whether or not it was there.
  const { rows } = await client.query<{ next_offset: string }>(
    `insert into projection_offsets (topic, partition, next_offset) values ($1, $2, 0)
     on conflict (topic, partition) do update set next_offset = projection_offsets.next_offset
     returning next_offset`,
    [topic, partition],
  );
  return BigInt(rows[0]?.next_offset ?? 0);
}

/**
 * Projectors of different partitions meet in the rows of a subscription's counters. All of them take their
 * locks in one order, table by table and key by key, so they wait for each other and never in a circle; and the
 * rows that they share come last, so that they wait for as short as possible.
 */
async function write(client: pg.PoolClient, projected: Projected): Promise<void> {
  const { deliveries, attempts, counters, responseTimes } = projected;
  if (deliveries.length > 0) await client.query(upsertDeliveries(sortedBy(deliveries, (row) => row.id)));
  if (attempts.length > 0) await client.query(upsertAttempts(attempts));
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
  ],
  `(subscription_id) do update set
     pending = subscription_stats.pending + excluded.pending,
     held = subscription_stats.held + excluded.held,
     succeeded = subscription_stats.succeeded + excluded.succeeded,
     failed = subscription_stats.failed + excluded.failed,
     duration_us_sum = subscription_stats.duration_us_sum + excluded.duration_us_sum,
     last_delivery = greatest(subscription_stats.last_delivery, excluded.last_delivery)`,
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

/**
 * True for an error that lies in the data and so comes again each time: classes 22 (data exception) and 54
 * (program limit exceeded), https://www.postgresql.org/docs/current/errcodes-appendix.html.
 */
const isRefusal = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && /^(22|54)/.test(error.code ?? '');
