/**
 * Sends what a subscription has held, as fast as its endpoints take it. Only one execution at a time works on a
 * subscription, for its workflow is the subscription's only one. It begins by waiting until the read model has caught up
 * with the log: one that takes over from a worker that died sends nothing again that was recorded.
 */
import { Context } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import { releaseId } from '../domain/deliver/carrier.ts';
import { deliveryCancelled } from '../domain/record/delivery-event.ts';
import { isLive } from '../domain/subscription/subscription.ts';
import type { DeliveryId, SubscriptionId } from '../schemas/ids.ts';
import type { AttemptDeps } from './make-attempt.ts';
import { ReleaseLine, type ReleaseLineDeps } from './release-line.ts';
import { createInTurn } from './in-turn.ts';

export interface ReleaseHeldDeps extends ReleaseLineDeps, Pick<AttemptDeps, 'lookUp' | 'shutdown'> {
  /**
   * For so long after the last attempt a release of a subscription with `ordered_by` goes on looking, so that steady
   * events do not start a workflow each.
   */
  readonly lingerMs: number;
}

/** Why a release came to its end for now. */
export type ReleaseEnd =
  /** Nothing is held any more, or nothing may be sent until the subscription is resumed. */
  | { readonly step: 'done' }
  /** The rest is not to be tried before `waitMs` have passed. */
  | { readonly step: 'wait'; readonly waitMs: number }
  /** There may be more at once; its workflow may begin anew before. */
  | { readonly step: 'go_on' };

/** For whoever watches: the heartbeat of a release. */
export interface ReleaseProgress {
  readonly released: number;
  readonly remaining: number;
}

/** A longer wait is left to the workflow. */
const SHORT_WAIT_MS = 2_000;
/** How soon a line that has nothing to send looks again while it lingers. */
const LOOK_EVERY_MS = 100;
/** The same for the line of a fallback that the subscription does not have. */
const LOOK_AT_NOTHING_EVERY_MS = 1_000;
const HEARTBEAT_EVERY_MS = 2_000;
/** After so long the workflow has a turn: its history is not to grow for ever. */
const TURN_MS = 600_000;
const CANCELLED_AT_ONCE = { count: 500, bytes: 4_000_000 } as const;
/** To the subscription's own urls, and to its fallback. */
const LINES = 2;

/** Resolves when nothing more can be sent now. Rejects while PostgreSQL is away, to be tried again. */
export const createReleaseHeld = (deps: ReleaseHeldDeps) => {
  const inTurn = createInTurn();
  return (subscriptionId: SubscriptionId): Promise<ReleaseEnd> => {
    const context = Context.current();
    return inTurn(context, subscriptionId, () => execute(deps, context, subscriptionId));
  };
};

async function execute(
  deps: ReleaseHeldDeps,
  context: Context,
  subscriptionId: SubscriptionId,
): Promise<ReleaseEnd> {
  const before = context.info.heartbeatDetails as ReleaseProgress | undefined;
  const progress = { released: before?.released ?? 0, remaining: before?.remaining ?? 0 };
  let isCounting = false;
  const beat = (): void => {
    context.heartbeat({ ...progress });
    // Where PostgreSQL is slow, questions would pile up.
    if (isCounting) return;
    isCounting = true;
    void deps.held
      .count(subscriptionId)
      .then(
        (count) => (progress.remaining = count),
        () => undefined,
      )
      .finally(() => (isCounting = false));
  };
  const beating = setInterval(beat, HEARTBEAT_EVERY_MS);
  try {
    await deps.held.caughtUp(deps.shutdown);
    for (;;) {
      const subscription = await deps.lookUp(subscriptionId, 0);
      if (!isLive(subscription))
        return await cancelAll(deps, context, subscriptionId, 'subscription_deleted');
      if (subscription.status === 'disabled') {
        return await cancelAll(deps, context, subscriptionId, 'subscription_disabled');
      }
      if (subscription.status === 'paused') return { step: 'done' };
      const end = await serve(deps, context, subscriptionId, () => (progress.released += 1));
      if (end !== null) return end;
    }
  } finally {
    clearInterval(beating);
  }
}

/** What the lines of one subscription share. */
interface Service {
  readonly deps: ReleaseHeldDeps;
  readonly subscriptionId: SubscriptionId;
  readonly startedMs: number;
  /** Aborted when both lines are to end: one has failed or has found a reason to stop, or somebody else goes on. */
  readonly over: AbortSignal;
  readonly stop: (why: Stop) => void;
  /** The lines that have nothing to send. */
  readonly resting: Map<ReleaseLine, Rest>;
  lastMovedMs: number;
}

interface Rest {
  /** How long it may wait; null where nothing is held. */
  readonly waitMs: number | null;
  /** What has moved until then it has seen. */
  readonly seenMs: number;
}

type Stop = 'inactive' | 'turn' | 'nothing_to_send';

/** Both lines at once, so that neither endpoint holds the other. Null where the subscription is active no more. */
async function serve(
  deps: ReleaseHeldDeps,
  { cancellationSignal: cancelled }: Context,
  subscriptionId: SubscriptionId,
  onReleased: () => void,
): Promise<ReleaseEnd | null> {
  const ending = new AbortController();
  const stops: Stop[] = [];
  const startedMs = performance.now();
  const service: Service = {
    deps,
    subscriptionId,
    startedMs,
    over: AbortSignal.any([cancelled, ending.signal]),
    stop(why) {
      stops.push(why);
      ending.abort();
    },
    resting: new Map(),
    lastMovedMs: startedMs,
  };
  const lines = [false, true].map(
    (standsIn) => new ReleaseLine(deps, { subscriptionId, standsIn, onReleased }),
  );
  const served = lines.map((line) => serveLine(service, line).finally(() => ending.abort()));
  try {
    await Promise.all(served);
    cancelled.throwIfAborted();
  } finally {
    // Whoever comes next would send again what is on the wire.
    await Promise.allSettled([...served, ...lines.map((line) => line.settle())]);
  }
  const [why] = stops;
  if (why === 'inactive') return null;
  return why === 'nothing_to_send' ? endOf(service) : { step: 'go_on' };
}

/** Resolves once the service is over. */
async function serveLine(service: Service, line: ReleaseLine): Promise<void> {
  const { deps, subscriptionId, over, resting, stop } = service;
  const rest = (ms: number): Promise<void> => delay(ms, undefined, { signal: over }).catch(() => undefined);
  while (!over.aborted) {
    const subscription = await deps.lookUp(subscriptionId, 0);
    if (!isLive(subscription) || subscription.status !== 'active') return stop('inactive');
    if (performance.now() > service.startedMs + TURN_MS) return stop('turn');
    const lookedMs = performance.now();
    const waitMs = await line.advance(subscription.settings);
    if (waitMs !== null && waitMs <= SHORT_WAIT_MS) {
      resting.delete(line);
      service.lastMovedMs = performance.now();
      if (waitMs > 0) await rest(Math.min(waitMs, LOOK_EVERY_MS));
      continue;
    }
    const { ordered_by: orderedBy, fallback } = subscription.settings;
    // Without a fallback none can come to its line, whatever moves in the other one.
    const isOver = line.standsIn && fallback === null && waitMs === null;
    resting.set(line, { waitMs, seenMs: isOver ? Number.POSITIVE_INFINITY : lookedMs });
    const lingerMs = orderedBy === null ? 0 : deps.lingerMs;
    if (haveSeenAll(service) && performance.now() >= service.lastMovedMs + lingerMs) {
      return stop('nothing_to_send');
    }
    await rest(isOver ? LOOK_AT_NOTHING_EVERY_MS : LOOK_EVERY_MS);
  }
}

const haveSeenAll = ({ resting, lastMovedMs }: Service): boolean =>
  resting.size === LINES && [...resting.values()].every(({ seenMs }) => seenMs >= lastMovedMs);

function endOf({ resting }: Service): ReleaseEnd {
  // The other line may have found something in the meantime.
  if (resting.size < LINES) return { step: 'go_on' };
  const waits = [...resting.values()].flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]));
  return waits.length === 0 ? { step: 'done' } : { step: 'wait', waitMs: Math.min(...waits) };
}

/** What a disabled or deleted subscription has held is owed no longer. */
async function cancelAll(
  deps: ReleaseHeldDeps,
  { cancellationSignal }: Context,
  subscriptionId: SubscriptionId,
  reason: string,
): Promise<ReleaseEnd> {
  const { count, bytes } = CANCELLED_AT_ONCE;
  const startedMs = performance.now();
  /** With the attempts made: those that the read model has not heard of yet. */
  let cancelled: ReadonlyMap<DeliveryId, number> = new Map();
  while (performance.now() <= startedMs + TURN_MS) {
    cancellationSignal.throwIfAborted();
    const rows = await deps.held.any(subscriptionId, cancelled, count, bytes);
    if (rows.length === 0) return { step: 'done' };
    const at = deps.now();
    await deps.eventLog.appendDeliveryEvents(
      rows.map(({ task }) => deliveryCancelled(task, releaseId(subscriptionId), at, reason)),
      rows.map(({ task }) => ({ change: 'end', task })),
    );
    const all = new Map([
      ...cancelled,
      ...rows.map(({ task, attemptsMade }): [DeliveryId, number] => [task.deliveryId, attemptsMade]),
    ]);
    const unheard = await deps.held.unchanged(all);
    cancelled = new Map([...all].filter(([id]) => unheard.has(id)));
  }
  return { step: 'go_on' };
}
