/**
 * Hands the deliveries of a chunk to Temporal: each as a workflow of its own in quiet times, in groups under load.
 * When it answers, Temporal holds all of them. A chunk that somebody may have begun before is handed over so that
 * nothing is started twice.
 */
import pMap from 'p-map';
import { groupId, partId } from '../../domain/deliver/carrier.ts';
import {
  type GroupLimits,
  NO_RATE,
  planGroups,
  QUIET_PER_SECOND,
  rateAfter,
  type RecordDeliveries,
} from '../../domain/deliver/grouping.ts';
import { inParts } from '../../domain/in-parts.ts';
import { deliveryScheduled } from '../../domain/record/delivery-event.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import type { Chunk } from '../../infra/kafka/chunk-consumer.ts';
import type { EventLog } from '../../infra/kafka/event-log.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryGroup, DeliveryTask } from '../../schemas/delivery.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import type { Begun } from './first-attempts.ts';
import { createSmallGroups } from './small-groups.ts';
import { untilTaken } from './until-taken.ts';

/** The workflows of deliveries, as Temporal keeps them. Each call rejects while Temporal is away. */
export interface Carriers {
  /** Resolves once the delivery's workflow is there, also where it was before. */
  startDelivery(task: DeliveryTask): Promise<void>;
  /** Whether its first attempt may be made beside this process. */
  mayBegin(task: DeliveryTask): boolean;
  /** The same as `startDelivery`; its first attempt is made there, unless it is done elsewhere. */
  beginDelivery(task: DeliveryTask): Promise<Begun>;
  /** Whether an attempt that was begun there has not ended. */
  isUnderWay(task: DeliveryTask): boolean;
  /**
   * Resolves once the group's workflow is there. Answers the offset after the last record that it speaks for:
   * `nextOffset`, or another where a router that had the partition before has started it meanwhile.
   */
  startGroup(group: DeliveryGroup, nextOffset: bigint): Promise<bigint>;
  /** Resolves once none of the group's deliveries is left to it, or after a while where some still are. */
  groupEnded(groupId: string): Promise<void>;
  /** The offset after the last record that a group speaks for; null where there never was such a group. */
  nextOffsetOf(groupId: string): Promise<bigint | null>;
  /** Whether the delivery has, or has had, a workflow of its own. */
  hasDelivery(id: DeliveryId): Promise<boolean>;
  /** Resolves while workers keep up. Rejects when `signal` aborts. */
  room(signal: AbortSignal): Promise<void>;
}

export interface HandOverDeps {
  readonly carriers: Carriers;
  readonly eventLog: EventLog;
  readonly limits: GroupLimits;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A stretch of a partition: its deliveries, and whether a crash may have begun to hand it over. */
export type Stretch = Pick<Chunk, 'topic' | 'partition' | 'firstOffset' | 'nextOffset' | 'signal'> & {
  readonly records: readonly RecordDeliveries[];
  readonly isInDoubt: boolean;
};

/** Requests to Temporal on the wire at once, per chunk. */
const STARTS_AT_ONCE = 32;
/** Later than most first attempts of quiet times have ended, so that it takes no time from them. */
const SHOWN_AFTER_MS = 50;

/** What has become of a stretch. */
interface HandedOver {
  readonly groups: readonly DeliveryGroup[];
  /** Up to here, not including it, all is spoken for. */
  readonly nextOffset: bigint;
}

/** Rejects only when the work is taken from us. */
export function createHandOver(deps: HandOverDeps): (stretch: Stretch) => Promise<void> {
  const smallGroups = createSmallGroups();
  let rate = NO_RATE;
  /** Up to where groups that others started speak, by partition, where that is beyond what was handed over here. */
  const spokenFor = new Map<string, bigint>();

  const restAfter = async (groups: readonly DeliveryGroup[], signal: AbortSignal): Promise<void> => {
    const small = groups.filter(({ tasks }) => tasks.length <= deps.limits.deliveries / 2);
    for (const { id } of small) smallGroups.begin(deps.carriers.groupEnded(id));
    if (small.length > 0) await smallGroups.rest(signal);
  };

  return async (given) => {
    const { topic, partition, nextOffset, signal } = given;
    const key = `${topic}/${partition}`;
    const known = spokenFor.get(key);
    const note = (next: bigint): void => {
      if (next > nextOffset) spokenFor.set(key, next);
      else spokenFor.delete(key);
    };
    const covered = given.isInDoubt ? await coveredUntil(deps, given, known) : (known ?? given.firstOffset);
    note(covered);
    const stretch = covered > given.firstOffset ? restOf(given, covered) : given;

    const { records } = stretch;
    const count = countOf(records);
    rate = rateAfter(rate, count, performance.now());
    if (count === 0) return;
    if (stretch.isInDoubt) return note((await handOverAgain(deps, stretch)).nextOffset);
    if (deps.limits.deliveries === 1 || rate.perSecond <= QUIET_PER_SECOND) {
      await startEach(deps, stretch, records, rate.perSecond <= QUIET_PER_SECOND);
    } else {
      const handedOver = await startGroups(deps, stretch);
      note(handedOver.nextOffset);
      await restAfter(handedOver.groups, signal);
    }
  };
}

const countOf = (records: readonly RecordDeliveries[]): number =>
  records.reduce((sum, { tasks }) => sum + tasks.length, 0);

async function startEach(
  deps: HandOverDeps,
  { signal }: Stretch,
  records: readonly RecordDeliveries[],
  isQuiet: boolean,
): Promise<void> {
  const tasks = records.flatMap((record) => record.tasks);
  await pMap(tasks, (task) => startOne(deps, signal, task, isQuiet), { concurrency: STARTS_AT_ONCE });
}

async function startOne(
  deps: HandOverDeps,
  signal: AbortSignal,
  task: DeliveryTask,
  isQuiet: boolean,
): Promise<void> {
  const { carriers, eventLog } = deps;
  const scheduled = [deliveryScheduled(task, task.deliveryId, new Date())];
  if (!isQuiet || !carriers.mayBegin(task)) {
    const started = taken(deps, signal, () => carriers.startDelivery(task));
    await Promise.all([started, eventLog.appendDeliveryEvents(scheduled)]);
    return;
  }
  const begun = await taken(deps, signal, () => carriers.beginDelivery(task));
  if (begun === 'elsewhere') return eventLog.appendDeliveryEvents(scheduled);
  // Only so that it is seen before it ends: nobody waits for it. A Kafka that is away is told of by the attempts.
  setTimeout(() => {
    if (carriers.isUnderWay(task)) eventLog.appendDeliveryEvents(scheduled).catch(() => undefined);
  }, SHOWN_AFTER_MS).unref();
}

/**
 * One after the other, so that what was begun is known by its name alone. Who is in a group is recorded by its
 * first outcome: a record more for each delivery would be the dearest part of a fast one.
 */
async function startGroups(deps: HandOverDeps, stretch: Stretch): Promise<HandedOver> {
  const { topic, partition, firstOffset, nextOffset, signal } = stretch;
  const groups: DeliveryGroup[] = [];
  for (const planned of planGroups(stretch.records, firstOffset, nextOffset, deps.limits)) {
    await deps.carriers.room(signal);
    const place = { topic, partition, offset: String(planned.firstOffset) };
    const group = {
      id: planned.part === 0 ? groupId(place) : partId(place, digestOf(planned.tasks)),
      startedAt: new Date().toISOString(),
      tasks: planned.tasks,
    };
    const next = await taken(deps, signal, () => deps.carriers.startGroup(group, planned.nextOffset));
    // The name is the same, but who had the partition before had read less, or more: what it left out is nobody's yet.
    if (planned.part === 0 && next !== planned.nextOffset && next > planned.firstOffset) {
      const left = restOf(stretch, await coveredUntil(deps, restOf(stretch, next)));
      const again = await handOverAgain(deps, left);
      return { ...again, groups: [...groups, ...again.groups] };
    }
    groups.push(group);
  }
  return { groups, nextOffset };
}

const digestOf = (tasks: readonly DeliveryTask[]): string =>
  Buffer.from(sha256(tasks.map(({ deliveryId }) => deliveryId).join())).toString('hex');

/**
 * Where a stretch in doubt goes on after the groups that were started for it: `known` where one of before reaches into
 * it, for groups are found by their first offset alone.
 */
async function coveredUntil(
  deps: HandOverDeps,
  { topic, partition, firstOffset, nextOffset, signal }: Stretch,
  known = firstOffset,
): Promise<bigint> {
  let covered = known > firstOffset ? known : firstOffset;
  while (covered < nextOffset) {
    const id = groupId({ topic, partition, offset: String(covered) });
    const next = await taken(deps, signal, () => deps.carriers.nextOffsetOf(id));
    if (next === null || next <= covered) break;
    covered = next;
  }
  return covered;
}

/** Begins where groups of before end. */
const restOf = (stretch: Stretch, covered: bigint): Stretch => ({
  ...stretch,
  firstOffset: covered,
  records: stretch.records.filter(({ offset }) => offset >= covered),
});

/**
 * Of what no group speaks for, a few go alone, where Temporal refuses what it has; of many it is asked first, for a
 * workflow each would keep it busy for a minute.
 */
async function handOverAgain(deps: HandOverDeps, stretch: Stretch): Promise<HandedOver> {
  const { records, firstOffset, nextOffset } = stretch;
  if (deps.limits.deliveries === 1 || countOf(records) <= QUIET_PER_SECOND) {
    await startEach(deps, stretch, records, false);
    return { groups: [], nextOffset: firstOffset > nextOffset ? firstOffset : nextOffset };
  }
  return startGroups(deps, { ...stretch, records: await withoutOwnWorkflow(deps, stretch) });
}

/**
 * Without those that were started alone. They are the first of a stretch, and no more than a quiet time has: once none
 * of so many is found, no other was started.
 */
async function withoutOwnWorkflow(
  deps: HandOverDeps,
  { signal, records }: Stretch,
): Promise<readonly RecordDeliveries[]> {
  const ids = records.flatMap(({ tasks }) => tasks.map(({ deliveryId }) => deliveryId));
  const known = new Set<DeliveryId>();
  for (const some of inParts(ids, () => 1, { weight: QUIET_PER_SECOND })) {
    const before = known.size;
    await pMap(
      some,
      async (id) => {
        if (await taken(deps, signal, () => deps.carriers.hasDelivery(id))) known.add(id);
      },
      { concurrency: STARTS_AT_ONCE },
    );
    if (known.size === before) break;
  }
  return records
    .map(({ offset, tasks }) => ({ offset, tasks: tasks.filter(({ deliveryId }) => !known.has(deliveryId)) }))
    .filter(({ tasks }) => tasks.length > 0);
}

const taken = <T>({ logger }: HandOverDeps, signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  untilTaken({ logger, message: 'Temporal does not take deliveries' }, signal, work);
