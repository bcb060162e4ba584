/** What one attempt came to. Made by `infra/http`, judged only here and in after-attempt.ts. */

/** Why no answer arrived, in the words that customers see in `attempts[].error`. */
export type NetworkFailure =
  | 'connection_refused'
  | 'connection_reset'
  | 'dns_failure'
  | 'tls_failure'
  | 'timeout'
  | 'invalid_answer'
  | 'connection_failed';

export type Outcome =
  /** An answer came whole (or at least its first 16 KiB), or with a body that is malformed, before the deadline. */
  | { readonly kind: 'answered'; readonly statusCode: number; readonly retryAfterMs: number | null }
  /** No answer came, or it broke off. The request may or may not have arrived. */
  | { readonly kind: 'unreachable'; readonly failure: NetworkFailure }
  /** The target is a non-public address; no packet was sent. */
  | { readonly kind: 'blocked'; readonly address: string };

/**
 * How long the phases of one attempt took, in milliseconds to one decimal. Null for a phase that was not
 * reached, or not needed: an address needs no DNS, plain http no TLS, a connection kept alive none of the three.
 */
export interface PhaseTimings {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the request being written to the first byte of its answer. */
  readonly firstByteMs: number | null;
}

const RETRIED_STATUS_CODES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** True for a 2xx answer. */
export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === 'answered' && outcome.statusCode >= 200 && outcome.statusCode < 300;
}

/** True for what another attempt may mend: a status of the retry list, or no answer at all. */
export function isRetried(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'answered':
      return RETRIED_STATUS_CODES.has(outcome.statusCode);
    case 'unreachable':
      return true;
    case 'blocked':
      return false;
  }
}
