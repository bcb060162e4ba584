/**
 * The counters of one subscription, kept incrementally: each delivery is counted under its status, and moves
 * when the status does. A recount over all deliveries gives the same numbers.
 */
import type { DeliveryStatus } from '../../schemas/delivery.ts';
import type { DeliveryRecord } from './delivery.ts';

/** What one delivery adds to its subscription's counters. Durations in milliseconds. */
export interface Contribution {
  readonly pending: number;
  readonly held: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Of the attempt that ended the delivery; zero while it goes on. */
  readonly durationMs: number;
  /** The bucket of that duration in the response-time histogram; null while it goes on. */
  readonly bucket: number | null;
}

export const NOTHING: Contribution = {
  pending: 0,
  held: 0,
  succeeded: 0,
  failed: 0,
  durationMs: 0,
  bucket: null,
};

/** How a status counts. One that was cancelled was neither delivered nor refused: it counts nowhere. */
const COUNTED_AS: {
  readonly [status in DeliveryStatus]: 'pending' | 'held' | 'succeeded' | 'failed' | null;
} = {
  pending: 'pending',
  retrying: 'pending',
  held: 'held',
  succeeded: 'succeeded',
  exhausted: 'failed',
  blocked: 'failed',
  cancelled: null,
};

/** What `delivery` adds. The change of the counters is the new contribution less the old one. */
export function contributionOf(delivery: DeliveryRecord): Contribution {
  const column = COUNTED_AS[delivery.status];
  if (column === null) return NOTHING;
  const ended = column === 'succeeded' || column === 'failed';
  const durationMs = ended ? (delivery.lastDurationMs ?? 0) : 0;
  return {
    ...NOTHING,
    [column]: 1,
    durationMs,
    bucket: ended ? bucketOf(durationMs) : null,
  };
}

// DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019): buckets that grow by GROWTH hold every quantile within
// a relative error of (GROWTH - 1) / (GROWTH + 1), here 1 %.
const GROWTH = 1.02;
const SMALLEST_MS = 0.01;

/** The histogram bucket of a duration in milliseconds. */
export const bucketOf = (durationMs: number): number =>
  durationMs <= SMALLEST_MS ? 0 : Math.ceil(Math.log(durationMs / SMALLEST_MS) / Math.log(GROWTH));

/** The duration in milliseconds that stands for a bucket, within 1 % of all that it holds. */
export const durationOf = (bucket: number): number =>
  bucket === 0 ? 0 : (SMALLEST_MS * 2 * GROWTH ** bucket) / (GROWTH + 1);

/**
 * The quantile `q` in [0, 1] of a histogram in milliseconds, or null for an empty one. `counts` maps bucket
 * to count, in any order.
 */
export function quantileOf(
  counts: readonly (readonly [bucket: number, count: number])[],
  q: number,
): number | null {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total <= 0) return null;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (const [bucket, count] of [...counts].sort((a, b) => a[0] - b[0])) {
    seen += count;
    if (seen >= rank) return durationOf(bucket);
  }
  return null;
}

/** The counters of one subscription, as they are kept. */
export interface Counters {
  readonly pending: number;
  readonly held: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Over all deliveries that count as ended. */
  readonly durationMsSum: number;
  /** When a delivery last came to an end that counts, RFC 3339 in UTC; null where none has. */
  readonly lastDelivery: string | null;
  /** The histogram of response times: bucket and count, in any order. */
  readonly responseTimes: readonly (readonly [bucket: number, count: number])[];
}

/** The counters in the words of the API. Times in seconds, 0 before a delivery has ended. */
export interface Stats {
  readonly total_deliveries: number;
  readonly successful_deliveries: number;
  readonly failed_deliveries: number;
  readonly pending_deliveries: number;
  readonly held_deliveries: number;
  readonly average_response_time: number;
  /** Within 1 %. */
  readonly p95_response_time: number;
  readonly last_delivery: string | null;
}

const MS_PER_SECOND = 1_000;

/** What `stats` shows. A delivery counts towards the total when it has ended. */
export function statsOf(counters: Counters): Stats {
  const ended = counters.succeeded + counters.failed;
  return {
    total_deliveries: ended,
    successful_deliveries: counters.succeeded,
    failed_deliveries: counters.failed,
    pending_deliveries: counters.pending,
    held_deliveries: counters.held,
    average_response_time: ended === 0 ? 0 : counters.durationMsSum / ended / MS_PER_SECOND,
    p95_response_time: (quantileOf(counters.responseTimes, 0.95) ?? 0) / MS_PER_SECOND,
    last_delivery: counters.lastDelivery,
  };
}
