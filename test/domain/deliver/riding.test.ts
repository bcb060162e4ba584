/** What a group finds itself left with when it begins again: whoever else carries a delivery keeps it. */
import { describe, expect, it } from 'vitest';
import { releaseId } from '../../../domain/deliver/carrier.ts';
import {
  allWaiting,
  describeWaiting,
  knownAfter,
  nextDueMs,
  waitingAfterRecall,
} from '../../../domain/deliver/riding.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import type { GroupProgress, Waiting } from '../../../schemas/delivery.ts';
import { taskOf } from '../../activities/task-of.ts';
import { at, attempted, cancelled, factsOf, held } from '../record/delivery-history.ts';

const group = { id: 'group:platform.events:0:0', heads: [taskOf(0), taskOf(1), taskOf(2)] };

/** The last records that the log has, one of each delivery. */
const after = (records: readonly DeliveryEvent[], before: readonly Waiting[] = allWaiting(3)) =>
  waitingAfterRecall(before, group, new Map(records.map((record) => [record.delivery_id, record])));
const by = (carrier: string, record: DeliveryEvent): DeliveryEvent => ({ ...record, workflow_id: carrier });
const left = (index: number, number: number, ms: number): Waiting => ({
  index,
  attemptsMade: number,
  dueAtMs: Date.parse(at(ms + 5_000)),
  failure: 'answered 503',
});

describe('a group that begins again', () => {
  it('is left with all of which the log tells nothing', () => {
    expect(after([])).toEqual({ left: allWaiting(3), own: [] });
  });

  it('owes nothing for what has ended', () => {
    const { left: rest, own } = after([attempted(0, 10, 1, 'succeed'), cancelled(1, 10)]);
    expect([rest, own]).toEqual([[allWaiting(3)[2]], []]);
  });

  it('goes on with the attempts of what rides in it', () => {
    const { left: rest } = after([by(group.id, attempted(1, 10, 2, 'retry'))]);
    expect(rest).toEqual([allWaiting(3)[0], left(1, 2, 10), allWaiting(3)[2]]);
  });

  it('hands over what was to leave for a workflow of its own', () => {
    const { left: rest, own } = after([attempted(2, 10, 1, 'retry')]);
    expect(rest).toEqual(allWaiting(3).slice(0, 2));
    expect(own).toMatchObject([{ index: 2, unfinished: { step: 'retry', number: 1 } }]);
  });

  it('leaves what is held to its release, also where that has tried it and failed', () => {
    const release = releaseId(factsOf(1).subscription_id);
    const { left: rest, own } = after([
      by(releaseId(factsOf(0).subscription_id), held(0, 10)),
      by(release, attempted(1, 20, 1, 'retry')),
    ]);
    expect([rest, own]).toEqual([[allWaiting(3)[2]], []]);
  });

  it('leaves a delivery to another group that carries it', () => {
    const { left: rest, own } = after([by('group:platform.events:0:180', attempted(0, 10, 1, 'retry'))]);
    expect([rest, own]).toEqual([allWaiting(3).slice(1), []]);
  });

  it('believes its own heartbeat where that knows of a later attempt than the log', () => {
    const before = [left(0, 3, 50)];
    expect(after([by(group.id, attempted(0, 10, 1, 'retry'))], before).left).toEqual(before);
  });
});

it('a group tells how many wait, for what and until when', () => {
  const waiting = [left(0, 1, 30_000), left(1, 1, 10_000)];
  expect(nextDueMs(waiting)).toBe(Date.parse(at(15_000)));
  expect(describeWaiting(waiting, 3)).toBe(
    `2 of 3 deliveries wait for another attempt, the next at ${at(15_000)}; most: answered 503`,
  );
});

describe('what is known of a group whose activity has ended', () => {
  const knownAt = (atMs: number, isUnderWay: boolean): GroupProgress => ({ isUnderWay, waiting: [], atMs });

  it('is what the activity has told, which is exact where nothing was under way', () => {
    expect(knownAfter(knownAt(5, false), [knownAt(9, true)])).toEqual(knownAt(5, false));
  });

  it('is else the latest of before, since when something may have happened', () => {
    expect(knownAfter(null, [null, knownAt(7, false), undefined, knownAt(3, true)])).toEqual(
      knownAt(7, true),
    );
  });

  it('is nothing where nobody has told anything', () => {
    expect(knownAfter(null, [null, undefined])).toBeNull();
  });
});
