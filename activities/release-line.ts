/**
 * One line of held deliveries: those that go to a subscription's own urls, or those that go to its fallback. Sends what
 * may go, oldest first and of each lane one at a time; an origin that takes nothing now holds none that go elsewhere.
 *
 * It reads the line from PostgreSQL, which lags behind the log, so it remembers what became of a delivery until the
 * table has heard of it.
 */
import type { AttemptEnd } from '../domain/deliver/attempt-end.ts';
import { reasonToDisable } from '../domain/deliver/after-attempt.ts';
import { releaseId } from '../domain/deliver/carrier.ts';
import { mayStart, type Standing } from '../domain/deliver/lane.ts';
import { attemptsIfOwed } from '../domain/deliver/still-owed.ts';
import { urlNow } from '../domain/deliver/target.ts';
import { heldDelivery } from '../domain/record/delivery-event.ts';
import type { EventLog, HeldChange } from '../infra/kafka/event-log.ts';
import type { HeldDeliveries, HeldRow } from '../infra/postgres/held-deliveries.ts';
import type { DeliveryTask } from '../schemas/delivery.ts';
import type { AccountId, DeliveryId, SubscriptionId } from '../schemas/ids.ts';
import type { MakeAttempt } from './make-attempt.ts';
import { holdBefore, holdFallback } from './record-attempt.ts';

export interface ReleaseLineDeps {
  readonly makeAttempt: MakeAttempt;
  readonly eventLog: EventLog;
  readonly held: HeldDeliveries;
  readonly disableSubscription: (accountId: AccountId, id: SubscriptionId, reason: string) => Promise<void>;
  readonly now: () => Date;
  /** Shared by all lines of a process. */
  readonly memory: ReleaseMemory;
}

/** What the lines have read and have not sent, in characters. */
export interface ReleaseMemory {
  bytes: number;
}

/** Which line it is, and what tells of it. */
export interface LineOptions {
  readonly subscriptionId: SubscriptionId;
  /** The line that goes to the fallback. */
  readonly standsIn: boolean;
  /** Called for each delivery that has ended. */
  readonly onReleased: () => void;
}

/** Deliveries on the wire to one origin at once; the endpoint's own limit may be lower. */
const AT_ONCE = 128;
/** Lanes and single deliveries that are read at once, and how many of each lane. */
const PAGE = { heads: 250, perLane: 8 } as const;
/** So much of it is read at once, and so much is kept by all lines of a process. Beyond, each reads one at a time. */
const PAGE_BYTES = 4_000_000;
const MOST_BYTES = 64_000_000;
/** What was read longer ago is read anew before it is sent: it may have been cancelled meanwhile. */
const PAGE_LIFE_MS = 2_000;
/** How soon the read model is asked again whether it has heard of what was sent, and whether there is more. */
const POLL_MS = 50;
/** Nothing further is sent while the read model has yet to hear of so many. */
const MOST_TAKEN = 10_000;
/** So many that go where nothing is taken now are passed over; what stands behind them waits with them. */
const MOST_PASSED_OVER = 5_000;
/** More attempts than any delivery has: the row is left out, whatever becomes of it in the table. */
const WHATEVER_ATTEMPTS = 2_147_483_647;

type Refusal = Extract<AttemptEnd, { step: 'hold' }>;
type ReadRow = HeldRow &
  Pick<DeliveryTask, 'deliveryId' | 'lane'> & { readonly origin: string; readonly readAtMs: number };
/** What decides where deliveries go. */
export type TargetSettings = Parameters<typeof urlNow>[0];

/**
 * Sends only while `advance` is called, again and again by one caller, who calls `settle` at the end whatever came before.
 * No delivery is on the wire twice at a time; what failed and is to be tried again stays held until then. One that could
 * not be sent or recorded fails the whole line.
 */
export class ReleaseLine {
  private readonly deps: ReleaseLineDeps;
  private readonly options: LineOptions;
  /** In order; a lane is in it with all that was read of it, or with what is on the wire alone. */
  private line: readonly ReadRow[] = [];
  private bytes = 0;
  /** What was taken up here, with the attempts made before: the read model may not have heard of it yet. */
  private readonly taken = new Map<DeliveryId, { readonly attemptsMade: number; standing: Standing }>();
  private readonly onWire = new Map<string, Set<Promise<void>>>();
  /** Origins whose rows are being sent, one after the other; each waits for its own endpoint alone. */
  private readonly sending = new Map<string, Promise<void>>();
  /** Wakes each who waits for something that is under way to end. */
  private readonly waiting = new Set<() => void>();
  /** Origins that take nothing before a moment. */
  private readonly refusedUntilMs = new Map<string, number>();
  /** What was read of those, oldest first, with the attempts made, and is not to be read again until then. */
  private readonly passedOver = new Map<string, Map<DeliveryId, number>>();
  /** No origin may be asked before: the subscription is over its rate limit. */
  private restsUntilMs = 0;
  private isSettling = false;
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
  async advance(settings: TargetSettings): Promise<number | null> {
    if (this.failure !== null) throw this.failure.error;
    const restMs = this.restsUntilMs - performance.now();
    if (restMs > 0) return restMs;
    const { rows, hasReadMore } = await this.startable(settings);
    for (const [origin, ofOrigin] of byOrigin(rows)) this.begin(origin, ofOrigin);
    if (this.underWay().length > 0) {
      // Not for its end alone: what comes meanwhile may be of another lane, or go elsewhere.
      await this.untilSomethingEnds();
      return 0;
    }
    if (hasReadMore) return 0;
    const { held, now } = this.deps;
    const { subscriptionId, standsIn } = this.options;
    if (this.refusedUntilMs.size > 0) {
      const refusedMs = Math.min(...this.refusedUntilMs.values()) - performance.now();
      // A retry that goes elsewhere may be due before.
      const dueAt =
        onlyOrigin(settings, standsIn) === null
          ? await held.nextDueAt(subscriptionId, standsIn, now())
          : null;
      return Math.max(1, Math.min(refusedMs, dueAt === null ? refusedMs : dueAt.getTime() - now().getTime()));
    }
    if (this.taken.size > 0) return POLL_MS;
    const dueAt = await held.nextDueAt(subscriptionId, standsIn);
    return dueAt === null ? null : Math.max(1, dueAt.getTime() - now().getTime());
  }

  /** Sends nothing more, and resolves once nothing is on the wire. */
  async settle(): Promise<void> {
    this.isSettling = true;
    await Promise.all(this.sending.values());
    await Promise.all(this.underWay());
    this.keep([]);
  }

  private keep(line: readonly ReadRow[]): void {
    const bytes = line.reduce((sum, { task }) => sum + task.body.length, 0);
    this.deps.memory.bytes += bytes - this.bytes;
    this.bytes = bytes;
    this.line = line;
  }

  private underWay(): readonly Promise<void>[] {
    return [...this.sending.values(), ...[...this.onWire.values()].flatMap((some) => [...some])];
  }

  /** At the latest after POLL_MS. No race of what is under way: each would leave its reactions at what hangs. */
  private untilSomethingEnds(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(polling);
        this.waiting.delete(wake);
        resolve();
      };
      const polling = setTimeout(wake, POLL_MS);
      this.waiting.add(wake);
    });
  }

  private tellOfAnEnd(): void {
    for (const wake of this.waiting) wake();
  }

  private async startable(
    settings: TargetSettings,
  ): Promise<{ readonly rows: readonly ReadRow[]; readonly hasReadMore: boolean }> {
    for (const [origin, untilMs] of this.refusedUntilMs) {
      if (performance.now() >= untilMs) this.refusedUntilMs.delete(origin);
    }
    // Where all goes one way, nothing behind what has to wait goes another.
    const only = onlyOrigin(settings, this.standsIn);
    if (only !== null && this.hasToWait(only)) return { rows: [], hasReadMore: false };
    this.keep(this.line.filter((row) => !isOld(row) || this.standingOf(row) === 'on_wire'));
    const known = this.mayBegin();
    if (known.length > 0) return { rows: known, hasReadMore: false };
    const hasReadMore = await this.read(settings);
    return { rows: this.mayBegin(), hasReadMore };
  }

  private mayBegin(): readonly ReadRow[] {
    return mayStart(this.line, (row) => this.standingOf(row)).filter(({ origin }) => !this.hasToWait(origin));
  }

  private hasToWait(origin: string): boolean {
    return this.refusedUntilMs.has(origin) || this.sending.has(origin);
  }

  private standingOf({ deliveryId, attemptsMade, notBefore }: ReadRow): Standing {
    const taken = this.taken.get(deliveryId);
    if (taken !== undefined && taken.attemptsMade >= attemptsMade) return taken.standing;
    return notBefore !== null && notBefore > this.deps.now() ? 'stopped' : 'waits';
  }

  /** Reads more, of lanes that nothing is known of. False where there is no more. */
  private async read(settings: TargetSettings): Promise<boolean> {
    await this.forgetHeard();
    if (this.taken.size >= MOST_TAKEN) return false;
    this.lookAgainAtThoseThatMayGo();
    if (this.countPassedOver() >= MOST_PASSED_OVER) return false;
    const { held, now } = this.deps;
    const { subscriptionId, standsIn } = this.options;
    const busyLanes = new Set(this.line.flatMap(({ lane }) => (lane === undefined ? [] : [lane])));
    const rows = await held.page({
      subscriptionId,
      standsIn,
      now: now(),
      taken: this.leftOut(),
      busyLanes,
      bytes: Math.max(1, Math.min(PAGE_BYTES, MOST_BYTES - this.deps.memory.bytes)),
      ...PAGE,
    });
    const readAtMs = performance.now();
    const owed: ReadRow[] = [];
    const ended: HeldRow[] = [];
    const stuckLanes = new Set<string>();
    for (const row of rows) {
      const attemptsMade = attemptsIfOwed(row.task, row.attemptsMade, row.known);
      const { deliveryId, lane } = row.task;
      const origin = originOf(settings, row.task);
      if (attemptsMade === null) ended.push(row);
      else if (lane !== undefined && stuckLanes.has(lane)) continue;
      else if (this.hasToWait(origin) && !owed.some((other) => isOfLane(other, lane))) {
        this.passOver(origin, deliveryId, row);
        if (lane !== undefined) stuckLanes.add(lane);
      } else
        owed.push({
          ...row,
          deliveryId,
          ...(lane === undefined ? {} : { lane }),
          attemptsMade,
          origin,
          readAtMs,
        });
    }
    await this.end(ended);
    this.keep([...this.line, ...owed]);
    return rows.length > 0;
  }

  /** What the read model has heard of is in it as it is now. */
  private async forgetHeard(): Promise<void> {
    if (this.taken.size === 0) return;
    const attempts = new Map([...this.taken].map(([id, { attemptsMade }]) => [id, attemptsMade]));
    const unchanged = await this.deps.held.unchanged(attempts);
    for (const [id, { standing }] of this.taken) {
      if (standing !== 'on_wire' && !unchanged.has(id)) this.taken.delete(id);
    }
  }

  private leftOut(): ReadonlyMap<DeliveryId, number> {
    return new Map([
      ...[...this.passedOver.values()].flatMap((some) => [...some]),
      ...[...this.taken].map(([id, { attemptsMade }]): [DeliveryId, number] => [id, attemptsMade]),
      ...this.line.map(({ deliveryId }): [DeliveryId, number] => [deliveryId, WHATEVER_ATTEMPTS]),
    ]);
  }

  private passOver(origin: string, id: DeliveryId, { attemptsMade }: HeldRow): void {
    const some = this.passedOver.get(origin) ?? new Map<DeliveryId, number>();
    this.passedOver.set(origin, some.set(id, attemptsMade));
  }

  private countPassedOver(): number {
    return [...this.passedOver.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** A page of each at a time: of the others it is known where they go. */
  private lookAgainAtThoseThatMayGo(): void {
    for (const [origin, some] of this.passedOver) {
      if (this.hasToWait(origin) || this.line.some((row) => row.origin === origin)) continue;
      for (const id of [...some.keys()].slice(0, PAGE.heads)) some.delete(id);
      if (some.size === 0) this.passedOver.delete(origin);
    }
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

  /** Sends those to one origin in order, beside what goes to others. */
  private begin(origin: string, rows: readonly ReadRow[]): void {
    const sending = this.sendInOrder(origin, rows)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => {
        this.sending.delete(origin);
        this.tellOfAnEnd();
      });
    this.sending.set(origin, sending);
  }

  /** Sends until all are on their way or were read too long ago, or until one may not go. */
  private async sendInOrder(origin: string, rows: readonly ReadRow[]): Promise<void> {
    for (const row of rows) {
      while ((this.onWire.get(origin)?.size ?? 0) >= AT_ONCE) await this.untilSomethingEnds();
      if (isOld(row) || this.isSettling) return;
      const refusal = await this.admit(row);
      if (refusal === null) continue;
      const untilMs = performance.now() + (refusal.waitMs ?? 0);
      if (refusal.reason === 'rate_limited') this.restsUntilMs = untilMs;
      else if (refusal.waitMs !== null) this.refusedUntilMs.set(origin, untilMs);
      return;
    }
  }

  /** Puts one on its way and resolves once it is on the wire (null), or once it is refused. */
  private admit(row: ReadRow): Promise<Refusal | null> {
    const { deliveryId, attemptsMade, origin } = row;
    this.taken.set(deliveryId, { attemptsMade, standing: 'on_wire' });
    const onWire = this.onWire.get(origin) ?? new Set();
    this.onWire.set(origin, onWire);
    return new Promise((resolve, reject) => {
      const sending = this.send(row, () => resolve(null)).then(resolve, (error: unknown) => {
        // What became of it is for another execution to find out.
        this.failure = { error };
        reject(error);
      });
      const over = sending.finally(() => {
        onWire.delete(over);
        this.tellOfAnEnd();
      });
      onWire.add(over);
    });
  }

  private async send(row: ReadRow, onAdmitted: () => void): Promise<Refusal | null> {
    const { task, deliveryId, attemptsMade } = row;
    const { subscriptionId, onReleased } = this.options;
    const carrier = releaseId(subscriptionId);
    const number = attemptsMade + 1;
    const { end, events, fallback } = await this.deps.makeAttempt({
      task,
      body: task.body,
      number,
      carrier,
      onAdmitted,
    });
    if (end.step === 'hold') {
      this.taken.delete(deliveryId);
      return end;
    }
    // It has left a place on the wire, and its endpoint may have come back.
    this.refusedUntilMs.delete(row.origin);
    await holdBefore(this.deps.eventLog, holdFallback(fallback));
    await this.deps.eventLog.appendDeliveryEvents(events, [this.afterwards(task, end)]);
    this.taken.set(deliveryId, { attemptsMade, standing: end.step === 'retry' ? 'stopped' : 'ended' });
    this.keep(
      this.line.filter((other) =>
        // A lane that waits for its head is read anew when that is due.
        end.step === 'retry' && row.lane !== undefined ? other.lane !== row.lane : other !== row,
      ),
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

const isOfLane = (row: ReadRow, lane: string | undefined): boolean => lane !== undefined && row.lane === lane;

/** Where a gate stands before it; one that can go nowhere is cancelled when it is asked for. */
function originOf(settings: TargetSettings, task: DeliveryTask): string {
  const url = urlNow(settings, task, task.body);
  return url === null ? '' : new URL(url).origin;
}

/** The origin that all of a line goes to; null where routes may lead to several. */
function onlyOrigin({ url, routes, fallback }: TargetSettings, standsIn: boolean): string | null {
  if (!standsIn && routes.length > 0) return null;
  const target = standsIn ? fallback?.url : url;
  return target === undefined ? null : new URL(target).origin;
}

function byOrigin(rows: readonly ReadRow[]): ReadonlyMap<string, readonly ReadRow[]> {
  const some = new Map<string, ReadRow[]>();
  for (const row of rows) {
    const ofOrigin = some.get(row.origin);
    if (ofOrigin === undefined) some.set(row.origin, [row]);
    else ofOrigin.push(row);
  }
  return some;
}
