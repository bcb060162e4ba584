/** The table `deliveries`: its columns, written and read. */
import type { PoolClient } from 'pg';
import type { DeliveryRow } from '../../domain/record/read-model-rows.ts';
import type { FlushedBy } from '../../schemas/delivery-log.ts';
import type { DeliveryStatus } from '../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../schemas/ids.ts';
import { bulkUpsert, type Column } from './bulk-upsert.ts';

const COLUMNS: readonly Column<DeliveryRow>[] = [
  { name: 'id', type: 'text', value: (row) => row.id },
  { name: 'account_id', type: 'text', value: (row) => row.accountId },
  { name: 'subscription_id', type: 'text', value: (row) => row.subscriptionId },
  { name: 'event_id', type: 'text', value: (row) => row.eventId },
  { name: 'event_type', type: 'text', value: (row) => row.eventType },
  { name: 'occurred_at', type: 'timestamptz', value: (row) => row.occurredAt },
  { name: 'source_topic', type: 'text', value: (row) => row.source.topic },
  { name: 'source_partition', type: 'integer', value: (row) => row.source.partition },
  { name: 'source_offset', type: 'bigint', value: (row) => row.source.offset },
  { name: 'workflow_id', type: 'text', value: (row) => row.workflowId },
  { name: 'status', type: 'text', value: (row) => row.status },
  { name: 'attempts', type: 'integer', value: (row) => row.attempts },
  { name: 'last_status_code', type: 'integer', value: (row) => row.lastStatusCode },
  { name: 'last_error', type: 'text', value: (row) => row.lastError },
  { name: 'last_duration_ms', type: 'double precision', value: (row) => row.lastDurationMs },
  { name: 'next_attempt_at', type: 'timestamptz', value: (row) => row.nextAttemptAt },
  { name: 'created_at', type: 'timestamptz', value: (row) => row.createdAt },
  { name: 'updated_at', type: 'timestamptz', value: (row) => row.updatedAt },
  { name: 'ended_at', type: 'timestamptz', value: (row) => row.endedAt },
  { name: 'batched_events', type: 'integer', value: (row) => row.batchedEvents },
  { name: 'flushed_by', type: 'text', value: (row) => row.flushedBy },
  { name: 'stands_in_for', type: 'text', value: (row) => row.standsInFor },
  { name: 'fallback_id', type: 'text', value: (row) => row.fallbackId },
];

/** Whose delivery of what it is never changes. */
const CHANGING = [
  'workflow_id',
  'status',
  'attempts',
  'last_status_code',
  'last_error',
  'last_duration_ms',
  'next_attempt_at',
  'created_at',
  'updated_at',
  'ended_at',
  'fallback_id',
  'flushed_by',
];

/** Writes whole rows: new ones, and what changes of those that are there. */
export const upsertDeliveries = bulkUpsert(
  'deliveries',
  COLUMNS,
  `(id) do update set ${CHANGING.map((name) => `${name} = excluded.${name}`).join(', ')}`,
);

/** A row as node-postgres gives it: bigint as text, for it may exceed 2^53, and timestamptz as Date. */
export interface StoredDelivery {
  readonly id: DeliveryId;
  readonly account_id: AccountId;
  readonly subscription_id: SubscriptionId;
  readonly event_id: EventId;
  readonly event_type: string;
  readonly occurred_at: Date;
  readonly source_topic: string;
  readonly source_partition: number;
  readonly source_offset: string;
  readonly workflow_id: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly last_status_code: number | null;
  readonly last_error: string | null;
  readonly last_duration_ms: number | null;
  readonly next_attempt_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly ended_at: Date | null;
  readonly batched_events: number | null;
  readonly flushed_by: FlushedBy | null;
  readonly stands_in_for: DeliveryId | null;
  readonly fallback_id: DeliveryId | null;
}

/** The rows of those of `ids` that are there, locked until the end of the transaction, in the order of ids. */
export async function lockDeliveries(
  client: PoolClient,
  ids: readonly DeliveryId[],
): Promise<ReadonlyMap<DeliveryId, DeliveryRow>> {
  const { rows } = await client.query<StoredDelivery>(
    'select * from deliveries where id = any($1::text[]) order by id for update',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, toDeliveryRow(row)]));
}

const toDeliveryRow = (row: StoredDelivery): DeliveryRow => ({
  id: row.id,
  accountId: row.account_id,
  subscriptionId: row.subscription_id,
  eventId: row.event_id,
  eventType: row.event_type,
  occurredAt: row.occurred_at.toISOString(),
  source: { topic: row.source_topic, partition: row.source_partition, offset: row.source_offset },
  workflowId: row.workflow_id,
  status: row.status,
  attempts: row.attempts,
  lastStatusCode: row.last_status_code,
  lastError: row.last_error,
  lastDurationMs: row.last_duration_ms,
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
  batchedEvents: row.batched_events,
  flushedBy: row.flushed_by,
  standsInFor: row.stands_in_for,
  fallbackId: row.fallback_id,
});
