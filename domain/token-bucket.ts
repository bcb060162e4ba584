/** How often something may happen: a token bucket. Over any t seconds it lets through at most burst + t × rate. */

export interface RateLimit {
  /** Tokens that flow in each second. */
  readonly perSecond: number;
  /** Tokens that it holds at most, and at first. */
  readonly burst: number;
}

/** What is in a bucket at a moment of a clock that does not jump, in milliseconds. */
export interface Bucket {
  /** Below zero where tokens were promised that have yet to flow in. */
  readonly tokens: number;
  readonly atMs: number;
}

export type Taken =
  /** `waitMs`: how long until the token is there; 0 unless the taker had patience. */
  | { readonly ok: true; readonly bucket: Bucket; readonly waitMs: number }
  /** `waitMs`: how long until there is a token for one more request. */
  | { readonly ok: false; readonly bucket: Bucket; readonly waitMs: number };

/**
 * Takes one token at `nowMs`. `before` is null for a bucket that was never used, which is full. Who waits up to
 * `patienceMs` is promised a token that has yet to flow in, after all that were promised before.
 */
export function takeToken(limit: RateLimit, before: Bucket | null, nowMs: number, patienceMs = 0): Taken {
  const { tokens, atMs } = before ?? { tokens: limit.burst, atMs: nowMs };
  const elapsedMs = Math.max(0, nowMs - atMs);
  const filled = Math.min(limit.burst, tokens + (elapsedMs / 1_000) * limit.perSecond);
  const nextMs = Math.max(atMs, nowMs);
  const waitMs = filled >= 1 ? 0 : ((1 - filled) / limit.perSecond) * 1_000;
  return waitMs <= patienceMs
    ? { ok: true, bucket: { tokens: filled - 1, atMs: nextMs }, waitMs }
    : { ok: false, bucket: { tokens: filled, atMs: nextMs }, waitMs };
}

/** The bucket once a token came back with which nothing was done. */
export const withTokenBack = (limit: RateLimit, bucket: Bucket): Bucket => ({
  ...bucket,
  tokens: Math.min(limit.burst, bucket.tokens + 1),
});
