/**
 * The single writer of one subscription's log; its workflow id is the subscription's id. A command is
 * decided, appended to Kafka, and only then part of the state, one at a time: versions have no gap. The log
 * is the truth: an actor that Temporal has lost rises again from it with the first command. A change of the
 * encryption key begins a new run, so that no payload of the actor needs the older key.
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
import { endsCollecting } from '../domain/batch/ends-collecting.ts';
import { decide, type Refusal } from '../domain/subscription/decide.ts';
import { evolve, type Subscription } from '../domain/subscription/subscription.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import type { SubscriptionCommand } from '../schemas/subscription-log.ts';
import { type CommandReply, commandUpdate } from './messages.ts';

// No local activities: an update that arrives while one runs may be passed over by the server.
const { appendSubscriptionEvents, loadSubscription } = proxyActivities<Activities>({
  // A worker that died is noticed by this alone. Made twice, an append writes the same versions again.
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

const { flushBatches } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

// An actor whose create was refused has nothing to remember. Histories from before wait on.
const ENDS_WHILE_ABSENT = 'ends-while-absent';

/** Runs until the subscription is deleted, or was never made. `carried` is the state from the run before. */
export async function subscription(id: SubscriptionId, carried: Subscription | null): Promise<void> {
  let state: Subscription | null = carried;
  let turn: Promise<unknown> = Promise.resolve();
  let openFlushes = 0;
  let needsNewRun = false;
  let endsWhileAbsent = carried?.status === 'absent' && patched(ENDS_WHILE_ABSENT);

  // No command waits for it: a batch that is not reached is flushed by its time, and then sent, held or cancelled.
  const flushAside = async (version: number): Promise<void> => {
    openFlushes += 1;
    await flushBatches(id, version);
    openFlushes -= 1;
  };

  const refuse = (refusal: Refusal): CommandReply => {
    endsWhileAbsent ||= state?.status === 'absent' && patched(ENDS_WHILE_ABSENT);
    return { ok: false, refusal };
  };

  const carryOut = async (command: SubscriptionCommand): Promise<CommandReply> => {
    state ??= await loadSubscription(id);
    const decision = decide(command, state, { subscriptionId: id, at: new Date().toISOString() });
    if (!decision.ok) return refuse(decision.refusal);
    if (decision.events.length > 0 && (await appendSubscriptionEvents(decision.events)) === 'refused') {
      return refuse({ code: 'record_refused' });
    }
    const before = state;
    state = decision.events.reduce(evolve, state);
    if (endsCollecting(before, decision.events)) void flushAside(state.version);
    needsNewRun ||= command.type === 'ReencryptSubscription';
    return { ok: true, subscription: state };
  };

  setHandler(commandUpdate, (command) => {
    const mine = turn.then(() => carryOut(command));
    turn = mine.catch(() => undefined);
    return mine;
  });

  const isOver = (): boolean =>
    state?.status === 'deleted' || (endsWhileAbsent && state?.status === 'absent');

  await condition(
    () =>
      (isOver() || needsNewRun || workflowInfo().continueAsNewSuggested) &&
      allHandlersFinished() &&
      openFlushes === 0,
  );
  if (!isOver()) await continueAsNew<typeof subscription>(id, state);
}
