/** THE match step: one event against all subscriptions. The index answers it and is not changed by it. */
import type { SubscriptionId } from '../../schemas/ids.ts';
import { compileRoutes, urlFor, type MatchableEvent, type MatchableSubscription } from './compile.ts';
import type { SubscriptionIndex } from './subscription-index.ts';

/** A subscription that the event is owed to, and the url that its routes choose for it. */
export interface Match {
  readonly subscriptionId: SubscriptionId;
  readonly url: string;
}

/** Every subscription that takes the event in, each once, in the order of their ids, whatever order they came in. */
export function matchEvent(index: SubscriptionIndex, event: MatchableEvent): readonly Match[] {
  return index
    .matching(event)
    .map((subscription) => ({ subscriptionId: subscription.id, url: urlFor(subscription, event) }));
}

/**
 * The url for an event that the subscription is already known to take in: that of the first route that holds, else
 * its own. For an attempt, which asks again each time, so that a corrected route takes effect on the next one.
 */
export function targetUrl(
  subscription: Pick<MatchableSubscription, 'url' | 'routes'>,
  event: Pick<MatchableEvent, 'type' | 'data'>,
): string {
  return urlFor({ url: subscription.url, route: compileRoutes(subscription.routes) }, event);
}
