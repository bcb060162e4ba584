/** THE match step: one event against all subscriptions. Pure but for the index, which it only reads. */
import type { SubscriptionId } from '../../schemas/ids.ts';
import {
  compileRoutes,
  dataMatches,
  urlFor,
  type MatchableEvent,
  type MatchableSubscription,
} from './compile.ts';
import type { SubscriptionIndex } from './subscription-index.ts';

/** A subscription that the event is owed to, and the url that its routes choose for it. */
export interface Match {
  readonly subscriptionId: SubscriptionId;
  readonly url: string;
}

/** Every subscription that takes the event in, each once, in the order of their ids, whatever order they came in. */
export function matchEvent(index: SubscriptionIndex, event: MatchableEvent): readonly Match[] {
  const matches: Match[] = [];
  for (const candidate of index.candidates(event)) {
    if (!dataMatches(candidate, event.data)) continue;
    matches.push({ subscriptionId: candidate.id, url: urlFor(candidate, event) });
  }
  return matches.sort(byId);
}

// Code units, not a locale's order: the same on every machine.
const byId = (a: Match, b: Match): number =>
  a.subscriptionId < b.subscriptionId ? -1 : a.subscriptionId > b.subscriptionId ? 1 : 0;

/**
 * The url for an event that the subscription is already known to take in: that of the first route that holds, else
 * its own. For an attempt, which asks again each time, so that a corrected route takes effect on the next one.
 */
export function targetUrl(
  subscription: Pick<MatchableSubscription, 'url' | 'routes'>,
  event: Pick<MatchableEvent, 'type' | 'data'>,
): string {
  return urlFor({ url: subscription.url, routes: compileRoutes(subscription.routes) }, event);
}
