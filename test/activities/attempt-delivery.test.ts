/** Attempts that are asked for again: a workflow task that comes too late runs its local activities once more. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, it, vi } from 'vitest';
import { type AttemptDelivery, createAttemptDelivery } from '../../activities/attempt-delivery.ts';
import type { AttemptMade } from '../../activities/make-attempt.ts';
import type { AttemptEnd } from '../../domain/deliver/attempt-end.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import { attempted } from '../domain/record/delivery-history.ts';
import { taskOf } from './task-of.ts';

/** What ends each attempt that was begun. */
let begun: ((end: AttemptEnd) => void)[];
let recorded: DeliveryEvent[];
let attemptDelivery: AttemptDelivery;
let shutdown: AbortController;
beforeEach(() => {
  shutdown = new AbortController();
  begun = [];
  recorded = [];
  attemptDelivery = createAttemptDelivery({
    makeAttempt: ({ number }) =>
      new Promise<AttemptMade>((resolve, reject) => {
        shutdown.signal.addEventListener('abort', () => reject(shutdown.signal.reason as Error));
        begun.push((end) => resolve({ end, events: [attempted(0, 100, number, 'succeed')], fallback: null }));
      }),
    eventLog: {
      appendSubscriptionEvents: () => Promise.resolve(),
      appendDeliveryEvents: (events) => {
        recorded.push(...events);
        return Promise.resolve();
      },
    },
    releases: { wake: () => undefined },
    recall: (ids) => {
      const found = recorded.filter(({ delivery_id }) => ids.has(delivery_id));
      return Promise.resolve(new Map(found.map((event) => [event.delivery_id, event])));
    },
    shutdown: shutdown.signal,
  });
});
const ask = (number = 1, begunMs: number | null = null): Promise<AttemptEnd> =>
  new MockActivityEnvironment().run(attemptDelivery, taskOf(0), number, begunMs);
const retry: AttemptEnd = { step: 'retry', number: 1, delayMs: 1, failure: 'answered 503' };

it('an attempt that is under way is not made twice, and both who ask learn what came of it', async () => {
  const both = Promise.all([ask(), ask()]);
  await vi.waitUntil(() => begun.length > 0);
  begun[0]!({ step: 'succeed' });
  expect(await both).toEqual([{ step: 'succeed' }, { step: 'succeed' }]);
  expect([begun.length, recorded.length]).toEqual([1, 1]);
});

it('an attempt that was just made is not made again', async () => {
  const first = ask();
  await vi.waitUntil(() => begun.length > 0);
  begun[0]!(retry);
  await first;
  expect(await ask()).toEqual(retry);
  expect(begun.length).toBe(1);
});

it('the next attempt of the same delivery is another one', async () => {
  const first = ask(1);
  const second = ask(2);
  await vi.waitUntil(() => begun.length === 2);
  for (const end of begun) end({ step: 'succeed' });
  await Promise.all([first, second]);
  expect(recorded.length).toBe(2);
});

const unsent: readonly [string, AttemptEnd][] = [
  ['held', { step: 'hold', reason: 'paused', attemptsMade: 0, waitMs: null }],
  ['cancelled', { step: 'cancel', reason: 'subscription_disabled' }],
];
it.each(unsent)('an attempt that was %s is made when it is asked for again', async (_what, end) => {
  const first = ask();
  await vi.waitUntil(() => begun.length > 0);
  begun[0]!(end);
  await first;
  const again = ask();
  await vi.waitUntil(() => begun.length === 2);
  begun[1]!({ step: 'succeed' });
  expect(await again).toEqual({ step: 'succeed' });
});

it('an attempt that is cut off because the worker ends leaves no record, and a time for its successor', async () => {
  const attempt = ask();
  await vi.waitUntil(() => begun.length > 0);
  shutdown.abort(new Error('the worker ends'));
  await expect(attempt).rejects.toMatchObject({ type: 'WorkerEnds', nextRetryDelay: 2_000 });
  expect(recorded).toEqual([]);
});

it('an attempt that another worker has made and recorded is not made again', async () => {
  recorded.push(attempted(0, 100, 1, 'succeed'));
  expect(await ask(1, 0)).toEqual({ step: 'succeed' });
  expect([begun.length, recorded.length]).toEqual([0, 1]);
});

it('an attempt that another worker may have begun, and did not record, is made', async () => {
  const attempt = ask(1, 0);
  await vi.waitUntil(() => begun.length > 0);
  begun[0]!({ step: 'succeed' });
  expect(await attempt).toEqual({ step: 'succeed' });
});
