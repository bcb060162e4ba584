import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSpacedBatches, type SpacedBatches } from '../../infra/spaced-batches.ts';

const EVERY_MS = 20;
const HEAVY = 5;
const FULL = 10;

/** What was begun, and how the batch under way is ended. */
let begun: { readonly items: readonly number[]; readonly atMs: number }[];
let end: () => void;
let batches: SpacedBatches<number>;

beforeEach(() => {
  vi.useFakeTimers();
  begun = [];
  batches = createSpacedBatches<number>({
    everyMs: (weight) => (weight < HEAVY ? EVERY_MS : 3 * EVERY_MS),
    weightOf: (weight) => weight,
    fullWeight: FULL,
    work: (items) => {
      begun.push({ items, atMs: performance.now() });
      return new Promise((resolve) => (end = resolve));
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const items = (): readonly (readonly number[])[] => begun.map((batch) => batch.items);

it('begins at once with what comes alone, and takes what comes in the same turn with it', async () => {
  batches.add(1);
  batches.add(2);
  await pass(0);
  expect(items()).toEqual([[1, 2]]);
});

it('does one batch at a time, and all that came meanwhile in the next', async () => {
  batches.add(1);
  await pass(100);
  batches.add(2);
  batches.add(3);
  await pass(100);
  expect(items()).toEqual([[1]]);
  end();
  await pass(0);
  expect(items()).toEqual([[1], [2, 3]]);
});

it('begins batches so far apart that each is worth it', async () => {
  batches.add(1);
  await pass(5);
  end();
  batches.add(2);
  await pass(EVERY_MS - 6);
  expect(items()).toEqual([[1]]);
  batches.add(3);
  await pass(1);
  expect(items()).toEqual([[1], [2, 3]]);
  expect(begun[1]!.atMs - begun[0]!.atMs).toBe(EVERY_MS);
});

it('begins later after a heavy batch', async () => {
  batches.add(HEAVY);
  await pass(1);
  end();
  batches.add(1);
  await pass(3 * EVERY_MS - 2);
  expect(items()).toEqual([[HEAVY]]);
  await pass(1);
  expect(items()).toEqual([[HEAVY], [1]]);
});

it('waits no longer where a batch is full, and puts into it what it has room for', async () => {
  batches.add(1);
  await pass(1);
  end();
  for (const weight of [4, 4, 4]) batches.add(weight);
  await pass(0);
  expect(items()).toEqual([[1], [4, 4]]);
});

it('does an item that is too heavy for a batch alone', async () => {
  batches.add(2 * FULL);
  batches.add(1);
  await pass(0);
  expect(items()).toEqual([[2 * FULL]]);
});

it('tells when nothing is left', async () => {
  let isIdle = false;
  batches.add(1);
  void batches.idle().then(() => (isIdle = true));
  await pass(0);
  expect(isIdle).toBe(false);
  end();
  await pass(0);
  expect(isIdle).toBe(true);
});
