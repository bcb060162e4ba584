/**
 * Watches one subscription that fails; its workflow id is `failing:<subscription id>`. It tells the account once when
 * an endpoint is degraded and once when it has recovered, whatever processes see it how often, and disables the
 * subscription when there was nothing but failure for as long as its setting says.
 */
import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import {
  afterCircuitMove,
  afterLook,
  type CircuitMove,
  type Degraded,
  recoveredUnnoticed,
} from '../domain/subscription/failure-watch.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import { circuitSignal, renewSignal } from './messages.ts';

const { disableSubscription, lookAtFailures, tellHealth } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  // The read models may be away for an hour.
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** What a run hands on to the next. */
interface Carried {
  readonly degraded: readonly Degraded[];
  readonly failedMs: number;
}

/** Ends when nothing fails any more. Whoever sees the next failure starts it again. */
export async function failureWatch(id: SubscriptionId, carried: Carried | null = null): Promise<void> {
  let { degraded, failedMs } = carried ?? { degraded: [], failedMs: Date.now() };
  const moves: CircuitMove[] = [];
  setHandler(circuitSignal, (move) => void moves.push(move));
  let isToRenew = false;
  setHandler(renewSignal, () => void (isToRenew = true));

  const follow = async (move: CircuitMove): Promise<void> => {
    if (move.state === 'open') failedMs = Date.now();
    const { degraded: after, news } = afterCircuitMove(degraded, move);
    if (news !== null) await tellHealth(id, news);
    degraded = after;
  };

  for (;;) {
    for (let move = moves.shift(); move !== undefined; move = moves.shift()) await follow(move);
    const look = await lookAtFailures(id);
    for (const { host, accountId } of recoveredUnnoticed(degraded, look)) {
      await follow({ accountId, host, state: 'closed', at: new Date().toISOString() });
    }
    const next = afterLook(look, { failedMs, isDegraded: degraded.length > 0 }, Date.now());
    if (next.step === 'disable') await disableSubscription(next.accountId, id, 'auto_disabled');
    if (next.step === 'wait') await condition(() => moves.length > 0 || isToRenew, next.delayMs);
    else if (moves.length === 0) return;
    if ((isToRenew || workflowInfo().continueAsNewSuggested) && moves.length === 0) {
      await continueAsNew<typeof failureWatch>(id, { degraded, failedMs });
    }
  }
}
