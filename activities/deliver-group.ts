/**
 * Many deliveries in one activity: makes all first attempts at once, records each as it ends, and is done when
 * none is left. What failed and is to be tried again leaves for a workflow of its own while there is room for
 * one; beyond that it rides on: the activity fails with the time of the next attempt, and the server starts it
 * again then, all attempts that are due together, with the same offer after each.
 *
 * What is left is kept in the heartbeat. An execution that died knows no more than that, so the next one asks the log
 * what came of the rest since then: what is recorded is never sent again. One that was only taken for dead, because
 * the machine was too busy for its heartbeats, sends nothing more once it hears of it, and is waited for in its
 * process.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { reasonToDisable } from '../domain/deliver/after-attempt.ts';
import { deliveryCancelled, deliveryScheduled } from '../domain/record/delivery-event.ts';
import { allWaiting, describeWaiting, nextDueMs, waitingAfterRecall } from '../domain/deliver/riding.ts';
import { onAbort } from '../infra/http/shared-abort.ts';
import { openGroup, type OpenGroup } from '../infra/temporal/packed-group.ts';
import type {
  DeliveryTask,
  GroupOrder,
  GroupProgress,
  PackedGroup,
  TaskHead,
  Waiting,
} from '../schemas/delivery.ts';
import type { AccountId, SubscriptionId } from '../schemas/ids.ts';
import { createInTurn } from './in-turn.ts';
import {
  type AttemptDeps,
  type AttemptMade,
  type Deliverable,
  type MakeAttempt,
  wholeTask,
} from './make-attempt.ts';
import { CLOCK_SKEW_MS, type Recall } from './recall.ts';
import { type RecordDeps, recordAttempt } from './record-attempt.ts';
import type { Unfinished } from './retry-delivery.ts';

export interface DeliverGroupDeps extends RecordDeps, Pick<AttemptDeps, 'now' | 'shutdown'> {
  readonly makeAttempt: MakeAttempt;
  /** Starts a workflow of its own for a delivery that is to be retried; one that runs already is left alone. */
  readonly startOwn: (task: DeliveryTask, unfinished: Unfinished) => Promise<void>;
  /** True where there is room for one more workflow; it then counts as taken. */
  readonly takeRoom: () => boolean;
  readonly recall: Recall;
  readonly disableSubscription: (accountId: AccountId, id: SubscriptionId, reason: string) => Promise<void>;
}

/** Attempts that are due within this time are made by one execution. */
const DUE_TOGETHER_MS = 3_000;
/** Well below the heartbeat timeout of workflows/delivery-group.ts. */
const HEARTBEAT_EVERY_MS = 2_000;
/** What has no outcome by then is recorded as under way, so that it is seen. */
const SHOWN_AFTER_MS = 1_000;

/** What was asked of single deliveries, and what was known of the group then; null where nothing was. */
interface Asked {
  readonly orders: readonly GroupOrder[];
  readonly known: GroupProgress | null;
}

/**
 * Resolves when no delivery of the group is left to it. Rejects with what is known of the group then, where it was asked
 * to end.
 */
export const createDeliverGroup = (deps: DeliverGroupDeps) => {
  const inTurn = createInTurn();
  return (
    packed: PackedGroup,
    orders: readonly GroupOrder[] = [],
    known: GroupProgress | null = null,
  ): Promise<void> => {
    const group = openGroup(packed);
    const context = Context.current();
    return inTurn(context, group.id, () => execute(deps, context, group, { orders, known }));
  };
};

async function execute(
  deps: DeliverGroupDeps,
  context: Context,
  group: OpenGroup,
  asked: Asked,
): Promise<void> {
  const unlessSent = context.cancellationSignal;
  const waiting = new Map<number, Waiting>();
  for (const one of await whatIsLeft(deps, group, asked, context)) waiting.set(one.index, one);

  /** When each attempt whose record may be on its way to the log was made. */
  const recording = new Map<number, number>();
  const progress = (isUnderWay: boolean): GroupProgress => ({
    isUnderWay,
    waiting: [...waiting.values()],
    atMs: Math.min(deps.now().getTime(), ...recording.values()),
  });
  const beat = (isUnderWay: boolean): void => context.heartbeat(progress(isUnderWay));
  // Over what an earlier execution left: that its deliveries wait. Whoever finds nothing at all asks the log.
  if (context.info.attempt > 1) beat(true);
  const beating = setInterval(beat, HEARTBEAT_EVERY_MS, true);
  const showing = setTimeout(() => void showLate(deps, group, waiting), SHOWN_AFTER_MS);
  try {
    const nowMs = deps.now().getTime();
    const due = [...waiting.values()].filter(({ dueAtMs }) => dueAtMs <= nowMs + DUE_TOGETHER_MS);
    const standing = { waiting, recording };
    const made = await Promise.allSettled(due.map((one) => attempt(deps, group, one, standing, unlessSent)));
    // Only now: the execution that follows would send again what is still on the wire.
    const reasons = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    if (reasons.length > 0 && !isAskedToEnd(context)) throw reasons[0];
    // What was not sent because of that is left as it was.
    if (reasons.some((reason) => reason !== unlessSent.reason)) throw askedToEnd(progress(true));
  } finally {
    clearInterval(beating);
    clearTimeout(showing);
  }
  if (waiting.size === 0) return;

  if (isAskedToEnd(context)) throw askedToEnd(progress(false));
  beat(false);
  const left = [...waiting.values()];
  throw ApplicationFailure.create({
    message: describeWaiting(left, group.heads.length),
    type: 'DeliveriesWait',
    nextRetryDelay: Math.max(1, nextDueMs(left) - deps.now().getTime()),
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** By its workflow, for somebody wants something of a delivery in it. */
const isAskedToEnd = ({ cancellationDetails }: Context): boolean =>
  cancellationDetails?.cancelRequested === true;

/** The server then does not begin it again, and the workflow passes on what it was told. */
const askedToEnd = (progress: GroupProgress): ApplicationFailure =>
  ApplicationFailure.create({
    message: 'to begin again with what is asked of its deliveries',
    type: 'DeliveriesWait',
    details: [progress],
    category: ApplicationFailureCategory.BENIGN,
  });

async function whatIsLeft(
  deps: DeliverGroupDeps,
  group: OpenGroup,
  { orders, known }: Asked,
  context: Context,
): Promise<readonly Waiting[]> {
  const isFirst = context.info.attempt === 1;
  if (isFirst && orders.length === 0) return allWaiting(group.heads.length);
  const progress = context.info.heartbeatDetails as GroupProgress | undefined;
  if (progress?.isUnderWay === false) return progress.waiting;
  if (isFirst && known?.isUnderWay === false) return carryOut(deps, group, orders, known.waiting);
  // A worker died over it, and its last heartbeat may be older than its last record; or the wait was ended for an order.
  const left = await recalled(deps, group, progress ?? known ?? untouched(group), context);
  return carryOut(deps, group, orders, left);
}

/** What is known of a group of which nobody has told anything. */
const untouched = (group: OpenGroup): GroupProgress => ({
  isUnderWay: true,
  waiting: allWaiting(group.heads.length),
  atMs: Date.parse(group.startedAt),
});

/** What the log makes of `progress`. */
async function recalled(
  deps: DeliverGroupDeps,
  group: OpenGroup,
  progress: GroupProgress,
  context: Context,
): Promise<readonly Waiting[]> {
  const { waiting, atMs = Date.parse(group.startedAt) } = progress;
  const ids = new Set(waiting.map(({ index }) => group.heads[index]!.deliveryId));
  // Reading may take longer than a server waits for a sign of life.
  const beating = setInterval(() => context.heartbeat(progress), HEARTBEAT_EVERY_MS);
  try {
    const records = await deps.recall(ids, atMs - CLOCK_SKEW_MS, deps.shutdown);
    const { left, own } = waitingAfterRecall(waiting, group, records);
    // It may have died between recording that a delivery leaves and starting its workflow.
    await Promise.all(
      own.map(({ index, unfinished }) => deps.startOwn(wholeTask(deliveryAt(group, index)), unfinished)),
    );
    // Or between recording that a receiver is gone and having its subscription disabled.
    await Promise.all(
      group.heads.map(async (task) => {
        const last = records.get(task.deliveryId);
        if (last?.type === 'AttemptEnded') await disableWhereGone(deps, task, last.next);
      }),
    );
    return left;
  } finally {
    clearInterval(beating);
  }
}

/** Does what was asked of single deliveries, and answers what is left to the group. */
async function carryOut(
  deps: DeliverGroupDeps,
  group: OpenGroup,
  orders: readonly GroupOrder[],
  left: readonly Waiting[],
): Promise<readonly Waiting[]> {
  const asked = new Map(orders.map((order) => [order.deliveryId, order]));
  const orderOf = ({ index }: Waiting): GroupOrder | undefined => asked.get(group.heads[index]!.deliveryId);
  for (const one of left) {
    const delivery = deliveryAt(group, one.index);
    const order = orderOf(one);
    if (order?.do === 'cancel') {
      const cancelled = deliveryCancelled(delivery.task, group.id, deps.now(), 'asked_for');
      await deps.eventLog.appendDeliveryEvents([cancelled]);
    }
    if (order?.do === 'retryNow') {
      const { attemptsMade: number, failure } = one;
      await deps.startOwn(wholeTask(delivery), { step: 'retry', number, delayMs: 1, failure });
    }
  }
  return left.filter((one) => orderOf(one) === undefined);
}

const deliveryAt = (group: OpenGroup, index: number): Deliverable => ({
  task: group.heads[index]!,
  body: group.bodyOf(index),
});

/** Of one execution, by the places of deliveries in the group. */
interface Standing {
  readonly waiting: Map<number, Waiting>;
  readonly recording: Map<number, number>;
}

async function attempt(
  deps: DeliverGroupDeps,
  group: OpenGroup,
  { index, attemptsMade, dueAtMs }: Waiting,
  standing: Standing,
  unlessSent: AbortSignal,
): Promise<void> {
  const earlyMs = dueAtMs - deps.now().getTime();
  if (earlyMs > 0) await untilDue(earlyMs, unlessSent);
  const delivery = deliveryAt(group, index);
  const { task, body } = delivery;
  const made = await deps.makeAttempt({
    task,
    body,
    number: attemptsMade + 1,
    carrier: group.id,
    unlessSent,
  });
  await conclude(deps, delivery, index, made, standing);
}

/** Records an attempt, and has its delivery go on where it is to. */
async function conclude(
  deps: DeliverGroupDeps,
  delivery: Deliverable,
  index: number,
  made: AttemptMade,
  { waiting, recording }: Standing,
): Promise<void> {
  const { end } = made;
  // Until it is told whether the log holds the record, who recalls has to look for it from here on.
  recording.set(index, deps.now().getTime());
  if (end.step === 'retry' && !deps.takeRoom()) {
    await recordAttempt(deps, delivery, made);
    const nextMs = deps.now().getTime() + end.delayMs;
    waiting.set(index, { index, attemptsMade: end.number, dueAtMs: nextMs, failure: end.failure });
    recording.delete(index);
    return;
  }
  if (end.step === 'retry') {
    await recordAttempt(deps, delivery, carriedByItself(delivery, made));
    await deps.startOwn(wholeTask(delivery), end);
  } else {
    await recordAttempt(deps, delivery, made);
  }
  await disableWhereGone(deps, delivery.task, end);
  waiting.delete(index);
  recording.delete(index);
}

/**
 * Rejects with the reason of `signal`, which ends the waiting. An activity's own is enough: it aborts at the end of the
 * process as well, and whatever is joined to a signal of the process stays there until then.
 */
async function untilDue(earlyMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const forgetSignal = onAbort(signal, () => {
      clearTimeout(waiting);
      reject(signal.reason as Error);
    });
    const waiting = setTimeout(() => {
      forgetSignal();
      resolve();
    }, earlyMs);
  });
}

async function disableWhereGone(
  { disableSubscription }: DeliverGroupDeps,
  { accountId, subscriptionId }: TaskHead,
  end: Parameters<typeof reasonToDisable>[0],
): Promise<void> {
  const reason = reasonToDisable(end);
  if (reason !== null) await disableSubscription(accountId, subscriptionId, reason);
}

const carriedByItself = ({ task }: Deliverable, made: AttemptMade): AttemptMade => ({
  ...made,
  events: made.events.map((event) => ({ ...event, workflow_id: task.deliveryId })),
});

/**
 * In quiet times an outcome is there before anybody looks; a delivery on a slow endpoint is to be seen as well. Never
 * rejects.
 */
async function showLate(
  deps: DeliverGroupDeps,
  group: OpenGroup,
  waiting: ReadonlyMap<number, Waiting>,
): Promise<void> {
  const late = [...waiting.values()].filter(({ attemptsMade }) => attemptsMade === 0);
  const at = new Date(group.startedAt);
  const scheduled = late.map(({ index }) => deliveryScheduled(group.heads[index]!, group.id, at));
  // Only so that they are seen sooner: a Kafka that is away is told of by the attempts.
  await deps.eventLog.appendDeliveryEvents(scheduled).catch(() => undefined);
}
