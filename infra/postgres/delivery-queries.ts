/** Answers about deliveries, from the read models, in the shapes that the API shows. */
import type { Pool } from 'pg';
import type { Counters, Stats } from '../../domain/record/stats.ts';
import type { DeliveriesQuery } from '../../schemas/api.ts';
import type { FlushedBy } from '../../schemas/delivery-log.ts';
import type { DeliveryStatus, RecordPlace } from '../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../schemas/ids.ts';
import { decodeCursor, encodeCursor, type DeliveryPlace } from './delivery-cursor.ts';
import type { StoredDelivery } from './delivery-rows.ts';
import { storableText } from './storable.ts';

/** A delivery in a list. Times are RFC 3339 in UTC with milliseconds. */
export interface ListedDelivery {
  readonly id: DeliveryId;
  readonly account_id: AccountId;
  readonly subscription_id: SubscriptionId;
  readonly event_id: EventId;
  /** The event's type. */
  readonly event: string;
  /** When the event happened, by its producer. */
  readonly occurred_at: string;
  /** The Kafka record that the event came from. */
  readonly source: RecordPlace;
  /** The Temporal workflow that carries it. */
  readonly workflow_id: string;
  readonly status: DeliveryStatus;
  /** How many attempts have ended. */
  readonly attempt_count: number;
  /** Of the latest attempt; null where none ended, or where no answer came. */
  readonly last_status_code: number | null;
  readonly last_error: string | null;
  readonly last_duration_ms: number | null;
  /** Null unless `status` is `retrying`. */
  readonly next_attempt_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** Null while it goes on. */
  readonly ended_at: string | null;
  /** How many events it delivers, for a batch: `event_id` and `source` are then the first one's. Null for one event. */
  readonly batched_events: number | null;
  /** The exhausted delivery in whose place it was made, to the fallback. */
  readonly stands_in_for: DeliveryId | null;
  /** The delivery that was made in its place. */
  readonly fallback_delivery_id: DeliveryId | null;
}

/** An event that a delivery delivers. */
export interface DeliveredEvent {
  readonly event_id: EventId;
  readonly occurred_at: string;
  readonly source: RecordPlace;
}

/** One ended attempt. */
export interface ShownAttempt {
  /** Counted from 1. */
  readonly number: number;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly url: string;
  /** As they were made, the values of the subscription's own masked; null for attempts from before they were kept. */
  readonly request_headers: Readonly<Record<string, string>> | null;
  /** Milliseconds; null for a phase that was not reached or not needed, such as DNS on a connection kept alive. */
  readonly timings: {
    readonly dns_ms: number | null;
    readonly connect_ms: number | null;
    readonly tls_ms: number | null;
    /** From the request being written to the first byte of its answer. */
    readonly first_byte_ms: number | null;
    /** The same as `duration_ms`. */
    readonly total_ms: number;
  };
  readonly status_code: number | null;
  readonly error: string | null;
  readonly response_headers: Readonly<Record<string, string>>;
  /** The first 16 KiB. What PostgreSQL cannot hold, NUL and lone surrogates, is shown as U+FFFD. */
  readonly response_body: string;
}

/** A delivery with its attempts, in the order of their numbers, and its events, in the order of its body. */
export interface ShownDelivery extends ListedDelivery {
  /** One, but for a batch. */
  readonly events: readonly DeliveredEvent[];
  readonly attempts: readonly ShownAttempt[];
}

/** A page, newest first, or the refusal of a cursor that is none of ours. */
export type DeliveryPage =
  | { readonly ok: true; readonly data: readonly ListedDelivery[]; readonly next_cursor: string | null }
  | { readonly ok: false; readonly refusal: { readonly code: 'invalid_cursor' } };

export interface DeliveryQueries {
  /** The deliveries of an account for which all that `query` names holds. `next_cursor` is null at the end. */
  listDeliveries(accountId: AccountId, query: DeliveriesQuery): Promise<DeliveryPage>;
  /** One delivery of an account, or null where the account has no such delivery. */
  getDelivery(accountId: AccountId, id: DeliveryId): Promise<ShownDelivery | null>;
  /** What ended the collecting of a batch; null where it is none, or where no record has told. */
  flushedBy(id: DeliveryId): Promise<FlushedBy | null>;
  /** The counters of a subscription; zeros where nothing was delivered yet. */
  getStats(subscriptionId: SubscriptionId): Promise<Stats>;
}

/** All of them reject while PostgreSQL is away. `statsOf` says what counters come to. */
export const createDeliveryQueries = (
  pool: Pool,
  statsOf: (counters: Counters) => Stats,
): DeliveryQueries => ({
  listDeliveries: (accountId, query) => listDeliveries(pool, accountId, query),
  getDelivery: (accountId, id) => getDelivery(pool, accountId, id),
  async flushedBy(id) {
    const { rows } = await pool.query<Pick<StoredDelivery, 'flushed_by'>>(
      'select flushed_by from deliveries where id = $1',
      [id],
    );
    return rows[0]?.flushed_by ?? null;
  },
  getStats: async (subscriptionId) => statsOf(await readCounters(pool, subscriptionId)),
});

async function listDeliveries(
  pool: Pool,
  accountId: AccountId,
  query: DeliveriesQuery,
): Promise<DeliveryPage> {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  if (query.cursor !== undefined && after === null) return { ok: false, refusal: { code: 'invalid_cursor' } };

  const { where, values } = conditionsOf(accountId, query, after);
  const { rows } = await pool.query<StoredDelivery>(
    `select * from deliveries where ${where} order by created_at desc, id desc limit $${values.length + 1}`,
    // One more than the page, to know whether another follows.
    [...values, query.limit + 1],
  );
  const data = rows.slice(0, query.limit).map(toListed);
  const last = data[data.length - 1];
  const hasMore = rows.length > query.limit && last !== undefined;
  return {
    ok: true,
    data,
    next_cursor: hasMore ? encodeCursor({ createdAt: last.created_at, id: last.id }) : null,
  };
}

function conditionsOf(
  accountId: AccountId,
  query: DeliveriesQuery,
  after: DeliveryPlace | null,
): { where: string; values: readonly unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  /** `sql` has a `?` for each value. */
  const add = (sql: string, ...given: readonly unknown[]): void => {
    conditions.push(given.reduce<string>((text, value) => text.replace('?', `$${values.push(value)}`), sql));
  };

  add('account_id = ?', accountId);
  if (query.subscription_id !== undefined) add('subscription_id = ?', query.subscription_id);
  if (query.status !== undefined) add('status = ?', query.status);
  if (query.status_code !== undefined) add('last_status_code = ?', query.status_code);
  if (query.event !== undefined) add('event_type = ?', storableText(query.event));
  if (query.event_id !== undefined) {
    const eventId = storableText(query.event_id);
    // Ids as an array, so that one index or the other finds each delivery.
    const inBatches = 'array(select delivery_id from batch_contents where account_id = ? and event_id = ?)';
    add(
      `(event_id = ? or id = any(${inBatches}) or stands_in_for = any(${inBatches}))`,
      eventId,
      accountId,
      eventId,
      accountId,
      eventId,
    );
  }
  // As seconds: PostgreSQL reads neither the year 0000 nor every offset that RFC 3339 has.
  if (query.from !== undefined) add('created_at >= to_timestamp(?)', Date.parse(query.from) / 1_000);
  if (query.to !== undefined) add('created_at < to_timestamp(?)', Date.parse(query.to) / 1_000);
  if (after !== null) add('(created_at, id) < (?::timestamptz, ?)', after.createdAt, after.id);
  return { where: conditions.join(' and '), values };
}

const toListed = (row: StoredDelivery): ListedDelivery => ({
  id: row.id,
  account_id: row.account_id,
  subscription_id: row.subscription_id,
  event_id: row.event_id,
  event: row.event_type,
  occurred_at: row.occurred_at.toISOString(),
  source: { topic: row.source_topic, partition: row.source_partition, offset: row.source_offset },
  workflow_id: row.workflow_id,
  status: row.status,
  attempt_count: row.attempts,
  last_status_code: row.last_status_code,
  last_error: row.last_error,
  last_duration_ms: row.last_duration_ms,
  next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
  batched_events: row.batched_events,
  stands_in_for: row.stands_in_for,
  fallback_delivery_id: row.fallback_id,
});

interface StoredContent {
  readonly event_id: EventId;
  readonly occurred_at: string;
  readonly source_topic: string;
  readonly source_partition: number;
  readonly source_offset: string;
}

interface StoredAttempt {
  readonly number: number;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly url: string;
  readonly request_headers: Record<string, string> | null;
  readonly dns_ms: number | null;
  readonly connect_ms: number | null;
  readonly tls_ms: number | null;
  readonly first_byte_ms: number | null;
  readonly status_code: number | null;
  readonly error: string | null;
  readonly response_headers: Record<string, string>;
  readonly response_body: string;
}

async function getDelivery(pool: Pool, accountId: AccountId, id: DeliveryId): Promise<ShownDelivery | null> {
  // One statement sees one moment: never a delivery that counts an attempt which is not shown.
  const { rows } = await pool.query<StoredDelivery & StoredDetails>(
    `select *, (select json_agg(attempt order by number) from attempts attempt where delivery_id = deliveries.id)
       as shown_attempts,
       (select json_agg(json_build_object(
          'event_id', event_id, 'occurred_at', occurred_at, 'source_topic', source_topic,
          'source_partition', source_partition, 'source_offset', source_offset::text) order by position)
        from batch_contents content
        where content.delivery_id = coalesce(deliveries.stands_in_for, deliveries.id)) as batch_contents
     from deliveries where id = $1 and account_id = $2`,
    [id, accountId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const listed = toListed(row);
  return {
    ...listed,
    events: listed.batched_events === null ? [onlyEvent(listed)] : (row.batch_contents ?? []).map(toEvent),
    attempts: (row.shown_attempts ?? []).map(toShownAttempt),
  };
}

interface StoredDetails {
  readonly shown_attempts: readonly StoredAttempt[] | null;
  readonly batch_contents: readonly StoredContent[] | null;
}

const onlyEvent = ({ event_id, occurred_at, source }: ListedDelivery): DeliveredEvent => ({
  event_id,
  occurred_at,
  source,
});

const toEvent = (row: StoredContent): DeliveredEvent => ({
  event_id: row.event_id,
  occurred_at: new Date(row.occurred_at).toISOString(),
  source: { topic: row.source_topic, partition: row.source_partition, offset: row.source_offset },
});

const toShownAttempt = (row: StoredAttempt): ShownAttempt => ({
  number: row.number,
  started_at: new Date(row.started_at).toISOString(),
  duration_ms: row.duration_ms,
  url: row.url,
  request_headers: row.request_headers,
  timings: {
    dns_ms: row.dns_ms,
    connect_ms: row.connect_ms,
    tls_ms: row.tls_ms,
    first_byte_ms: row.first_byte_ms,
    total_ms: row.duration_ms,
  },
  status_code: row.status_code,
  error: row.error,
  response_headers: row.response_headers,
  response_body: row.response_body,
});

interface StoredCounters {
  readonly pending: string;
  readonly held: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly duration_us_sum: string;
  readonly last_delivery: Date | null;
  readonly response_times: readonly (readonly [bucket: number, count: number])[] | null;
}

async function readCounters(pool: Pool, subscriptionId: SubscriptionId): Promise<Counters> {
  const { rows } = await pool.query<StoredCounters>(
    `select *, (select json_agg(json_build_array(bucket, count)) from response_times
                where subscription_id = $1 and count <> 0) as response_times
     from subscription_stats where subscription_id = $1`,
    [subscriptionId],
  );
  const row = rows[0];
  // Counts as numbers: 2^53 deliveries, or as many microseconds of waiting (285 years), are out of reach.
  return {
    pending: Number(row?.pending ?? 0),
    held: Number(row?.held ?? 0),
    succeeded: Number(row?.succeeded ?? 0),
    failed: Number(row?.failed ?? 0),
    durationMsSum: Number(row?.duration_us_sum ?? 0) / 1_000,
    lastDelivery: row?.last_delivery?.toISOString() ?? null,
    responseTimes: row?.response_times ?? [],
  };
}
