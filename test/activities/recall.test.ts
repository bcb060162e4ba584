/** How often the log is read where many ask at once. */
import { beforeEach, expect, it, vi } from 'vitest';
import { type Recall, shareRecalls } from '../../activities/recall.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import { attempted } from '../domain/record/delivery-history.ts';
import { taskOf } from './task-of.ts';

const idOf = (index: number): DeliveryId => taskOf(index).deliveryId;
const none: ReadonlyMap<DeliveryId, DeliveryEvent> = new Map();

/** Readings that have begun, each with what ends it. */
let readings: {
  readonly ids: readonly DeliveryId[];
  readonly sinceMs: number;
  readonly answer: (found: ReadonlyMap<DeliveryId, DeliveryEvent>) => void;
  readonly fail: () => void;
}[];
let recall: Recall;
beforeEach(() => {
  readings = [];
  recall = shareRecalls(
    (ids, sinceMs) =>
      new Promise((answer, reject) => {
        readings.push({ ids: [...ids], sinceMs, answer, fail: () => reject(new Error('time is up')) });
      }),
  );
});
const ask = (index: number, sinceMs: number) =>
  recall(new Set([idOf(index)]), sinceMs, new AbortController().signal);
const begun = (count: number) => vi.waitUntil(() => readings.length === count);

it('who asks alone is read for at once', async () => {
  const asked = ask(0, 10);
  await begun(1);
  const found = new Map([[idOf(0), attempted(0, 10, 1, 'succeed') as DeliveryEvent]]);
  readings[0]!.answer(found);
  expect(await asked).toEqual(found);
});

it('who asks while the log is read shares the next reading, from the earliest moment on', async () => {
  const first = ask(0, 500);
  await begun(1);
  const others = [ask(1, 300), ask(2, 100), ask(3, 200)];
  readings[0]!.answer(none);
  await first;
  await begun(2);
  expect(readings[1]).toMatchObject({ ids: [1, 2, 3].map(idOf), sinceMs: 100 });
  readings[1]!.answer(none);
  await Promise.all(others);
  expect(readings).toHaveLength(2);
});

it('a reading that fails is told to those who shared it, and the next one begins', async () => {
  const failed = expect(ask(0, 10)).rejects.toThrow('time is up');
  await begun(1);
  const next = ask(1, 20);
  readings[0]!.fail();
  await failed;
  await begun(2);
  readings[1]!.answer(none);
  await next;
});
