/** What a release does for a subscription that is disabled: all that it has held is owed no longer. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createReleaseHeld, type ReleaseEnd, type ReleaseHeldDeps } from '../../activities/release-held.ts';
import type { LiveSubscription } from '../../domain/subscription/subscription.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import { taskOf } from './task-of.ts';

/** Longer than half of what a release may take before its workflow has a turn. */
const LONG_MS = 400_000;

let held: DeliveryId[];
/** How many deliveries each question for more left out. */
let leftOut: number[];
let counted: number;
/** What happens before a page of cancellations is recorded. */
let beforeAppend: () => void;
let environment: MockActivityEnvironment;
let release: () => Promise<ReleaseEnd>;
beforeEach(() => {
  vi.useFakeTimers();
  held = Array.from({ length: 1_500 }, (_, index) => taskOf(index).deliveryId);
  leftOut = [];
  counted = 0;
  beforeAppend = () => undefined;
  environment = new MockActivityEnvironment();
  const deps: Partial<ReleaseHeldDeps> = {
    held: {
      caughtUp: () => Promise.resolve(),
      page: () => Promise.resolve([]),
      nextDueAt: () => Promise.resolve(null),
      subscriptions: () => Promise.resolve([]),
      any: (_id, taken, limit) => {
        leftOut.push(taken.size);
        const rows = held.filter((id) => !taken.has(id)).slice(0, limit);
        return Promise.resolve(
          rows.map((deliveryId) => ({ task: { ...taskOf(0), deliveryId }, attemptsMade: 0 })),
        );
      },
      unchanged: (taken) => Promise.resolve(new Set(held.filter((id) => taken.has(id)))),
      count: () => {
        counted += 1;
        return new Promise(() => undefined);
      },
    },
    eventLog: {
      appendSubscriptionEvents: () => Promise.resolve(),
      appendDeliveryEvents: (events) => {
        beforeAppend();
        const ended = new Set(events.map(({ delivery_id }) => delivery_id));
        held = held.filter((id) => !ended.has(id));
        return Promise.resolve();
      },
    },
    lookUp: () => Promise.resolve({ status: 'disabled' } as LiveSubscription),
    now: () => new Date(),
    shutdown: new AbortController().signal,
  };
  const releaseHeld = createReleaseHeld(deps as ReleaseHeldDeps);
  release = () => environment.run(releaseHeld, taskOf(0).subscriptionId);
});
afterEach(() => vi.useRealTimers());

it('all is cancelled, and what the read model has heard of is left out no longer', async () => {
  expect(await release()).toEqual({ step: 'done' });
  expect(held).toEqual([]);
  expect(new Set(leftOut)).toEqual(new Set([0]));
});

it('a release that takes long lets its workflow have a turn', async () => {
  beforeAppend = () => vi.advanceTimersByTime(LONG_MS);
  expect(await release()).toEqual({ step: 'go_on' });
  expect(held).toHaveLength(500);
});

it('a release that was asked to end cancels no further page', async () => {
  beforeAppend = () => environment.cancel();
  await expect(release()).rejects.toThrow();
  expect(held).toHaveLength(1_000);
});

it('what remains is not counted again before the last count has answered', async () => {
  beforeAppend = () => vi.advanceTimersByTime(60_000);
  await release();
  expect(counted).toBe(1);
});
