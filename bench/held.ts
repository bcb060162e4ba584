/** How much of a subscription is held, as the read models have it. */
import type { Rig } from './rig.ts';
import { until } from './stack.ts';

export async function heldOf(rig: Rig, subscriptionId: string): Promise<number> {
  const stats = await rig.stack.call('GET', `/v1/subscriptions/${subscriptionId}/stats`);
  return (stats as { readonly held_deliveries: number }).held_deliveries;
}

/**
 * Resolves once exactly `count` are held. Each is recorded and projected, which takes up to `eachWithinMs`, and so longer
 * than no answer from anybody.
 */
export const untilHeld = (
  rig: Rig,
  subscriptionId: string,
  count: number,
  eachWithinMs: number,
): Promise<void> =>
  until(
    async () => (await heldOf(rig, subscriptionId)) === count,
    rig.patienceMs + eachWithinMs * count,
    'everything to be held',
    rig.signal,
  );
