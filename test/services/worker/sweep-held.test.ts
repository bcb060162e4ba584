import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Subscription } from '../../../domain/subscription/subscription.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import {
  FOUND_AGAIN_AFTER_MS,
  sweepHeld,
  SWEPT_EVERY_MS,
  WOKEN_AT_ONCE,
  type Sweep,
} from '../../../services/worker/sweep-held.ts';

const idOf = (index: number): SubscriptionId => `wh_${String(index).padStart(20, '0')}` as SubscriptionId;

let held: { readonly id: SubscriptionId; readonly isDue: boolean }[];
let status: Subscription['status'];
let woken: SubscriptionId[];
let sweep: Sweep;

beforeEach(() => {
  vi.useFakeTimers();
  status = 'active';
  woken = [];
  sweep = sweepHeld({
    held: { count: () => Promise.resolve(held.length), subscriptions: () => Promise.resolve(held) },
    directory: { get: () => ({ status }) as Subscription },
    releases: { wake: (id) => void woken.push(id) },
    now: () => new Date(),
    logger: pino({ level: 'silent' }),
  });
  sweep.start();
});
afterEach(() => {
  sweep.stop();
  vi.useRealTimers();
});
const passes = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it('what is due is found by the next sweep, and then left to its release for a while', async () => {
  held = [{ id: idOf(1), isDue: true }];
  await passes(SWEPT_EVERY_MS);
  expect(woken).toEqual([idOf(1)]);
  await passes(FOUND_AGAIN_AFTER_MS - SWEPT_EVERY_MS);
  expect(woken).toHaveLength(1);
  await passes(SWEPT_EVERY_MS);
  expect(woken).toHaveLength(2);
});

it('what is not to be tried yet wakes nobody', async () => {
  held = [{ id: idOf(1), isDue: false }];
  await passes(10 * SWEPT_EVERY_MS);
  expect(woken).toEqual([]);
});

it('what is held on purpose wakes nobody, and what is owed no more is found, due or not', async () => {
  held = [{ id: idOf(1), isDue: true }];
  status = 'paused';
  await passes(SWEPT_EVERY_MS);
  expect(woken).toEqual([]);
  held = [{ id: idOf(1), isDue: false }];
  status = 'deleted';
  await passes(SWEPT_EVERY_MS);
  expect(woken).toEqual([idOf(1)]);
});

it('many are woken some at a time, and each in its turn', async () => {
  held = Array.from({ length: WOKEN_AT_ONCE + 20 }, (_, index) => ({ id: idOf(index), isDue: true }));
  await passes(SWEPT_EVERY_MS);
  expect(woken).toHaveLength(WOKEN_AT_ONCE);
  await passes(SWEPT_EVERY_MS);
  expect(new Set(woken).size).toBe(held.length);
});

it('of more than are woken before the first are due again, the last have their turn first', async () => {
  const sweeps = FOUND_AGAIN_AFTER_MS / SWEPT_EVERY_MS;
  const count = WOKEN_AT_ONCE * (sweeps + 1);
  held = Array.from({ length: count }, (_, index) => ({ id: idOf(index), isDue: true }));
  await passes((sweeps + 1) * SWEPT_EVERY_MS);
  expect(new Set(woken).size).toBe(count);
});

it('a sweep that was stopped wakes nobody for a change', async () => {
  held = [{ id: idOf(1), isDue: true }];
  sweep.look(idOf(1));
  await passes(0);
  expect(woken).toHaveLength(1);
  sweep.stop();
  sweep.look(idOf(1));
  await passes(0);
  expect(woken).toHaveLength(1);
});
