/** Who carries the deliveries of a chunk. Time is the test's own; Temporal is a list of what was started. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QUIET_PER_SECOND, type RecordDeliveries } from '../../../domain/deliver/grouping.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';
import { createHandOver, type Stretch } from '../../../services/router/hand-over.ts';
import { taskOf } from '../../activities/task-of.ts';

const MANY = 2 * QUIET_PER_SECOND;

let alone: DeliveryId[];
/** Those whose first attempt is begun beside the router, of which some may have ended. */
let begun: DeliveryId[];
let ended: Set<DeliveryId>;
/** Whether there is room beside the router. */
let hasRoom: boolean;
/** What is recorded as handed over. */
let shown: DeliveryId[];
let groups: { readonly id: string; readonly ids: readonly DeliveryId[] }[];
/** Whether groups last until they are ended here, by their id. */
let takeLong: boolean;
let underWay: Map<string, () => void>;
/** What Temporal has from before. */
let groupsBefore: Map<string, bigint>;
/** What another router starts just before this one does. */
let groupsMeanwhile: Map<string, bigint>;
let aloneBefore: Set<DeliveryId>;
/** Of which deliveries Temporal was asked. */
let asked: DeliveryId[];
let handOver: (stretch: Stretch) => Promise<void>;
beforeEach(() => {
  vi.useFakeTimers();
  alone = [];
  begun = [];
  ended = new Set();
  hasRoom = true;
  shown = [];
  groups = [];
  takeLong = false;
  underWay = new Map();
  groupsBefore = new Map();
  groupsMeanwhile = new Map();
  aloneBefore = new Set();
  asked = [];
  handOver = createHandOver({
    carriers: {
      startDelivery: ({ deliveryId }) => Promise.resolve(void alone.push(deliveryId)),
      mayBegin: () => hasRoom,
      beginDelivery({ deliveryId }) {
        begun.push(deliveryId);
        return Promise.resolve('here');
      },
      isUnderWay: ({ deliveryId }) => !ended.has(deliveryId),
      startGroup: ({ id, tasks }, nextOffset) => {
        const others = groupsMeanwhile.get(id);
        if (others === undefined) groups.push({ id, ids: tasks.map(idOf) });
        return Promise.resolve(others ?? nextOffset);
      },
      groupEnded: (id) => new Promise((resolve) => (takeLong ? void underWay.set(id, resolve) : resolve())),
      nextOffsetOf: (id) => Promise.resolve(groupsBefore.get(id) ?? null),
      hasDelivery(id) {
        asked.push(id);
        return Promise.resolve(aloneBefore.has(id));
      },
      room: () => Promise.resolve(),
    },
    eventLog: {
      appendDeliveryEvents(events) {
        shown.push(...events.map(({ delivery_id }) => delivery_id));
        return Promise.resolve();
      },
      appendSubscriptionEvents: () => Promise.resolve(),
    },
    limits: { deliveries: 250, bodyLength: 400_000 },
    logger: { warn: () => undefined },
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const idOf = ({ deliveryId }: DeliveryTask): DeliveryId => deliveryId;
const recordsFrom = (first: number, count: number): readonly RecordDeliveries[] =>
  Array.from({ length: count }, (_, index) => ({
    offset: BigInt(first + index),
    tasks: [taskOf(first + index)],
  }));
const idsFrom = (first: number, count: number): readonly DeliveryId[] =>
  recordsFrom(first, count).flatMap(({ tasks }) => tasks.map(idOf));
const stretch = (first: number, count: number, isInDoubt = false): Stretch => ({
  topic: 'platform.events',
  partition: 0,
  firstOffset: BigInt(first),
  nextOffset: BigInt(first + count),
  signal: new AbortController().signal,
  records: recordsFrom(first, count),
  isInDoubt,
});

describe('in quiet times', () => {
  it('each delivery travels alone, and is begun beside the router', async () => {
    await handOver(stretch(0, 3));
    expect([begun, alone, groups]).toEqual([idsFrom(0, 3), [], []]);
  });

  it('each is begun by any worker where there is no room, and is seen at once', async () => {
    hasRoom = false;
    await handOver(stretch(0, 3));
    expect([begun, alone, shown]).toEqual([[], idsFrom(0, 3), idsFrom(0, 3)]);
  });

  it('what was begun is seen only where its first attempt takes long', async () => {
    await handOver(stretch(0, 3));
    ended = new Set(idsFrom(0, 2));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown).toEqual(idsFrom(2, 1));
  });

  it('what a crash may have begun is not begun beside the router', async () => {
    await handOver(stretch(0, 3, true));
    expect([begun, alone]).toEqual([[], idsFrom(0, 3)]);
  });
});

it('many deliveries travel together, in a group that is named for the place of the first', async () => {
  await handOver(stretch(7, MANY));
  expect([alone, groups]).toEqual([[], [{ id: 'group:platform.events:0:7', ids: idsFrom(7, MANY) }]]);
});

describe('a partition whose group is small', () => {
  const GROUPS = ['group:platform.events:0:0', 'group:platform.events:1:0', 'group:platform.events:2:0'];
  /** Hands over a small group in each of three partitions, and answers which of them read on. */
  const handOverThree = async (): Promise<boolean[]> => {
    takeLong = true;
    const readsOn = GROUPS.map(() => false);
    for (const partition of readsOn.keys())
      void handOver({ ...stretch(0, MANY), partition }).then(() => (readsOn[partition] = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(groups.map(({ id }) => id)).toEqual(GROUPS);
    return readsOn;
  };
  const end = async (group: string): Promise<void> => {
    underWay.get(group)!();
    await vi.advanceTimersByTimeAsync(0);
  };

  it('reads on where no other is under way, and else rests until so many have ended', async () => {
    const readsOn = await handOverThree();
    expect(readsOn).toEqual([true, false, false]);
    await end(GROUPS[2]!);
    expect(readsOn).toEqual([true, false, false]);
    await end(GROUPS[0]!);
    expect(readsOn).toEqual([true, true, true]);
  });

  it('does not wait for endpoints that take their time', async () => {
    const readsOn = await handOverThree();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(readsOn).toEqual([true, true, true]);
  });

  it('does so still less where others have ended soon', async () => {
    takeLong = true;
    const handingOver = handOver({ ...stretch(0, MANY), partition: 7 });
    await vi.advanceTimersByTimeAsync(20);
    await end('group:platform.events:7:0');
    await handingOver;
    groups = [];

    const readsOn = await handOverThree();
    await vi.advanceTimersByTimeAsync(30);
    expect(readsOn).toEqual([true, false, false]);
    await vi.advanceTimersByTimeAsync(20);
    expect(readsOn).toEqual([true, true, true]);
  });

  it('rests no longer once the partition is taken away', async () => {
    await handOverThree();
    const taken = new AbortController();
    const refused = expect(handOver({ ...stretch(MANY, MANY), signal: taken.signal })).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(0);
    taken.abort();
    await refused;
  });
});

it('a partition whose groups are full does not rest', async () => {
  for (let first = 0; first < 20 * 250; first += 250) await handOver(stretch(first, 250));
  expect(groups).toHaveLength(20);
});

describe('a chunk that somebody may have begun', () => {
  it('is left to the groups that speak for it', async () => {
    groupsBefore.set('group:platform.events:0:0', 100n);
    await handOver(stretch(0, 100, true));
    expect([alone, groups]).toEqual([[], []]);
  });

  it('is left to a group that reaches beyond it, and so is what comes next', async () => {
    groupsBefore.set('group:platform.events:0:0', 150n);
    await handOver(stretch(0, 100, true));
    await handOver(stretch(100, 100, true));
    expect([alone, groups]).toEqual([[], [{ id: 'group:platform.events:0:150', ids: idsFrom(150, 50) }]]);
  });

  it('goes alone as far as few are left of it, where Temporal refuses what it has', async () => {
    groupsBefore.set('group:platform.events:0:0', 97n);
    await handOver(stretch(0, 100, true));
    expect([alone, groups]).toEqual([idsFrom(97, 3), []]);
  });

  it('goes in groups where many are left, without those that Temporal has', async () => {
    aloneBefore = new Set(idsFrom(0, 10));
    await handOver(stretch(0, 100, true));
    expect([alone, groups]).toEqual([[], [{ id: 'group:platform.events:0:0', ids: idsFrom(10, 90) }]]);
  });

  it('has Temporal asked of no more single deliveries than quiet times have, unless it knows some', async () => {
    await handOver(stretch(0, 1_000, true));
    expect(asked).toEqual(idsFrom(0, QUIET_PER_SECOND));
  });
});

describe('an event with more deliveries than a group holds', () => {
  const ofOne = (first: number, count: number): Stretch => ({
    ...stretch(7, 1),
    records: [{ offset: 7n, tasks: recordsFrom(first, count).flatMap(({ tasks }) => tasks) }],
  });
  const idsByGroup = async (one: Stretch): Promise<readonly string[]> => {
    groups = [];
    await handOver(one);
    return groups.map(({ id }) => id);
  };

  it('goes in several, the one that is named for its place last', async () => {
    const ids = await idsByGroup(ofOne(0, 600));
    expect(ids).toHaveLength(3);
    expect(ids.at(-1)).toBe('group:platform.events:0:7');
    expect(groups.flatMap((group) => group.ids).sort()).toEqual(idsFrom(0, 600).toSorted());
  });

  it('has each further one named for what is in it, so that none is taken for another', async () => {
    const before = await idsByGroup(ofOne(0, 600));
    expect(await idsByGroup(ofOne(0, 600))).toEqual(before);
    const shifted = await idsByGroup(ofOne(1, 600));
    expect(shifted.filter((id) => before.includes(id))).toEqual(['group:platform.events:0:7']);
  });
});

describe('a group that the router which had the partition before has started meanwhile', () => {
  it('is left what it speaks for, and the rest of the stretch is handed over', async () => {
    groupsMeanwhile.set('group:platform.events:0:100', 180n);
    await handOver(stretch(100, 250));
    expect([alone, groups]).toEqual([[], [{ id: 'group:platform.events:0:180', ids: idsFrom(180, 170) }]]);
  });

  it('may be followed by more of its kind', async () => {
    groupsMeanwhile.set('group:platform.events:0:100', 180n);
    groupsMeanwhile.set('group:platform.events:0:180', 340n);
    await handOver(stretch(100, 250));
    expect([alone, groups]).toEqual([idsFrom(340, 10), []]);
  });

  it('speaks for what the next chunk begins with, where it had read more', async () => {
    groupsMeanwhile.set('group:platform.events:0:100', 400n);
    await handOver(stretch(100, 250));
    await handOver(stretch(350, 100));
    await handOver(stretch(450, 100));
    expect(groups.map(({ ids }) => ids)).toEqual([idsFrom(400, 50), idsFrom(450, 100)]);
  });

  it('is no other where it speaks for the same', async () => {
    groupsMeanwhile.set('group:platform.events:0:100', 350n);
    await handOver(stretch(100, 250));
    expect([alone, groups]).toEqual([[], []]);
  });
});

it('a group that reaches beyond the chunk in doubt is left the beginning of the next one', async () => {
  groupsBefore.set('group:platform.events:0:0', 150n);
  await handOver(stretch(0, 100, true));
  await handOver(stretch(100, 100));
  expect(groups).toEqual([{ id: 'group:platform.events:0:150', ids: idsFrom(150, 50) }]);
});
