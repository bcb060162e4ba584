/** How much of a subscription is held, as the read models have it. */
import type { Rig } from './rig.ts';
import { until } from './stack.ts';

export const heldOf = async (rig: Rig, subscriptionId: string): Promise<number> =>
  (await standingOf(rig, subscriptionId)).held_deliveries;

/** How many deliveries of a subscription have not ended: held, or on their way to an attempt. */
export async function openOf(rig: Rig, subscriptionId: string): Promise<number> {
  const { held_deliveries, pending_deliveries } = await standingOf(rig, subscriptionId);
  return held_deliveries + pending_deliveries;
}

interface Standing {
  readonly held_deliveries: number;
  readonly pending_deliveries: number;
}

const standingOf = async (rig: Rig, subscriptionId: string): Promise<Standing> =>
  (await rig.stack.call('GET', `/v1/subscriptions/${subscriptionId}/stats`)) as Standing;

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
