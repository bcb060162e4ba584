import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterAttempt, MAX_RETRY_AFTER_MS, reasonToDisable } from '../../../domain/deliver/after-attempt.ts';
import type { NetworkFailure, Outcome } from '../../../domain/deliver/outcome.ts';

const POLICY = { max_retries: 3, retry_delay: 5, exponential_backoff: true, max_delay: 60 };
const MANY = { ...POLICY, max_retries: 100 };
const answered = (statusCode: number, retryAfterMs: number | null = null): Outcome => ({
  kind: 'answered',
  statusCode,
  retryAfterMs,
});
const delayMs = (...args: Parameters<typeof afterAttempt>): number => {
  const next = afterAttempt(...args);
  return next.step === 'retry' ? next.delayMs : Number.NaN;
};

/** Every status of an answer, and what the first attempt that gets it leads to. */
const AFTER_STATUS = Array.from({ length: 400 }, (_, index) => 200 + index).map((statusCode) => {
  if (statusCode < 300) return [statusCode, { step: 'succeed' }] as const;
  switch (statusCode) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return [statusCode, { step: 'retry', delayMs: 5_000 }] as const;
    case 410:
      return [statusCode, { step: 'exhaust', reason: 'gone' }] as const;
    default:
      return [statusCode, { step: 'exhaust', reason: 'not_retried' }] as const;
  }
});

it.each(AFTER_STATUS)('after %i: %j', (statusCode, next) => {
  expect(afterAttempt(POLICY, 1, answered(statusCode), 0)).toEqual(next);
});

it.each(AFTER_STATUS)('only 410 disables the subscription: %i', (statusCode) => {
  const next = afterAttempt(POLICY, 1, answered(statusCode), 0);
  expect(reasonToDisable(next)).toBe(statusCode === 410 ? 'endpoint_gone' : null);
});

it.each<NetworkFailure>([
  'connection_refused',
  'connection_reset',
  'dns_failure',
  'tls_failure',
  'timeout',
  'invalid_answer',
  'connection_failed',
])('retries where no answer came: %s', (failure) => {
  expect(afterAttempt(POLICY, 1, { kind: 'unreachable', failure }, 0)).toEqual({
    step: 'retry',
    delayMs: 5_000,
  });
});

it('blocks a delivery whose target is no public address, and says which', () => {
  expect(afterAttempt(POLICY, 1, { kind: 'blocked', address: '169.254.169.254' }, 0)).toEqual({
    step: 'block',
    address: '169.254.169.254',
  });
});

describe('the number of attempts', () => {
  it.each([
    [0, 1],
    [3, 4],
    [100, 101],
  ])('with max_retries %i is %i', (max_retries, attempts) => {
    let attempt = 1;
    while (afterAttempt({ ...POLICY, max_retries }, attempt, answered(503), 0).step === 'retry') attempt++;
    expect(attempt).toBe(attempts);
  });

  it('ends in exhaustion', () => {
    expect(afterAttempt(POLICY, 4, answered(503), 0)).toEqual({ step: 'exhaust', reason: 'retries_used_up' });
  });

  it('counts for nothing once an attempt has succeeded', () => {
    expect(afterAttempt(POLICY, 4, answered(204), 0)).toEqual({ step: 'succeed' });
  });
});

describe('the wait', () => {
  it('doubles up to max_delay', () => {
    expect([1, 2, 3, 4, 5, 6].map((attempt) => delayMs(MANY, attempt, answered(503), 0))).toEqual([
      5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
  });

  it('stays the same without exponential_backoff', () => {
    const policy = { ...MANY, exponential_backoff: false };
    expect([1, 2, 3].map((attempt) => delayMs(policy, attempt, answered(503), 0))).toEqual([
      5_000, 5_000, 5_000,
    ]);
  });

  it('has its jitter even at max_delay, so that deliveries which failed together come back apart', () => {
    expect(delayMs(MANY, 6, answered(503), 0.5)).toBe(63_000);
  });

  it('is what Retry-After asks where that is longer', () => {
    expect(delayMs(POLICY, 1, answered(429, 90_000), 0.9)).toBe(90_000);
  });

  it('is the backoff where Retry-After asks for less', () => {
    expect(delayMs(POLICY, 1, answered(429, 1_000), 0)).toBe(5_000);
  });

  it('follows Retry-After for an hour and no longer', () => {
    expect(delayMs(POLICY, 1, answered(503, 86_400_000), 0)).toBe(3_600_000);
  });
});

describe('for every policy, attempt and outcome', () => {
  const policy = fc.record({
    max_retries: fc.integer({ min: 0, max: 100 }),
    retry_delay: fc.double({ min: 0.001, max: 3_600, noNaN: true }),
    exponential_backoff: fc.boolean(),
    max_delay: fc.double({ min: 0.001, max: 86_400, noNaN: true }),
  });
  const attempt = fc.integer({ min: 1, max: 101 });
  const retryAfterMs = fc.option(fc.integer({ min: 0, max: 100_000_000 }), { nil: null });
  const outcome = fc.oneof(
    fc.record({
      kind: fc.constant('answered' as const),
      statusCode: fc.constantFrom(408, 429, 500, 502, 503, 504),
      retryAfterMs,
    }),
    fc.record({ kind: fc.constant('unreachable' as const), failure: fc.constant('timeout' as const) }),
  );
  const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const everyWait = (law: (wait: number, asked: number, args: Parameters<typeof afterAttempt>) => boolean) =>
    fc.assert(
      fc.property(policy, attempt, outcome, jitter, (...args) => {
        const next = afterAttempt(...args);
        const asked = args[2].kind === 'answered' ? (args[2].retryAfterMs ?? 0) : 0;
        return next.step !== 'retry' || law(next.delayMs, asked, args);
      }),
      { numRuns: 1_000 },
    );

  it('retries exactly while retries are left', () => {
    fc.assert(
      fc.property(policy, attempt, outcome, jitter, (p, n, o, j) => {
        expect(afterAttempt(p, n, o, j).step).toBe(n <= p.max_retries ? 'retry' : 'exhaust');
      }),
    );
  });

  it('waits whole milliseconds, at least one', () => {
    everyWait((wait) => Number.isSafeInteger(wait) && wait >= 1);
  });

  it('never waits shorter than Retry-After asks, within its hour', () => {
    everyWait((wait, asked) => wait >= Math.min(asked, MAX_RETRY_AFTER_MS));
  });

  it('never waits longer than a tenth over max_delay, unless it was asked to', () => {
    everyWait(
      (wait, asked, [p]) =>
        wait <= Math.max(Math.ceil(p.max_delay * 1_100), Math.min(asked, MAX_RETRY_AFTER_MS)),
    );
  });

  it('never waits shorter than retry_delay or max_delay', () => {
    everyWait((wait, _asked, [p]) => wait >= Math.min(p.retry_delay, p.max_delay) * 1_000);
  });

  it('never waits shorter than after the attempt before', () => {
    everyWait((wait, _asked, [p, n, o, j]) => n === 1 || wait >= delayMs(p, n - 1, o, j));
  });
});
