/**
 * All subscriptions as their log tells them, in memory. Routers, workers and the API each keep one, fed from
 * `webhooks.subscriptions`; a version that was seen already is dropped, for the log may hold a record twice.
 */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { evolve, initialState, isLive, type LiveSubscription, type Subscription } from './subscription.ts';

export interface SubscriptionDirectory {
  /** Takes the next record of the log. Answers the new state, or null where the version was seen before. */
  apply(event: SubscriptionEvent): Subscription | null;
  /** The state of one, `absent` where the log has nothing of it. */
  get(id: SubscriptionId): Subscription;
  /**
   * The subscription, once at least `version` of it has been seen. Who learnt of a version elsewhere waits
   * here for the log, instead of missing what it says.
   */
  atLeast(id: SubscriptionId, version: number): Promise<Subscription>;
  /** The live ones of an account, newest first. */
  listOf(accountId: AccountId): readonly LiveSubscription[];
  readonly size: number;
}

export function createSubscriptionDirectory(): SubscriptionDirectory {
  const states = new Map<SubscriptionId, Subscription>();
  const waiting = new Map<SubscriptionId, { readonly version: number; readonly wake: () => void }[]>();
  const idsByAccount = new Map<AccountId, Set<SubscriptionId>>();

  const wakeUpTo = (id: SubscriptionId, version: number): void => {
    const waiters = waiting.get(id);
    if (waiters === undefined) return;
    const still = waiters.filter((waiter) => waiter.version > version);
    if (still.length > 0) waiting.set(id, still);
    else waiting.delete(id);
    for (const waiter of waiters) if (waiter.version <= version) waiter.wake();
  };

  return {
    apply(event) {
      const before = states.get(event.subscription_id) ?? initialState();
      if (event.version <= before.version) return null;
      const after = evolve(before, event);
      states.set(event.subscription_id, after);
      const ids = idsByAccount.get(event.account_id) ?? new Set();
      idsByAccount.set(event.account_id, ids);
      if (isLive(after)) ids.add(event.subscription_id);
      else ids.delete(event.subscription_id);
      wakeUpTo(event.subscription_id, event.version);
      return after;
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
      const live = [...(idsByAccount.get(accountId) ?? [])].map((id) => states.get(id)).filter(isKnownLive);
      return live.sort(newestFirst);
    },
    get size() {
      return states.size;
    },
  };
}

/** By code units: what a language thinks of letters would break the order that cursors go by. */
function newestFirst(a: LiveSubscription, b: LiveSubscription): number {
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

const isKnownLive = (subscription: Subscription | undefined): subscription is LiveSubscription =>
  subscription !== undefined && isLive(subscription);
