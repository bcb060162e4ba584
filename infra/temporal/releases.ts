/** Wakes the actors that release what subscriptions have held. */
import type { Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Logger } from '../telemetry.ts';

/** How the actors are reached. */
export interface ReleaseActor {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly wakeSignal: SignalDefinition;
  readonly idOf: (id: SubscriptionId) => string;
}

/**
 * Wakes at once and without waiting. A wake-up that does not arrive is logged and not repeated: whoever needs it
 * to happen looks again at times. One tells as much as a thousand: for `quietMs` after one, others for the same subscription
 * are left out.
 */
export function createReleases(
  client: Client,
  actor: ReleaseActor,
  quietMs: number,
  logger: Pick<Logger, 'warn'>,
) {
  const wokenAtMs = new Map<SubscriptionId, number>();

  const wake = async (id: SubscriptionId): Promise<void> => {
    await client.workflow.signalWithStart(actor.workflowType, {
      workflowId: actor.idOf(id),
      taskQueue: actor.taskQueue,
      args: [id],
      signal: actor.wakeSignal,
    });
  };

  return {
    wake(id: SubscriptionId): void {
      const nowMs = performance.now();
      for (const [other, atMs] of wokenAtMs) {
        if (nowMs - atMs < quietMs) break;
        wokenAtMs.delete(other);
      }
      if (wokenAtMs.has(id)) return;
      wokenAtMs.set(id, nowMs);
      wake(id).catch((error: unknown) => {
        wokenAtMs.delete(id);
        logger.warn({ err: error, subscription_id: id }, 'a release could not be woken');
      });
    },
  };
}
