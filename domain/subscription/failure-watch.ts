/**
 * What is made of a subscription that fails: when its account is told so, and when it is disabled. Processes see
 * circuits and deliveries each for itself; one watch per subscription puts it together, so that an episode is told
 * once.
 */
import type { AccountId } from '../../schemas/ids.ts';

/** The failed attempts since the latest success, or since the subscription became active. RFC 3339, UTC. */
export interface Failures {
  readonly since: string;
  readonly latest: string;
}

/** What there is to see of a subscription at one moment. */
export interface FailureLook {
  /** Null where it is not active: then nothing is sent, and nothing can fail. */
  readonly active: { readonly accountId: AccountId; readonly autoDisableAfterSeconds: number | null } | null;
  /** Null where nothing has failed since the latest success. */
  readonly failures: Failures | null;
  /** RFC 3339, UTC; null where nothing has succeeded yet. */
  readonly latestSuccess: string | null;
}

/** The circuit of one endpoint opened or closed, as one process sees it. `at`: RFC 3339, UTC. */
export interface CircuitMove {
  readonly accountId: AccountId;
  /** With the port, where it is none of the scheme's own. */
  readonly host: string;
  readonly state: 'open' | 'closed';
  readonly at: string;
  /** Of an open one, as domain/deliver/circuit.ts has it. Absent is true. */
  readonly isWorthTelling?: boolean;
}

/** An endpoint of which the account was told that it is degraded, and since when. */
export interface Degraded {
  readonly accountId: AccountId;
  readonly host: string;
  readonly since: string;
}

/** What the account is to be told. */
export type HealthNews =
  | { readonly type: 'degraded'; readonly endpoint: Degraded }
  | { readonly type: 'recovered'; readonly endpoint: Degraded; readonly at: string };

/** The endpoints that are degraded after `move`, and the news that it is; null where it is none. */
export function afterCircuitMove(
  degraded: readonly Degraded[],
  { accountId, host, state, at, isWorthTelling = true }: CircuitMove,
): { readonly degraded: readonly Degraded[]; readonly news: HealthNews | null } {
  const known = degraded.find((endpoint) => endpoint.host === host);
  if (state === 'open') {
    if (known !== undefined || !isWorthTelling) return { degraded, news: null };
    const endpoint = { accountId, host, since: at };
    return { degraded: [...degraded, endpoint], news: { type: 'degraded', endpoint } };
  }
  if (known === undefined) return { degraded, news: null };
  return {
    degraded: degraded.filter((endpoint) => endpoint !== known),
    news: { type: 'recovered', endpoint: known, at },
  };
}

/**
 * The endpoints that have recovered although no circuit told so, because the process that kept it is gone: a success
 * came so late that every circuit which still lives has been closed by one.
 */
export const recoveredUnnoticed = (
  degraded: readonly Degraded[],
  { latestSuccess }: FailureLook,
): readonly Degraded[] =>
  degraded.filter(
    ({ since }) => latestSuccess !== null && Date.parse(latestSuccess) > Date.parse(since) + DEGRADED_LOOK_MS,
  );

/** What follows a look. */
export type WatchStep =
  /** Nothing fails any more, nothing may be sent, or nobody tries any more. */
  | { readonly step: 'end' }
  | { readonly step: 'disable'; readonly accountId: AccountId }
  | { readonly step: 'wait'; readonly delayMs: number };

const HOUR_MS = 3_600_000;
/** The longest wait for the moment at which it may be disabled: a changed setting is noticed then. */
const LONGEST_WAIT_MS = 24 * HOUR_MS;
/** Between two looks at a degraded endpoint. */
export const DEGRADED_LOOK_MS = HOUR_MS / 4;
/** So long the read models may take to know of a failure. */
const LATE_MS = 60_000;

/**
 * Decides what follows a look at `nowMs`. The subscription is disabled once attempts have failed over the whole of
 * `auto_disable_after`: from the first failure until one so much later, with no success between them. A failure and a
 * long silence are not enough.
 *
 * @param watch `failedMs`: when something was last seen to fail, which the read models may not know of yet
 */
export function afterLook(
  { active, failures }: FailureLook,
  watch: { readonly failedMs: number; readonly isDegraded: boolean },
  nowMs: number,
): WatchStep {
  if (active === null) return { step: 'end' };
  const longestMs = watch.isDegraded ? DEGRADED_LOOK_MS : LONGEST_WAIT_MS;
  const wait = (ms: number): WatchStep => ({ step: 'wait', delayMs: Math.min(ms, longestMs) });
  const waitIf = (isWorthIt: boolean, ms: number): WatchStep =>
    isWorthIt || watch.isDegraded ? wait(ms) : { step: 'end' };

  const { autoDisableAfterSeconds } = active;
  if (autoDisableAfterSeconds === null) return waitIf(false, longestMs);
  const afterMs = autoDisableAfterSeconds * 1_000;
  if (failures === null) return waitIf(nowMs < watch.failedMs + LATE_MS, Math.min(LATE_MS, afterMs));

  const dueMs = Date.parse(failures.since) + afterMs;
  if (nowMs < dueMs) return wait(dueMs - nowMs);
  const latestMs = Date.parse(failures.latest);
  if (latestMs >= dueMs) return { step: 'disable', accountId: active.accountId };
  return waitIf(nowMs < latestMs + LONGEST_WAIT_MS, Math.min(HOUR_MS, afterMs));
}
