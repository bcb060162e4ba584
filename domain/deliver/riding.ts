/** What a group still owes: deliveries that wait for their first attempt, or for another one. */
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { GroupProgress, TaskHead, Waiting } from '../../schemas/delivery.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import type { AttemptEnd } from './attempt-end.ts';
import { retryOf } from './recorded-end.ts';

/** A group of `count` of which nothing has been attempted. */
export const allWaiting = (count: number): readonly Waiting[] =>
  Array.from({ length: count }, (_, index) => ({ index, attemptsMade: 0, dueAtMs: 0, failure: '' }));

/** When the first of them is due. */
export const nextDueMs = (waiting: readonly Waiting[]): number =>
  waiting.reduce((earliest, { dueAtMs }) => Math.min(earliest, dueAtMs), Number.POSITIVE_INFINITY);

/** For the Temporal UI: how many wait, for what and until when. */
export function describeWaiting(waiting: readonly Waiting[], count: number): string {
  const byFailure = new Map<string, number>();
  for (const { failure } of waiting) byFailure.set(failure, (byFailure.get(failure) ?? 0) + 1);
  const [most] = [...byFailure].sort(([, a], [, b]) => b - a);
  const next = new Date(nextDueMs(waiting)).toISOString();
  return `${waiting.length} of ${count} deliveries wait for another attempt, the next at ${next}; most: ${most?.[0]}`;
}

/**
 * What is known of a group when an execution of its activity has ended: what that has told with its end, or else the
 * latest of what was known `earlier`, since when something may have been recorded.
 */
export function knownAfter(
  told: GroupProgress | null,
  earlier: readonly (GroupProgress | null | undefined)[],
): GroupProgress | null {
  if (told !== null) return told;
  let latest: GroupProgress | null = null;
  for (const one of earlier) {
    if (one !== null && one !== undefined && (one.atMs ?? 0) >= (latest?.atMs ?? 0)) latest = one;
  }
  return latest === null ? null : { ...latest, isUnderWay: true };
}

/** What is left of a group after its worker died, by what the log says of its deliveries. */
export interface AfterRecall {
  readonly left: readonly Waiting[];
  /** Those that were to leave for a workflow of their own, which may not have been started. */
  readonly own: readonly {
    readonly index: number;
    readonly unfinished: Extract<AttemptEnd, { readonly step: 'retry' }>;
  }[];
}

/** `recalled` has the last record of each delivery that has one. */
export function waitingAfterRecall(
  before: readonly Waiting[],
  { id, heads }: { readonly id: string; readonly heads: readonly Pick<TaskHead, 'deliveryId'>[] },
  recalled: ReadonlyMap<DeliveryId, DeliveryEvent>,
): AfterRecall {
  const left: Waiting[] = [];
  const own: AfterRecall['own'][number][] = [];
  for (const one of before) {
    const { deliveryId } = heads[one.index]!;
    const event = recalled.get(deliveryId);
    if (event === undefined || event.type === 'DeliveryScheduled') {
      left.push(one);
    } else if (event.type === 'AttemptEnded' && event.next.step === 'retry') {
      if (event.number < one.attemptsMade) {
        left.push(one);
        continue;
      }
      const dueAtMs = Date.parse(event.next.next_attempt_at);
      const unfinished = retryOf(event, dueAtMs);
      if (event.workflow_id === deliveryId) {
        own.push({ index: one.index, unfinished });
      } else if (event.workflow_id === id) {
        const { failure } = unfinished;
        left.push({ index: one.index, attemptsMade: event.number, dueAtMs, failure });
      }
      // Else it was held, and the release that tried it since carries it: both would send its next attempt.
    }
    // All other records say that the group owes the delivery nothing any more.
  }
  return { left, own };
}
