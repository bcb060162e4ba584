/** What a subscription was at some moment, from its log. */
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import { evolve, initialState, type Subscription } from './subscription.ts';

/**
 * The subscription as its changes up to `atMs` (included, milliseconds since 1970) have made it; `absent` before its
 * creation. The order of `history` does not matter, and a version that is there twice counts once.
 */
export function subscriptionAt(history: readonly SubscriptionEvent[], atMs: number): Subscription {
  let state = initialState();
  const inOrder = [...history].sort((a, b) => a.version - b.version);
  for (const event of inOrder) {
    if (event.version <= state.version) continue;
    // A clock that was set back must not let a later version count before an earlier one.
    if (Date.parse(event.at) > atMs) break;
    state = evolve(state, event);
  }
  return state;
}
