/**
 * Collects the events of one subscription and type, and hands each batch that is flushed to a delivery of its own.
 * It is the only one that has these events, from the moment that Temporal has taken the signal. What it has seen it
 * knows from one run to the next, so an event that is told twice, or was written twice, is in one batch.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { BatchAddress } from '../domain/batch/batch-address.ts';
import {
  type BatchCommand,
  type BatchState,
  decide,
  evolve,
  type FlushedBatch,
  initialState,
  overdueAtMs,
  rememberingIds,
} from '../domain/batch/batch.ts';
import { takeUpTo } from '../domain/batch/outbox.ts';
import { collectSignal, flushUpdate, renewSignal } from './messages.ts';

// A regular activity, never a local one: which events are in a batch must be in the history before anyone is told.
// After a crash a local one runs again in a task that may have got more signals, and would tell of other batches.
const { startBatches } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

// As long as Kafka keeps an event, a router may tell of it again: only then may what was seen be forgotten.
const IDLE_LIMIT_MS = 7 * 24 * 60 * 60 * 1_000;

/** Runs until nothing has come for a week. `carried` is the state from the run before. */
export async function batch(address: BatchAddress, carried: BatchState | null): Promise<void> {
  const before = carried ?? initialState();
  let state = patched('batch-drops-repeats') ? rememberingIds(before) : before;
  let outbox: readonly FlushedBatch[] = [];
  let isToRenew = false;
  const needsNewRun = (): boolean => isToRenew || workflowInfo().continueAsNewSuggested;

  const carryOut = (command: BatchCommand): readonly FlushedBatch[] => {
    const events = decide(command, state);
    state = events.reduce(evolve, state);
    const flushed = events.filter((event) => event.type === 'BatchFlushed');
    outbox = [...outbox, ...flushed];
    return flushed;
  };

  setHandler(collectSignal, (terms, items) => {
    carryOut({ type: 'CollectEvents', terms, items, atMs: Date.now() });
  });
  setHandler(flushUpdate, (version) =>
    carryOut({ type: 'FlushManually', version, atMs: Date.now() }).reduce(
      (sum, { items }) => sum + items.length,
      0,
    ),
  );

  setHandler(renewSignal, () => void (isToRenew = true));

  for (;;) {
    const waitingFor = overdueAtMs(state);
    const waitMs = waitingFor === null ? IDLE_LIMIT_MS : Math.max(1, waitingFor - Date.now());
    const woken = await condition(
      () => outbox.length > 0 || overdueAtMs(state) !== waitingFor || needsNewRun(),
      waitMs,
    );
    if (!woken && waitingFor === null) return;
    carryOut({ type: 'FlushOverdue', atMs: Date.now() });
    while (outbox.length > 0) {
      const { taken, left } = takeUpTo(outbox);
      outbox = left;
      await startBatches(address, taken);
    }
    if (needsNewRun() && allHandlersFinished()) {
      await continueAsNew<typeof batch>(address, state);
    }
  }
}
