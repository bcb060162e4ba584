import { expect, it } from 'vitest';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import { createReadHistory } from '../../../services/api/read-history.ts';

const ID = 'wh_00000000000000000001' as SubscriptionId;
const { signal } = new AbortController();

it('no more histories are read at once than the API can, and another as soon as one has ended', async () => {
  const ends: (() => void)[] = [];
  const read = createReadHistory(() => new Promise((resolve) => ends.push(() => resolve([]))), 2);
  const first = read(ID, signal);
  const second = read(ID, signal);
  await expect(read(ID, signal)).rejects.toMatchObject({ status: 503 });
  ends[0]!();
  await first;
  const third = read(ID, signal);
  for (const end of ends) end();
  expect(await Promise.all([second, third])).toEqual([[], []]);
});

it('a reading that has failed takes no room', async () => {
  const read = createReadHistory(() => Promise.reject(new Error('Kafka is away')), 1);
  await expect(read(ID, signal)).rejects.toThrow('Kafka is away');
  await expect(read(ID, signal)).rejects.toThrow('Kafka is away');
});
