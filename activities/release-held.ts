/**
 * Sends what a subscription has held: oldest first, several on the wire at once, as fast as the endpoint takes
 * them. Only one execution at a time works on a subscription, for its workflow is the subscription's only one.
 *
 * Held deliveries are read from PostgreSQL, which lags behind the log, so what was sent is remembered until the
 * read model has heard of it. An execution begins by waiting until the read model has caught up with the log: one
 * that takes over from a worker that died sends nothing again that was recorded.
 */
import { activityInfo, heartbeat } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonToDisable } from '../domain/deliver/after-attempt.ts';
import { deliveryCancelled, heldDelivery } from '../domain/record/delivery-event.ts';
import { releaseId } from '../domain/deliver/carrier.ts';
import { isLive, type Subscription } from '../domain/subscription/subscription.ts';
import type { EventLog } from '../infra/kafka/event-log.ts';
import type { HeldDeliveries, HeldRow } from '../infra/postgres/held-deliveries.ts';
import type { DeliveryTask, HeldDelivery } from '../schemas/delivery.ts';
import type { AccountId, DeliveryId, SubscriptionId } from '../schemas/ids.ts';
import type { AttemptEnd, MakeAttempt } from './make-attempt.ts';
import { workerShutdownSignal } from './worker-shutdown.ts';

export interface ReleaseHeldDeps {
  readonly makeAttempt: MakeAttempt;
  readonly eventLog: EventLog;
  readonly held: HeldDeliveries;
  readonly lookUp: (id: SubscriptionId, version: number) => Promise<Subscription>;
  readonly disableSubscription: (accountId: AccountId, id: SubscriptionId, reason: string) => Promise<void>;
  readonly now: () => Date;
}

/** Why a release came to its end for now. */
export type ReleaseEnd =
  /** Nothing is held any more, or nothing may be sent until the subscription is resumed. */
  | { readonly step: 'done' }
  /** The rest is not to be tried before `waitMs` have passed. */
  | { readonly step: 'wait'; readonly waitMs: number };

/** For whoever watches: the heartbeat of a release. */
export interface ReleaseProgress {
  readonly released: number;
  readonly remaining: number;
}

/** Deliveries on the wire at once; the endpoint's own limit may be lower. */
const AT_ONCE = 128;
const PAGE_ROWS = 500;
/** How soon the read model is asked again whether it has heard of what was sent. */
const POLL_MS = 50;
/** A longer wait is left to the workflow. */
const SHORT_WAIT_MS = 2_000;
const HEARTBEAT_EVERY_MS = 2_000;

/** Resolves when nothing more can be sent now. Rejects while PostgreSQL is away, to be tried again. */
export const createReleaseHeld = (deps: ReleaseHeldDeps) =>
  async function releaseHeld(subscriptionId: SubscriptionId): Promise<ReleaseEnd> {
    const signal = workerShutdownSignal();
    const before = activityInfo().heartbeatDetails as ReleaseProgress | undefined;
    const progress = { released: before?.released ?? 0, remaining: before?.remaining ?? 0 };
    const beating = setInterval(() => heartbeat({ ...progress }), HEARTBEAT_EVERY_MS);
    try {
      await deps.held.caughtUp(signal);
      return await new Release(deps, subscriptionId, progress, signal).run();
    } finally {
      clearInterval(beating);
    }
  };

class Release {
  private readonly deps: ReleaseHeldDeps;
  private readonly subscriptionId: SubscriptionId;
  private readonly progress: { released: number; remaining: number };
  private readonly signal: AbortSignal;
  private readonly onWire = new Set<Promise<void>>();
  /** What was taken up here, with the attempts made before: the read model may not have heard of it yet. */
  private readonly taken = new Map<DeliveryId, number>();

  constructor(
    deps: ReleaseHeldDeps,
    subscriptionId: SubscriptionId,
    progress: { released: number; remaining: number },
    signal: AbortSignal,
  ) {
    this.deps = deps;
    this.subscriptionId = subscriptionId;
    this.progress = progress;
    this.signal = signal;
  }

  async run(): Promise<ReleaseEnd> {
    for (;;) {
      this.signal.throwIfAborted();
      const subscription = await this.deps.lookUp(this.subscriptionId, 0);
      if (!isLive(subscription) || subscription.status === 'disabled') {
        return this.cancelAll(isLive(subscription) ? 'subscription_disabled' : 'subscription_deleted');
      }
      if (subscription.status === 'paused') return this.end({ step: 'done' });

      const rows = await this.nextRows();
      const waitMs = rows.length === 0 ? await this.untilMore() : await this.sendInOrder(rows);
      if (waitMs === null) return this.end({ step: 'done' });
      if (waitMs > SHORT_WAIT_MS) return this.end({ step: 'wait', waitMs });
      if (waitMs > 0) await delay(waitMs, undefined, { signal: this.signal });
    }
  }

  /** Due ones that were not taken up here, oldest first. */
  private async nextRows(): Promise<readonly HeldRow[]> {
    const { held, now } = this.deps;
    const unchanged = await held.unchanged(this.taken);
    for (const id of this.taken.keys()) if (!unchanged.has(id)) this.taken.delete(id);
    this.progress.remaining = await held.count(this.subscriptionId);
    return held.due(this.subscriptionId, now(), this.taken, PAGE_ROWS);
  }

  /** Sends until all are on their way, or until one may not go: then the time to wait. */
  private async sendInOrder(rows: readonly HeldRow[]): Promise<number> {
    for (const row of rows) {
      while (this.onWire.size >= AT_ONCE) await Promise.race(this.onWire);
      const refusal = await this.admit(row);
      if (refusal === null) continue;
      await Promise.all(this.onWire);
      return refusal.waitMs ?? 0;
    }
    return 0;
  }

  /** Puts one on its way and resolves once it is on the wire (null), or once it is refused. */
  private admit(row: HeldRow): Promise<Extract<AttemptEnd, { step: 'hold' }> | null> {
    const { task, attemptsMade } = row;
    this.taken.set(task.deliveryId, attemptsMade);
    return new Promise((resolve, reject) => {
      const sending = this.deps
        .makeAttempt({
          task,
          number: attemptsMade + 1,
          carrier: releaseId(this.subscriptionId),
          signal: this.signal,
          onAdmitted: () => resolve(null),
        })
        .then(async ({ end, events }) => {
          if (end.step === 'hold') {
            this.taken.delete(task.deliveryId);
            resolve(end);
            return;
          }
          await this.deps.eventLog.appendDeliveryEvents(events, [
            { deliveryId: task.deliveryId, held: this.stillHeld(task, end) },
          ]);
          if (end.step !== 'retry') this.progress.released += 1;
          const reason = reasonToDisable(end);
          if (reason !== null) {
            await this.deps.disableSubscription(task.accountId, task.subscriptionId, reason);
          }
          resolve(null);
        });
      const over = sending.catch(reject).finally(() => this.onWire.delete(over));
      this.onWire.add(over);
    });
  }

  /** What failed and is to be tried again stays held until then: a release keeps no workflow for each. */
  private stillHeld(task: DeliveryTask, end: AttemptEnd): HeldDelivery | null {
    if (end.step !== 'retry') return null;
    return heldDelivery(task, end.number, new Date(this.deps.now().getTime() + end.delayMs));
  }

  /** With nothing to send: how long until there may be something; null where nothing is held. */
  private async untilMore(): Promise<number | null> {
    if (this.onWire.size > 0) {
      await Promise.race(this.onWire);
      return 0;
    }
    if (this.taken.size > 0) return POLL_MS;
    const dueAt = await this.deps.held.nextDueAt(this.subscriptionId);
    return dueAt === null ? null : Math.max(1, dueAt.getTime() - this.deps.now().getTime());
  }

  private async end(end: ReleaseEnd): Promise<ReleaseEnd> {
    await Promise.all(this.onWire);
    return end;
  }

  /** What a disabled or deleted subscription has held is owed no longer. */
  private async cancelAll(reason: string): Promise<ReleaseEnd> {
    for (;;) {
      const rows = await this.deps.held.due(this.subscriptionId, null, this.taken, PAGE_ROWS);
      if (rows.length === 0) return this.end({ step: 'done' });
      const at = this.deps.now();
      await this.deps.eventLog.appendDeliveryEvents(
        rows.map(({ task }) => deliveryCancelled(task, releaseId(this.subscriptionId), at, reason)),
        rows.map(({ task }) => ({ deliveryId: task.deliveryId, held: null })),
      );
      for (const { task, attemptsMade } of rows) this.taken.set(task.deliveryId, attemptsMade);
    }
  }
}
