import { expect, it } from 'vitest';
import type { DeliveryTask, RecordPlace } from '../../../schemas/delivery.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';
import { createKnownDeliveries, type FindPlaces } from '../../../services/router/known-deliveries.ts';

const placeOf = (offset: number): RecordPlace => ({
  topic: 'platform.events',
  partition: 3,
  offset: `${offset}`,
});
const task = (id: string, offset: number): DeliveryTask =>
  ({ deliveryId: id as DeliveryId, source: placeOf(offset) }) as DeliveryTask;

const NOTHING: FindPlaces = () => Promise.resolve(new Map());
const AWAY: FindPlaces = () => Promise.reject(new Error('away'));
const knowing = (findPlaces: FindPlaces) => createKnownDeliveries(findPlaces, { warn: () => undefined });
const ids = (tasks: readonly DeliveryTask[]): readonly string[] => tasks.map(({ deliveryId }) => deliveryId);

it('what a second record owes again is left out', async () => {
  const known = knowing(NOTHING);
  expect(ids(await known.withoutRepeats([task('a', 1), task('b', 2), task('a', 3)]))).toEqual(['a', 'b']);
  expect(ids(await known.withoutRepeats([task('b', 4), task('c', 5)]))).toEqual(['c']);
});

it('the same record that comes again is no repeat', async () => {
  const known = knowing(NOTHING);
  await known.withoutRepeats([task('a', 1)]);
  expect(ids(await known.withoutRepeats([task('a', 1)]))).toEqual(['a']);
});

it('of what it has not seen itself, the read model tells', async () => {
  const known = knowing(() =>
    Promise.resolve(
      new Map([
        ['a', placeOf(1)],
        ['b', placeOf(2)],
      ] as [DeliveryId, RecordPlace][]),
    ),
  );
  expect(ids(await known.withoutRepeats([task('a', 9), task('b', 2)]))).toEqual(['b']);
});

it('without a read model it knows the last hundred thousand', async () => {
  const known = knowing(AWAY);
  const many = Array.from({ length: 100_001 }, (_, n) => task(`d${n}`, n));
  await known.withoutRepeats(many);
  expect(ids(await known.withoutRepeats([task('d1', 200_000), task('d0', 200_001)]))).toEqual(['d0']);
});
