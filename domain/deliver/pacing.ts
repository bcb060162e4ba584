/**
 * How many requests one endpoint may have on the wire: additive increase, multiplicative decrease, as TCP paces
 * its sending (RFC 5681). The limit grows by one for each answer that came while it was used up, and halves when
 * the endpoint does not answer in time, once for all requests that were under way together.
 */
import type { Outcome } from './outcome.ts';

/** What an endpoint may have on the wire before anything is known of it. */
export const STARTING_LIMIT = 64;
/** What it may have at most, for one subscription: the HTTP agent sets no limit of its own. */
export const HIGHEST_LIMIT = 256;

/** What one gate has learnt of its endpoint; only `paceAfter` makes another. Times are milliseconds since 1970. */
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
/** An endpoint that answers sooner empties its line before it is in anybody's way. */
const QUICK_ANSWER_MS = 100;
/**
 * Once so many wait in a process, lines are kept short of endpoints that are neither quick nor slow. A worker takes no
 * further group while twice as many wait, so a few such endpoints with all that they are owed in line would stop the
 * deliveries of everybody.
 */
export const CROWD = 500;
/** So many may wait then for each of them. */
export const LONGEST_MODERATE_LINE = 32;

/** How an endpoint looks to a request that finds all its places on the wire taken. */
export interface Line {
  /** Requests that it may have on the wire at once. */
  readonly limit: number;
  /** How many stand in line already. */
  readonly waiting: number;
  /** How many do so for all endpoints together. */
  readonly waitingForAny: number;
  /** How long its answers take, as far as is known. */
  readonly answerMs: number;
  /** For how long it has answered none of the requests on the wire. Answers that never come change no average. */
  readonly silentMs: number;
  /** Whether this process has its hands full, so that answers seem slow for its own sake. */
  readonly isBusy: boolean;
}

/** True for an endpoint that nobody may wait for. */
export const isTooSlowToWaitFor = ({ answerMs, silentMs }: Pick<Line, 'answerMs' | 'silentMs'>): boolean =>
  Math.max(answerMs, silentMs) > SLOW_ANSWER_MS;

/** True where a request is expected to get its turn in time, and may stand in line for it. */
export function getsItsTurn(line: Line): boolean {
  const { limit, waiting, waitingForAny, answerMs, isBusy } = line;
  if (isTooSlowToWaitFor(line)) return false;
  const isInTheWay = !isBusy && waitingForAny >= CROWD && answerMs > QUICK_ANSWER_MS;
  if (isInTheWay && waiting >= LONGEST_MODERATE_LINE) return false;
  return (Math.floor(waiting / limit) + 1) * answerMs <= LONGEST_WAIT_MS;
}
