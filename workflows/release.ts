/**
 * The actor that releases what one subscription has held; it lives while something is. Whatever it does is taken
 * up again where it was, whichever process dies: what is held stands on `webhooks.held` until it has ended.
 */
import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import { RELEASE_ACTOR, renewSignal, WORK_QUEUE } from './messages.ts';

const { releaseHeld } = proxyActivities<Activities>({
  taskQueue: WORK_QUEUE,
  // A release of many deliveries to a slow endpoint takes as long as it takes; heartbeats tell that it is alive.
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/** Ends when nothing is held any more, or nothing may be sent until a person says so. */
export async function release(subscriptionId: SubscriptionId): Promise<void> {
  let wokenForMs = NEVER;
  setHandler(RELEASE_ACTOR.wakeSignal, (inMs = 0) => {
    wokenForMs = Math.min(wokenForMs, Date.now() + inMs);
  });
  let isToRenew = false;
  setHandler(renewSignal, () => void (isToRenew = true));
  const waitUntilDue = async (waitMs: number): Promise<void> => {
    let untilMs = Date.now() + waitMs;
    while (await condition(() => wokenForMs < untilMs || isToRenew, untilMs - Date.now())) {
      if (isToRenew) return;
      untilMs = wokenForMs;
      if (untilMs <= Date.now()) return;
    }
  };
  for (;;) {
    wokenForMs = NEVER;
    const end = await releaseHeld(subscriptionId);
    if (end.step === 'wait') await waitUntilDue(end.waitMs);
    else if (end.step === 'done' && wokenForMs === NEVER) return;
    if (isToRenew || workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof release>(subscriptionId);
  }
}

const NEVER = Number.POSITIVE_INFINITY;
