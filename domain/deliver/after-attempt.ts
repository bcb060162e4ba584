/** THE retry rule: what becomes of a delivery once an attempt has ended. */
import type { RetryPolicy } from '../../schemas/subscription.ts';
import { isRetried, isSuccess, type Outcome } from './outcome.ts';

/** What follows an attempt. Only `retry` leaves the delivery open. */
export type NextStep =
  | { readonly step: 'succeed' }
  | { readonly step: 'retry'; readonly delayMs: number }
  | {
      readonly step: 'exhaust';
      /** `gone`: the receiver answered 410. */
      readonly reason: 'not_retried' | 'retries_used_up' | 'gone';
    }
  /** The target is no public address. Nothing was sent, and another try would find the same. */
  | { readonly step: 'block'; readonly address: string };

/** The longest wait that a receiver may ask for with Retry-After. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

const JITTER_SHARE = 0.1;
const GONE = 410;

/**
 * Decides what follows attempt `attempt`, counted from 1 since the retries were last granted.
 *
 * The wait before retry n is `retry_delay`, doubled n − 1 times with `exponential_backoff`, at most
 * `max_delay`; jitter then adds up to a tenth, so that deliveries which failed together do not come back
 * together even at the cap. A longer Retry-After takes its place, up to MAX_RETRY_AFTER_MS.
 *
 * @param jitter in [0, 1), drawn by the caller
 * @returns `delayMs` in whole milliseconds, rounded up: never shorter than was asked for
 */
export function afterAttempt(
  policy: RetryPolicy,
  attempt: number,
  outcome: Outcome,
  jitter: number,
): NextStep {
  if (isSuccess(outcome)) return { step: 'succeed' };
  if (outcome.kind === 'blocked') return { step: 'block', address: outcome.address };
  if (outcome.kind === 'answered' && outcome.statusCode === GONE) return { step: 'exhaust', reason: 'gone' };
  if (!isRetried(outcome)) return { step: 'exhaust', reason: 'not_retried' };
  if (attempt > policy.max_retries) return { step: 'exhaust', reason: 'retries_used_up' };

  const factor = policy.exponential_backoff ? 2 ** (attempt - 1) : 1;
  const backoffMs =
    Math.min(policy.retry_delay * factor, policy.max_delay) * 1_000 * (1 + JITTER_SHARE * jitter);
  const askedMs = outcome.kind === 'answered' ? Math.min(outcome.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS) : 0;
  return { step: 'retry', delayMs: Math.ceil(Math.max(askedMs, backoffMs)) };
}

/** Why the subscription of a delivery that came to `end` is to be disabled as well; null where it is not. */
export const reasonToDisable = (end: {
  readonly step: string;
  readonly reason?: string;
}): 'endpoint_gone' | null => (end.step === 'exhaust' && end.reason === 'gone' ? 'endpoint_gone' : null);
