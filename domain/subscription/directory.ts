/**
 * All subscriptions as their log tells them, in memory. Routers, workers and the API each keep one, fed from
 * `webhooks.subscriptions`; a version that was seen already is dropped, for the log may hold a record twice.
 */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import {
  evolveUnseen,
  initialState,
  isLive,
  type KnownSubscription,
  type LiveSubscription,
  type Subscription,
} from './subscription.ts';

export interface SubscriptionDirectory {
  /** Takes the next record of the log. Answers the new state, or null where the version was seen before. */
  apply(event: SubscriptionEvent): Subscription | null;
  /** Takes what a snapshot tells. Answers it, or null where that version was seen before. */
  restore(state: KnownSubscription): Subscription | null;
  /** The state of one, `absent` where the log has nothing of it. */
  get(id: SubscriptionId): Subscription;
  /**
   * The subscription, once at least `version` of it has been seen. Who learnt of a version elsewhere waits
   * here for the log, instead of missing what it says.
   */
  atLeast(id: SubscriptionId, version: number): Promise<Subscription>;
  /** The live ones of an account, newest first. */
  listOf(accountId: AccountId): readonly LiveSubscription[];
  /** The live ones of all accounts, in the order of their ids. */
  live(): readonly LiveSubscription[];
  readonly size: number;
}

/** Where a directory keeps what it knows of each: a `Map`, or what takes less memory. */
export interface SubscriptionStates {
  get(id: SubscriptionId): Subscription | undefined;
  set(id: SubscriptionId, state: Subscription): unknown;
  values(): Iterable<Subscription>;
  readonly size: number;
}

/** A directory over `states`, which has nothing in it and which nobody else writes. */
export function createSubscriptionDirectory(states: SubscriptionStates = new Map()): SubscriptionDirectory {
  const waiting = new Map<SubscriptionId, { readonly version: number; readonly wake: () => void }[]>();
  /** Made when first asked for: only the API lists them. */
  let idsByAccount: Map<AccountId, Set<SubscriptionId>> | null = null;

  const wakeUpTo = (id: SubscriptionId, version: number): void => {
    const waiters = waiting.get(id);
    if (waiters === undefined) return;
    const still = waiters.filter((waiter) => waiter.version > version);
    if (still.length > 0) waiting.set(id, still);
    else waiting.delete(id);
    for (const waiter of waiters) if (waiter.version <= version) waiter.wake();
  };

  const put = (id: SubscriptionId, accountId: AccountId, state: Subscription): Subscription => {
    states.set(id, state);
    if (idsByAccount !== null) fileUnder(idsByAccount, accountId, id, state);
    wakeUpTo(id, state.version);
    return state;
  };

  return {
    apply(event) {
      const after = evolveUnseen(states.get(event.subscription_id), event);
      return after === null ? null : put(event.subscription_id, event.account_id, after);
    },
    restore(state) {
      const known = states.get(state.id) ?? initialState();
      return state.version <= known.version ? null : put(state.id, state.accountId, state);
    },
    async atLeast(id, version) {
      const stateOf = () => states.get(id) ?? initialState();
      if (stateOf().version < version) {
        await new Promise<void>((wake) => {
          waiting.set(id, [...(waiting.get(id) ?? []), { version, wake }]);
        });
      }
      return stateOf();
    },
    get: (id) => states.get(id) ?? initialState(),
    listOf(accountId) {
      idsByAccount ??= byAccount(states);
      const live = [...(idsByAccount.get(accountId) ?? [])].map((id) => states.get(id)).filter(isKnownLive);
      return live.sort(newestFirst);
    },
    live: () =>
      [...states.values()].filter(isKnownLive).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    get size() {
      return states.size;
    },
  };
}

function byAccount(states: SubscriptionStates): Map<AccountId, Set<SubscriptionId>> {
  const ids = new Map<AccountId, Set<SubscriptionId>>();
  for (const state of states.values()) {
    if (state.status !== 'absent') fileUnder(ids, state.accountId, state.id, state);
  }
  return ids;
}

function fileUnder(
  idsByAccount: Map<AccountId, Set<SubscriptionId>>,
  accountId: AccountId,
  id: SubscriptionId,
  state: Subscription,
): void {
  const ids = idsByAccount.get(accountId) ?? new Set();
  idsByAccount.set(accountId, ids);
  if (isLive(state)) ids.add(id);
  else ids.delete(id);
}

/** By code units: what a language thinks of letters would break the order that cursors go by. */
function newestFirst(a: LiveSubscription, b: LiveSubscription): number {
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

const isKnownLive = (subscription: Subscription | undefined): subscription is LiveSubscription =>
  subscription !== undefined && isLive(subscription);
