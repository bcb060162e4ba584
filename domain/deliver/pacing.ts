/**
 * How many requests one endpoint may have on the wire: additive increase, multiplicative decrease, as TCP paces
 * its sending (RFC 5681). The limit grows by one for each answer that came while it was used up, and halves when
 * the endpoint does not answer in time, once for all requests that were under way together.
 */
import type { Outcome } from './outcome.ts';

/** What an endpoint may have on the wire before anything is known of it. */
export const STARTING_LIMIT = 64;
/** What it may have at most. The HTTP agent opens as many connections to one origin. */
export const HIGHEST_LIMIT = 256;

export interface Pace {
  /** Requests on the wire at once, at least 1. */
  readonly limit: number;
  /** When the limit was halved last. A request that was sent before that tells nothing new. */
  readonly halvedAtMs: number;
}

/** The pace of an endpoint of which nothing is known. */
export const STARTING_PACE: Pace = { limit: STARTING_LIMIT, halvedAtMs: Number.NEGATIVE_INFINITY };

/** What an attempt tells about its endpoint's capacity. */
export interface Sign {
  readonly outcome: Outcome;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
  /** True when no further request could have been sent beside this one. */
  readonly wasFull: boolean;
}

/** The pace after one attempt. */
export function paceAfter(pace: Pace, { outcome, sentAtMs, endedAtMs, wasFull }: Sign): Pace {
  if (isOverload(outcome)) {
    return sentAtMs < pace.halvedAtMs
      ? pace
      : { limit: Math.max(1, Math.floor(pace.limit / 2)), halvedAtMs: endedAtMs };
  }
  return outcome.kind === 'answered' && wasFull && pace.limit < HIGHEST_LIMIT
    ? { ...pace, limit: pace.limit + 1 }
    : pace;
}

const TOO_MANY_REQUESTS = 429;

/** An endpoint that does not answer, or that says so itself, is asked for less at a time. */
function isOverload(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'answered':
      return outcome.statusCode === TOO_MANY_REQUESTS;
    case 'unreachable':
      return outcome.failure === 'timeout';
    case 'blocked':
      return false;
  }
}

/** How long a delivery may wait in memory for its turn; one that would wait for longer is held. */
export const LONGEST_WAIT_MS = 5_000;
/** Nobody waits for an endpoint that takes longer to answer: its line would hold up the groups that stand in it. */
export const SLOW_ANSWER_MS = 1_000;

/**
 * True where a request that finds `waiting` others before it is expected to get its turn in time, with `limit` on
 * the wire at once and answers that take `answerMs`.
 */
export const getsItsTurn = (limit: number, waiting: number, answerMs: number): boolean =>
  answerMs <= SLOW_ANSWER_MS && (Math.floor(waiting / limit) + 1) * answerMs <= LONGEST_WAIT_MS;
