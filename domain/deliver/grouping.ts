/**
 * Which deliveries travel alone and which together. A workflow costs the same whatever is in it, so alone is for
 * quiet times, where each delivery then has a workflow that carries its name; together is for all others.
 */
import type { DeliveryTask } from '../../schemas/delivery.ts';
import { inParts } from '../in-parts.ts';

/** How many deliveries lately came in, per second: a moving average that forgets over RATE_WINDOW_MS. */
export interface Rate {
  readonly perSecond: number;
  readonly atMs: number;
}

const RATE_WINDOW_MS = 500;

/** The rate of which nothing is known. */
export const NO_RATE: Rate = { perSecond: 0, atMs: 0 };

/** The rate after `count` more came at `nowMs`. */
export function rateAfter(rate: Rate, count: number, nowMs: number): Rate {
  const elapsedMs = Math.max(0, nowMs - rate.atMs);
  const kept = rate.perSecond * Math.exp(-elapsedMs / RATE_WINDOW_MS);
  return { perSecond: kept + (count * 1_000) / RATE_WINDOW_MS, atMs: Math.max(rate.atMs, nowMs) };
}

/** Up to this many a second, each delivery is a workflow of its own: that keeps one core busy, of two. */
export const QUIET_PER_SECOND = 25;

/** How much one group may hold. */
export interface GroupLimits {
  readonly deliveries: number;
  /** Of bodies, in UTF-16 code units, which is close to bytes for JSON. */
  readonly bodyLength: number;
}

/** Of the bodies of one group: with names and framing, and whatever they hold, it stays below Temporal's 2 MB. */
const GROUP_BODY_LENGTH = 600_000;

/** With so many deliveries in a group, however they come to it. */
export const groupLimits = (deliveries: number): GroupLimits => ({
  deliveries,
  bodyLength: GROUP_BODY_LENGTH,
});

/** Deliveries that no record of Kafka stands for, cut into groups in their order. */
export const cutIntoGroups = <Carried extends { readonly task: DeliveryTask }>(
  carried: readonly Carried[],
  limits: GroupLimits,
): readonly (readonly Carried[])[] =>
  inParts(carried, ({ task }) => task.body.length, { count: limits.deliveries, weight: limits.bodyLength });

/** What one record of Kafka is owed to: in the order of offsets, and never empty. */
export interface RecordDeliveries {
  readonly offset: bigint;
  readonly tasks: readonly DeliveryTask[];
}

/** A group to be started. */
export interface PlannedGroup {
  /** It speaks for all records from here up to, not including, `nextOffset`. */
  readonly firstOffset: bigint;
  readonly nextOffset: bigint;
  /** Tells apart the groups of a record that has more deliveries than one group holds; 0 for the last to start. */
  readonly part: number;
  readonly tasks: readonly DeliveryTask[];
}

/**
 * Cuts a stretch of a partition, from `firstOffset` up to `nextOffset`, into groups, in the order in which they are
 * to be started, one after the other: whoever finds that the group of an offset was started knows that all before
 * it were, and all parts of it. A record with more deliveries than a group holds gets groups of its own.
 */
export function planGroups(
  records: readonly RecordDeliveries[],
  firstOffset: bigint,
  nextOffset: bigint,
  limits: GroupLimits,
): readonly PlannedGroup[] {
  const groups: { firstOffset: bigint; parts: DeliveryTask[][] }[] = [];
  let open: DeliveryTask[] | null = null;
  let openLength = 0;
  let from = firstOffset;
  for (const { offset, tasks } of records) {
    const length = lengthOf(tasks);
    const fits = open !== null && open.length + tasks.length <= limits.deliveries;
    if (open !== null && fits && openLength + length <= limits.bodyLength) {
      open.push(...tasks);
      openLength += length;
      continue;
    }
    if (groups.length > 0) from = offset;
    const parts = inParts(tasks, ({ body }) => body.length, {
      count: limits.deliveries,
      weight: limits.bodyLength,
    });
    groups.push({ firstOffset: from, parts });
    open = parts.length === 1 ? parts[0]! : null;
    openLength = length;
  }
  return groups.flatMap(({ firstOffset: first, parts }, index) =>
    parts
      .map((tasks, part) => ({
        firstOffset: first,
        nextOffset: groups[index + 1]?.firstOffset ?? nextOffset,
        part,
        tasks,
      }))
      .reverse(),
  );
}

const lengthOf = (tasks: readonly DeliveryTask[]): number =>
  tasks.reduce((sum, { body }) => sum + body.length, 0);
