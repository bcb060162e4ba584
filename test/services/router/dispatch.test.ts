/** How a chunk becomes stretches that are handed over. Events are real, and what takes them is a list. */
import { expect, it } from 'vitest';
import { createSubscriptionIndex } from '../../../domain/match/subscription-index.ts';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { NewRecord } from '../../../infra/kafka/appender.ts';
import type { Chunk } from '../../../infra/kafka/chunk-consumer.ts';
import { EVENT_TYPES } from '../../../schemas/event-types.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import { createDispatch, type DispatchDeps } from '../../../services/router/dispatch.ts';
import { followMatchable } from '../../../services/router/follow-matchable.ts';
import type { Stretch } from '../../../services/router/hand-over.ts';
import { created } from '../../domain/subscription/subscription-log.ts';

const CHUNK_RECORDS = 10;

const eventOf = (type: string): Buffer =>
  Buffer.from(JSON.stringify({ event: type, timestamp: '2024-01-15T10:30:05Z', data: {} }));

/** A chunk of a partition whose record at each offset is an event of the type that `types` names. */
const chunk = (
  first: number,
  types: readonly string[],
  end = first + types.length,
  generation = 1,
): Chunk => ({
  topic: 'platform.events',
  partition: 0,
  firstOffset: BigInt(first),
  nextOffset: BigInt(first + types.length),
  endOffset: BigInt(end),
  generation,
  signal: new AbortController().signal,
  records: types.map((type, index) => ({
    offset: BigInt(first + index),
    key: null,
    value: eventOf(type),
    headers: {},
    timestampMs: 1,
  })),
});

/** A router with so many subscriptions to `wanted.event`, and the stretches that it hands over. */
function router(subscriptions: number) {
  const directory = createSubscriptionDirectory();
  const index = createSubscriptionIndex();
  const { onEvent } = followMatchable(directory, index);
  for (let number = 0; number < subscriptions; number += 1) {
    const id = `wh_${String(number).padStart(8, '0')}` as SubscriptionId;
    onEvent({ ...created(1, { events: ['wanted.event'] }), subscription_id: id });
  }
  const stretches: Stretch[] = [];
  /** What was appended, call by call. */
  const appended: (readonly NewRecord[])[] = [];
  const deps: DispatchDeps = {
    appender: {
      append: (records) => Promise.resolve(void appended.push(records)),
      pending: () => 0,
      close: () => Promise.resolve(),
    },
    directory,
    index,
    eventTypes: EVENT_TYPES,
    known: { withoutRepeats: (tasks) => Promise.resolve(tasks) },
    batches: { sortOut: (tasks) => ({ alone: tasks, told: [] }), tell: () => Promise.resolve() },
    enterLanes: () => Promise.resolve(),
    handOver: (stretch) => Promise.resolve(void stretches.push(stretch)),
    logger: { warn: () => undefined } as unknown as DispatchDeps['logger'],
    count: () => undefined,
  };
  return { dispatch: createDispatch(deps, CHUNK_RECORDS), stretches, appended };
}

const deliveriesOf = ({ records }: Stretch): number => records.flatMap(({ tasks }) => tasks).length;
const boundsOf = ({ firstOffset, nextOffset }: Stretch): readonly [bigint, bigint] => [
  firstOffset,
  nextOffset,
];

it('a chunk that is owed little is one stretch, also where nobody is owed its first and last record', async () => {
  const { dispatch, stretches } = router(1);
  await dispatch(chunk(5, ['other.event', 'wanted.event', 'other.event']));
  expect(stretches.map(boundsOf)).toEqual([[5n, 8n]]);
  expect(stretches.map(deliveriesOf)).toEqual([1]);
});

it('a chunk that is owed much is handed over in stretches that follow each other', async () => {
  const { dispatch, stretches } = router(1_500);
  await dispatch(chunk(0, ['wanted.event', 'wanted.event', 'other.event', 'wanted.event']));
  expect(stretches.map(boundsOf)).toEqual([
    [0n, 2n],
    [2n, 4n],
  ]);
  expect(stretches.map(deliveriesOf)).toEqual([3_000, 1_500]);
});

it('what is owed in large bodies is handed over in more stretches than what is owed in small ones', async () => {
  const { dispatch, stretches } = router(300);
  const large = {
    event: 'wanted.event',
    timestamp: '2024-01-15T10:30:05Z',
    data: { text: 'x'.repeat(80_000) },
  };
  const { records, ...rest } = chunk(0, ['wanted.event', 'wanted.event']);
  const value = Buffer.from(JSON.stringify(large));
  await dispatch({ ...rest, records: records.map((record) => ({ ...record, value })) });
  expect(stretches.map(deliveriesOf)).toEqual([300, 300]);
});

it('each record that is no event is appended alone, so that no request holds more than one need', async () => {
  const { dispatch, appended } = router(1);
  await dispatch(chunk(0, ['no event', 'wanted.event', 'nor this']));
  expect(appended.map((records) => records.map(({ headers }) => headers?.['source_offset']))).toEqual([
    ['0'],
    ['2'],
  ]);
});

it('a chunk whose partition was taken away while it waited is left alone', async () => {
  const { dispatch, stretches, appended } = router(1);
  const taken = { ...chunk(0, ['wanted.event', 'no event']), signal: AbortSignal.abort(new Error('taken')) };
  await expect(dispatch(taken)).rejects.toThrow('taken');
  expect([stretches, appended]).toEqual([[], []]);
});

type Given = readonly [first: number, count: number, end?: number, generation?: number];

/** Whether each chunk is in doubt, of so many records from an offset in a partition that reaches to an end. */
async function doubts(...chunks: readonly Given[]) {
  const { dispatch, stretches } = router(1);
  for (const [first, count, end, generation] of chunks) {
    await dispatch(chunk(first, Array<string>(count).fill('wanted.event'), end, generation));
  }
  return stretches.map(({ isInDoubt }) => isInDoubt);
}

it('as many records as a chunk may have are in doubt after a start, however they come', async () => {
  expect(await doubts([0, 4, 100], [4, 6], [10, 3])).toEqual([true, true, false]);
});

it('records that came after the partition was taken over are not in doubt', async () => {
  expect(await doubts([0, 2, 4], [2, 2], [4, 2])).toEqual([true, true, false]);
});

it('a partition that comes back from another member is in doubt again', async () => {
  expect(await doubts([0, 10, 10], [10, 1], [20, 1])).toEqual([true, false, true]);
});

it('it is in doubt also where that member has committed nothing', async () => {
  expect(await doubts([0, 10, 10, 1], [10, 1, 11, 1], [11, 1, 12, 2])).toEqual([true, false, true]);
});
