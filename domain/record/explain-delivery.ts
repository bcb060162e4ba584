/**
 * Why an event was or was not delivered to a subscription: the one answer, out of what the event was, what the
 * subscription was when the event was judged, and how far the delivery came. Matching is explained by the rules
 * that match.
 */
import type { DeliveryStatus } from '../../schemas/delivery.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { MatchableEvent } from '../match/compile.ts';
import { explainMatch, type Explanation } from '../match/explain.ts';
import type { RoutedSubscription } from '../match/match-event.ts';
import { subscriptionAt } from '../subscription/history.ts';
import { isLive, matchable, type LiveSubscription, type Subscription } from '../subscription/subscription.ts';

/** The first thing that kept the event from its receiver, or how far it has come on its way there. */
export type DeliveryReason =
  | 'delivered'
  /** Its first attempt has not ended yet. */
  | 'pending'
  /** The same, of a subscription whose deliveries go one after the other. */
  | 'waiting'
  /** It failed, and is tried again. */
  | 'retrying'
  /** Held, because the subscription is paused. */
  | 'paused'
  /** Held for another reason. */
  | 'held'
  /** Given up: its retries ran out, or the answer must not be tried again. */
  | 'exhausted'
  /** The target may not be connected to. */
  | 'blocked'
  | 'cancelled'
  /** It matched, and no delivery is known yet: router or read model have not come to it. */
  | 'not_yet'
  /** It matched, and stands in a batch that is being collected: or router or read model have not come to it. */
  | 'collecting'
  /** The record was no valid event. */
  | 'dead_letter'
  /** The event is another account's. */
  | 'account'
  | 'not_created'
  | 'deleted'
  | 'disabled'
  | 'type'
  | 'filter'
  | 'condition';

/** What is known of the delivery. Times are milliseconds since 1970. */
export interface KnownDelivery {
  readonly status: DeliveryStatus;
  /** When the router handed it over: what the subscription was then, it was matched against. */
  readonly createdAtMs: number;
  /** When it came to its status. */
  readonly updatedAtMs: number;
}

export interface ExplainFacts {
  /** All changes of the subscription, in any order. */
  readonly history: readonly SubscriptionEvent[];
  /** Null where the record is no valid event, or is not kept any more. */
  readonly event: MatchableEvent | null;
  /** When Kafka was given the event; where a delivery is known, its creation says more exactly when it was judged. */
  readonly takenAtMs: number;
  /** Null where none is known. */
  readonly delivery: KnownDelivery | null;
}

export interface DeliveryExplanation {
  readonly reason: DeliveryReason;
  /** The moment that the event was judged at. */
  readonly judgedAtMs: number;
  /** What the subscription was then. */
  readonly subscription: Subscription;
  /** Condition by condition; null where there was no subscription or no event to match. */
  readonly match: Explanation | null;
}

/** Explains. The same facts give the same answer; what cannot be known is left out, never guessed. */
export function explainDelivery({ history, event, takenAtMs, delivery }: ExplainFacts): DeliveryExplanation {
  const judgedAtMs = delivery?.createdAtMs ?? takenAtMs;
  const subscription = subscriptionAt(history, judgedAtMs);
  const match = event !== null && isLive(subscription) ? explained(subscription, event) : null;
  const reason =
    delivery !== null
      ? reasonOfDelivery(delivery, subscriptionAt(history, delivery.updatedAtMs))
      : event === null
        ? 'dead_letter'
        : reasonWithoutDelivery(subscription, event, history);
  return { reason, judgedAtMs, subscription, match };
}

function explained(subscription: LiveSubscription, event: MatchableEvent): Explanation {
  const match = explainMatch(matchable(subscription), event);
  // What is in another account's event is nothing to compare with, nor to show.
  return subscription.accountId === event.accountId
    ? match
    : { ...match, checks: match.checks.filter(({ path }) => path === 'account_id') };
}

/** `then` is the subscription when the delivery came to its status. */
function reasonOfDelivery({ status }: KnownDelivery, then: Subscription): DeliveryReason {
  switch (status) {
    case 'succeeded':
      return 'delivered';
    case 'held':
      return then.status === 'paused' ? 'paused' : 'held';
    case 'cancelled':
      return then.status === 'disabled' || then.status === 'deleted' ? then.status : 'cancelled';
    case 'pending':
      return isLive(then) && then.settings.ordered_by !== null ? 'waiting' : 'pending';
    case 'retrying':
    case 'exhausted':
    case 'blocked':
      return status;
  }
}

function reasonWithoutDelivery(
  subscription: Subscription,
  event: MatchableEvent,
  history: readonly SubscriptionEvent[],
): DeliveryReason {
  // Whose it is goes first: one that was created later has an account too.
  if (history.some(({ account_id }) => account_id !== event.accountId)) return 'account';
  switch (subscription.status) {
    case 'absent':
      return 'not_created';
    case 'deleted':
    case 'disabled':
      return subscription.status;
    case 'active':
    case 'paused':
      return reasonOfMatch(subscription, event);
  }
}

function reasonOfMatch(subscription: LiveSubscription, event: MatchableEvent): DeliveryReason {
  const all = matchable(subscription);
  const meets = (asked: RoutedSubscription): boolean => explainMatch(asked, event).matched;
  if (!meets({ ...all, filters: null, conditions: null })) return 'type';
  if (!meets({ ...all, conditions: null })) return 'filter';
  if (!meets(all)) return 'condition';
  return subscription.settings.aggregation === null ? 'not_yet' : 'collecting';
}
