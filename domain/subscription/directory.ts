/**
 * All subscriptions as their log tells them, in memory. Routers, workers and the API each keep one, fed from
 * `webhooks.subscriptions`; a version that was seen already is dropped, for the log may hold a record twice.
 */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { firstIndexWhere } from '../first-index-where.ts';
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
  /** The live ones of an account as they are now, newest first. Sorted when first asked for, and kept in order since. */
  listOf(accountId: AccountId): readonly LiveSubscription[];
  /** The same of all accounts, in the order of their ids. */
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
  let lists: Lists | null = null;

  const wakeUpTo = (id: SubscriptionId, version: number): void => {
    const waiters = waiting.get(id);
    if (waiters === undefined) return;
    const still = waiters.filter((waiter) => waiter.version > version);
    if (still.length > 0) waiting.set(id, still);
    else waiting.delete(id);
    for (const waiter of waiters) if (waiter.version <= version) waiter.wake();
  };

  const put = (id: SubscriptionId, state: Subscription): Subscription => {
    if (lists !== null) relist(lists, states.get(id) ?? initialState(), state);
    states.set(id, state);
    wakeUpTo(id, state.version);
    return state;
  };

  return {
    apply(event) {
      const after = evolveUnseen(states.get(event.subscription_id), event);
      return after === null ? null : put(event.subscription_id, after);
    },
    restore(state) {
      const known = states.get(state.id) ?? initialState();
      return state.version <= known.version ? null : put(state.id, state);
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
      lists ??= listsOf(states);
      return lists.ofAccount.get(accountId)?.slice() ?? [];
    },
    live() {
      lists ??= listsOf(states);
      return lists.all.slice();
    },
    get size() {
      return states.size;
    },
  };
}

/** The live ones in the orders in which they are listed. */
interface Lists {
  readonly all: LiveSubscription[];
  readonly ofAccount: Map<AccountId, LiveSubscription[]>;
}

function listsOf(states: SubscriptionStates): Lists {
  const all = [...states.values()].filter(isLive).sort(byId);
  const ofAccount = new Map<AccountId, LiveSubscription[]>();
  for (const one of all) {
    const list = ofAccount.get(one.accountId);
    if (list === undefined) ofAccount.set(one.accountId, [one]);
    else list.push(one);
  }
  for (const list of ofAccount.values()) list.sort(newestFirst);
  return { all, ofAccount };
}

/** Puts `after` where `before` was: what the lists are ordered by never changes of one that is live. */
function relist({ all, ofAccount }: Lists, before: Subscription, after: Subscription): void {
  const one = isLive(before) ? before : after;
  if (!isLive(one)) return;
  const list = ofAccount.get(one.accountId) ?? [];
  ofAccount.set(one.accountId, list);
  for (const [ordered, order] of [[all, byId] as const, [list, newestFirst] as const]) {
    const place = firstIndexWhere(ordered, (listed) => order(listed, one) >= 0);
    ordered.splice(place, isLive(before) ? 1 : 0, ...(isLive(after) ? [after] : []));
  }
}

const byId = (a: LiveSubscription, b: LiveSubscription): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** By code units: what a language thinks of letters would break the order that cursors go by. */
function newestFirst(a: LiveSubscription, b: LiveSubscription): number {
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt ? -1 : 1;
  return byId(a, b);
}
