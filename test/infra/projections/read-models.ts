/** What the tables hold, and what they have to hold: a recount over the whole log, record by record. */
import type { Pool } from 'pg';
import { evolveDelivery, newDelivery, type DeliveryRecord } from '../../../domain/record/delivery.ts';
import { contributionOf } from '../../../domain/record/stats.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';

export interface ReadModels {
  readonly deliveries: readonly unknown[];
  readonly attempts: readonly unknown[];
  readonly counters: readonly unknown[];
  readonly responseTimes: readonly unknown[];
}

const byKey = <Row>(rows: ReadonlyMap<string, Row>): Row[] =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);

/** The read models of `events`, made without any of the code that makes them in the product but the rules. */
export function recount(events: readonly DeliveryEvent[]): ReadModels {
  const deliveries = new Map<string, DeliveryRecord & { id: string; subscription: string }>();
  const attempts = new Map<string, { key: string; at: string; body: string }>();
  const ends = new Map<string, string>();
  const successes = new Map<string, string>();
  for (const event of events) {
    const id = event.delivery_id;
    const before = deliveries.get(id) ?? {
      ...newDelivery(event.at),
      id,
      subscription: event.subscription_id,
    };
    const after = { ...before, ...evolveDelivery(before, event) };
    deliveries.set(id, after);
    if (contributionOf(after).bucket !== null && after.endedAt !== null) {
      const known = ends.get(after.subscription) ?? '';
      if (after.endedAt > known) ends.set(after.subscription, after.endedAt);
    }
    if (event.type !== 'AttemptEnded') continue;
    if (event.next.step === 'succeed' && event.at > (successes.get(after.subscription) ?? ''))
      successes.set(after.subscription, event.at);
    const key = `${id} ${event.number}`;
    if (event.at > (attempts.get(key)?.at ?? ''))
      attempts.set(key, { key, at: event.at, body: event.response_body });
  }

  const counters = new Map<string, Record<string, unknown>>();
  const buckets = new Map<string, { key: string; count: number }>();
  for (const delivery of deliveries.values()) {
    const { subscription } = delivery;
    const { bucket, durationMs, ...counts } = contributionOf(delivery);
    const sum = counters.get(subscription) ?? {
      subscription,
      last: ends.get(subscription) ?? null,
      lastSuccess: successes.get(subscription) ?? null,
    };
    const plus = (name: string, amount: number) => Number(sum[name] ?? 0) + amount;
    counters.set(subscription, {
      ...sum,
      pending: plus('pending', counts.pending),
      held: plus('held', counts.held),
      succeeded: plus('succeeded', counts.succeeded),
      failed: plus('failed', counts.failed),
      durationUs: plus('durationUs', Math.round(durationMs * 1_000)),
    });
    if (bucket === null) continue;
    const key = `${subscription} ${String(bucket).padStart(6, '0')}`;
    buckets.set(key, { key, count: (buckets.get(key)?.count ?? 0) + 1 });
  }
  return {
    deliveries: byKey(deliveries),
    attempts: byKey(attempts),
    counters: byKey(counters),
    responseTimes: byKey(buckets),
  };
}

/** The tables in the same words. Buckets whose count has gone back to zero are left out. */
export async function readTables(pool: Pool): Promise<ReadModels> {
  const [deliveries, attempts, counters, responseTimes] = await Promise.all([
    pool.query('select * from deliveries order by id'),
    pool.query('select * from attempts order by delivery_id, number'),
    pool.query('select * from subscription_stats order by subscription_id'),
    pool.query('select * from response_times where count <> 0 order by subscription_id, bucket'),
  ]);
  const time = (date: Date | null): string | null => date?.toISOString() ?? null;
  return {
    deliveries: deliveries.rows.map((row) => ({
      id: row.id,
      subscription: row.subscription_id,
      status: row.status,
      attempts: row.attempts,
      lastStatusCode: row.last_status_code,
      lastError: row.last_error,
      lastDurationMs: row.last_duration_ms,
      nextAttemptAt: time(row.next_attempt_at),
      createdAt: time(row.created_at),
      updatedAt: time(row.updated_at),
      endedAt: time(row.ended_at),
    })),
    attempts: attempts.rows.map((row) => ({
      key: `${row.delivery_id} ${row.number}`,
      at: time(row.ended_at),
      body: row.response_body,
    })),
    counters: counters.rows.map((row) => ({
      subscription: row.subscription_id,
      last: time(row.last_delivery),
      lastSuccess: time(row.last_success),
      pending: Number(row.pending),
      held: Number(row.held),
      succeeded: Number(row.succeeded),
      failed: Number(row.failed),
      durationUs: Number(row.duration_us_sum),
    })),
    responseTimes: responseTimes.rows.map((row) => ({
      key: `${row.subscription_id} ${String(row.bucket).padStart(6, '0')}`,
      count: Number(row.count),
    })),
  };
}
