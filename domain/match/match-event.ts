/** THE match step: one event against all subscriptions. The index answers it and is not changed by it. */
import type { Route } from '../../schemas/filter.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import { compareIds } from './candidate.ts';
import {
  blockHolds,
  compile,
  whenHolds,
  type CompiledWhen,
  type MatchableEvent,
  type MatchableSubscription,
} from './compile.ts';
import type { SubscriptionIndex } from './subscription-index.ts';

/** Every subscription that takes the event in, each once, in the order of their ids, whatever order they came in. */
export function matchEvent(index: SubscriptionIndex, event: MatchableEvent): readonly SubscriptionId[] {
  return index
    .candidatesFor(event)
    .filter(({ remaining }) => blockHolds(remaining, event.data))
    .sort(compareIds)
    .map(({ id }) => id);
}

/** Where a subscription has its events go. */
export interface Destinations {
  readonly url: string;
  /** Asked one after the other. */
  readonly routes: readonly Route[];
}

/** A subscription with all that decides which events go where. */
export type RoutedSubscription = MatchableSubscription & Destinations;

/**
 * The url for an event that the subscription is already known to take in: that of the first route that holds, else
 * its own. For an attempt, which asks again each time, so that a corrected route takes effect on the next one.
 */
export function targetUrl(
  { url, routes }: Destinations,
  event: Pick<MatchableEvent, 'type' | 'data'>,
): string {
  return routes.find(({ when }) => whenHolds(compiledOf(when), event))?.url ?? url;
}

/** For as long as somebody has the settings: whoever looks a subscription up again soon gets the same object. */
const compiledWhens = new WeakMap<Route['when'], CompiledWhen>();

function compiledOf(when: Route['when']): CompiledWhen {
  const known = compiledWhens.get(when);
  if (known !== undefined) return known;
  const compiled = compile(when);
  compiledWhens.set(when, compiled);
  return compiled;
}
