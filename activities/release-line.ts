/**
 * One line of held deliveries: those that go to a subscription's own urls, or those that go to its fallback. Sends what
 * may go, oldest first and of each lane one at a time. It reads the line from PostgreSQL, which lags behind the log, so
 * it remembers what became of a delivery until the table has heard of it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { reasonToDisable } from '../domain/deliver/after-attempt.ts';
import { releaseId } from '../domain/deliver/carrier.ts';
import { mayStart, type Standing } from '../domain/deliver/lane.ts';
import { attemptsIfOwed } from '../domain/deliver/still-owed.ts';
import { heldDelivery } from '../domain/record/delivery-event.ts';
import type { EventLog, HeldChange } from '../infra/kafka/event-log.ts';
import type { HeldDeliveries, HeldRow } from '../infra/postgres/held-deliveries.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { AccountId, DeliveryId, SubscriptionId } from '../schemas/ids.ts';
import type { AttemptEnd, MakeAttempt } from './make-attempt.ts';
import { holdFallback } from './record-attempt.ts';

export interface ReleaseLineDeps {
  readonly makeAttempt: MakeAttempt;
  readonly eventLog: EventLog;
  readonly held: HeldDeliveries;
  readonly disableSubscription: (accountId: AccountId, id: SubscriptionId, reason: string) => Promise<void>;
  readonly now: () => Date;
}

/** Which line it is, and what tells of it. */
export interface LineOptions {
  readonly subscriptionId: SubscriptionId;
  /** The line that goes to the fallback. */
  readonly standsIn: boolean;
  /** Called for each delivery that has ended. */
  readonly onReleased: () => void;
}

/** Deliveries on the wire at once; the endpoint's own limit may be lower. */
const AT_ONCE = 128;
/** Lanes and single deliveries that are read at once, and how many of each lane. */
const PAGE = { heads: 250, perLane: 8 } as const;
/** What was read longer ago is read anew before it is sent: it may have been cancelled meanwhile. */
const PAGE_LIFE_MS = 2_000;
/** How soon the read model is asked again whether it has heard of what was sent, and whether there is more. */
const POLL_MS = 50;

type Refusal = Extract<AttemptEnd, { step: 'hold' }>;
type ReadRow = HeldRow & Pick<DeliveryTask, 'deliveryId' | 'lane'> & { readonly readAtMs: number };

export class ReleaseLine {
  private readonly deps: ReleaseLineDeps;
  private readonly options: LineOptions;
  /** In order; a lane is in it with all that was read of it, or with what is on the wire alone. */
  private line: readonly ReadRow[] = [];
  /** What was taken up here, with the attempts made before: the read model may not have heard of it yet. */
  private readonly taken = new Map<DeliveryId, { readonly attemptsMade: number; standing: Standing }>();
  private readonly onWire = new Set<Promise<void>>();
  private refusedUntilMs = 0;
  /** Why a delivery that was on the wire could not be recorded. */
  private failure: { readonly error: unknown } | null = null;

  constructor(deps: ReleaseLineDeps, options: LineOptions) {
    this.deps = deps;
    this.options = options;
  }

  /** The line that goes to the fallback. */
  get standsIn(): boolean {
    return this.options.standsIn;
  }

  /**
   * Sends what may be sent now. Answers how long until there may be more, 0 for at once; null where nothing is held.
   * Rejects while PostgreSQL is away, and where one could not be sent or recorded.
   */
  async advance(): Promise<number | null> {
    if (this.failure !== null) throw this.failure.error;
    const refusedMs = this.refusedUntilMs - performance.now();
    if (refusedMs > 0) return refusedMs;
    const rows = await this.startable();
    if (rows.length > 0) return this.sendInOrder(rows);
    if (this.onWire.size > 0) {
      // Not for its end alone: what comes meanwhile may be of another lane.
      await Promise.race([...this.onWire, delay(POLL_MS)]);
      return 0;
    }
    if (this.taken.size > 0) return POLL_MS;
    const dueAt = await this.deps.held.nextDueAt(this.options.subscriptionId, this.options.standsIn);
    return dueAt === null ? null : Math.max(1, dueAt.getTime() - this.deps.now().getTime());
  }

  /** Resolves once nothing is on the wire. */
  async settle(): Promise<void> {
    await Promise.all(this.onWire);
  }

  private async startable(): Promise<readonly ReadRow[]> {
    const known = mayStart(this.fresh(), (row) => this.standingOf(row));
    if (known.length > 0) return known;
    await this.read();
    return mayStart(this.line, (row) => this.standingOf(row));
  }

  private fresh(): readonly ReadRow[] {
    this.line = this.line.filter((row) => !isOld(row) || this.standingOf(row) === 'on_wire');
    return this.line;
  }

  private standingOf({ deliveryId, attemptsMade, notBefore }: ReadRow): Standing {
    const taken = this.taken.get(deliveryId);
    if (taken !== undefined && taken.attemptsMade >= attemptsMade) return taken.standing;
    return notBefore !== null && notBefore > this.deps.now() ? 'stopped' : 'waits';
  }

  /** Reads more, of lanes that nothing is known of. */
  private async read(): Promise<void> {
    const { held, now } = this.deps;
    const { subscriptionId, standsIn } = this.options;
    const attempts = new Map([...this.taken].map(([id, { attemptsMade }]) => [id, attemptsMade]));
    if (attempts.size > 0) {
      const unchanged = await held.unchanged(attempts);
      for (const [id, { standing }] of this.taken) {
        if (standing !== 'on_wire' && !unchanged.has(id)) this.taken.delete(id);
      }
    }
    const busyLanes = new Set(this.line.flatMap(({ lane }) => (lane === undefined ? [] : [lane])));
    const rows = await held.page({
      subscriptionId,
      standsIn,
      now: now(),
      taken: attempts,
      busyLanes,
      ...PAGE,
    });
    const readAtMs = performance.now();
    const owed: ReadRow[] = [];
    const ended: HeldRow[] = [];
    for (const row of rows) {
      const attemptsMade = attemptsIfOwed(row.task, row.attemptsMade, row.known);
      if (attemptsMade === null) ended.push(row);
      else owed.push({ ...row, ...identityOf(row.task), attemptsMade, readAtMs });
    }
    await this.end(ended);
    this.line = [...this.line, ...owed];
  }

  /** What has ended already, whatever the table says. */
  private async end(rows: readonly HeldRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.deps.eventLog.appendDeliveryEvents(
      [],
      rows.map(({ task }) => ({ change: 'end', task })),
    );
    for (const { task, attemptsMade } of rows) {
      this.taken.set(task.deliveryId, { attemptsMade, standing: 'ended' });
    }
  }

  /** Sends until all are on their way or were read too long ago, or until one may not go: then the time to wait. */
  private async sendInOrder(rows: readonly ReadRow[]): Promise<number> {
    for (const row of rows) {
      while (this.onWire.size >= AT_ONCE) await Promise.race(this.onWire);
      if (isOld(row)) return 0;
      const refusal = await this.admit(row);
      if (refusal === null) continue;
      const waitMs = refusal.waitMs ?? 0;
      this.refusedUntilMs = performance.now() + waitMs;
      return waitMs;
    }
    return 0;
  }

  /** Puts one on its way and resolves once it is on the wire (null), or once it is refused. */
  private admit(row: ReadRow): Promise<Refusal | null> {
    const { deliveryId, attemptsMade } = row;
    this.taken.set(deliveryId, { attemptsMade, standing: 'on_wire' });
    return new Promise((resolve, reject) => {
      const sending = this.send(row, () => resolve(null)).then(resolve, (error: unknown) => {
        // What became of it is for another execution to find out.
        this.failure = { error };
        reject(error);
      });
      const over = sending.finally(() => this.onWire.delete(over));
      this.onWire.add(over);
    });
  }

  private async send(row: ReadRow, onAdmitted: () => void): Promise<Refusal | null> {
    const { task, deliveryId, attemptsMade } = row;
    const { subscriptionId, onReleased } = this.options;
    const carrier = releaseId(subscriptionId);
    const number = attemptsMade + 1;
    const { end, events, fallback } = await this.deps.makeAttempt({ task, number, carrier, onAdmitted });
    if (end.step === 'hold') {
      this.taken.delete(deliveryId);
      return end;
    }
    await this.deps.eventLog.appendDeliveryEvents(events, [
      this.afterwards(task, end),
      ...holdFallback(fallback),
    ]);
    this.taken.set(deliveryId, { attemptsMade, standing: end.step === 'retry' ? 'stopped' : 'ended' });
    this.line = this.line.filter((other) =>
      // A lane that waits for its head is read anew when that is due.
      end.step === 'retry' && row.lane !== undefined ? other.lane !== row.lane : other !== row,
    );
    if (end.step !== 'retry') onReleased();
    const reason = reasonToDisable(end);
    if (reason !== null) await this.deps.disableSubscription(task.accountId, task.subscriptionId, reason);
    return null;
  }

  /** What failed and is to be tried again stays held until then: a release keeps no workflow for each. */
  private afterwards(task: DeliveryTask, end: AttemptEnd): HeldChange {
    if (end.step !== 'retry') return { change: 'end', task };
    const notBefore = new Date(this.deps.now().getTime() + end.delayMs);
    return { change: 'hold', held: heldDelivery(task, end.number, notBefore) };
  }
}

const isOld = ({ readAtMs }: ReadRow): boolean => performance.now() > readAtMs + PAGE_LIFE_MS;

const identityOf = ({ deliveryId, lane }: DeliveryTask): Pick<DeliveryTask, 'deliveryId' | 'lane'> =>
  lane === undefined ? { deliveryId } : { deliveryId, lane };
