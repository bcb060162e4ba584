import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Bucket, takeToken } from '../../domain/token-bucket.ts';

const LIMIT = { perSecond: 100, burst: 200 };

/** How many of the requests at these moments are let through. */
function letThrough(moments: readonly number[]): number {
  let bucket: Bucket | null = null;
  let count = 0;
  for (const nowMs of moments) {
    const taken = takeToken(LIMIT, bucket, nowMs);
    bucket = taken.bucket;
    if (taken.ok) count += 1;
  }
  return count;
}

it('lets a burst through, and then no more', () => {
  expect(letThrough(Array.from({ length: 500 }, () => 0))).toBe(200);
});

it('lets through what flows in, for as long as one likes', () => {
  expect(letThrough(Array.from({ length: 5_000 }, (_, index) => index * 10))).toBe(5_000);
});

it('never lets through more than the burst and what has flowed in since', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 2_000 }), (moments) => {
      const sorted = moments.toSorted((a, b) => a - b);
      const spanMs = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0);
      expect(letThrough(sorted)).toBeLessThanOrEqual(LIMIT.burst + (spanMs / 1_000) * LIMIT.perSecond + 1e-6);
    }),
  );
});

it('tells how long to wait: no longer and no shorter', () => {
  const bucket = { tokens: 0.5, atMs: 0 };
  const refused = takeToken(LIMIT, bucket, 0);
  expect(refused).toEqual({ ok: false, bucket, waitMs: 5 });
  expect(takeToken(LIMIT, bucket, 4.9).ok).toBe(false);
  expect(takeToken(LIMIT, bucket, 5).ok).toBe(true);
});
