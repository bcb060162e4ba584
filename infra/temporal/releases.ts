/** Wakes the actors that release what subscriptions have held. */
import type { Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Logger } from '../telemetry.ts';

/** How the actors are reached. */
export interface ReleaseActor {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly wakeSignal: SignalDefinition<[inMs?: number]>;
  readonly idOf: (id: SubscriptionId) => string;
}

const MOST_REMEMBERED = 10_000;

/**
 * Wakes without waiting. A wake-up that does not arrive is logged and not repeated: whoever needs it to happen looks
 * again at times. One tells as much as a thousand: for `quietMs` after one, and until the moment for which it was,
 * others for the same subscription are left out, unless they are for a moment before that.
 */
export function createReleases(
  client: Client,
  actor: ReleaseActor,
  quietMs: number,
  logger: Pick<Logger, 'warn'>,
  nowMs: () => number = () => performance.now(),
) {
  const woken = new Map<SubscriptionId, { readonly atMs: number; readonly forMs: number }>();

  const wake = async (id: SubscriptionId, inMs: number): Promise<void> => {
    await client.workflow.signalWithStart(actor.workflowType, {
      workflowId: actor.idOf(id),
      taskQueue: actor.taskQueue,
      args: [id],
      signal: actor.wakeSignal,
      signalArgs: [inMs],
    });
  };

  return {
    wake(id: SubscriptionId, inMs = 0): void {
      const atMs = nowMs();
      const forMs = atMs + inMs;
      const before = woken.get(id);
      const isStillKnown = before !== undefined && atMs < Math.max(before.atMs + quietMs, before.forMs);
      if (isStillKnown && before.forMs <= forMs + quietMs) return;
      if (woken.size >= MOST_REMEMBERED) woken.clear();
      woken.set(id, { atMs, forMs });
      wake(id, inMs).catch((error: unknown) => {
        woken.delete(id);
        logger.warn({ err: error, subscription_id: id }, 'a release could not be woken');
      });
    },
  };
}
