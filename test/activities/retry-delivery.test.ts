/** What an execution makes of those before it. The waits between them are watched in test/workflows. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, it } from 'vitest';
import type { AttemptEnd } from '../../domain/deliver/attempt-end.ts';
import { createRetryDelivery, type Progress, type Unfinished } from '../../activities/retry-delivery.ts';
import { taskOf } from './task-of.ts';

const FIRST: Unfinished = { step: 'retry', number: 1, delayMs: 5_000, failure: 'answered 503' };
const SCHEDULED_MS = 1_705_314_605_000;

/** The attempts that were asked for; `asksLog` where the log is to be asked first. */
let asked: { readonly number: number; readonly asksLog: boolean }[];
let end: AttemptEnd;
beforeEach(() => {
  asked = [];
  end = { step: 'succeed' };
});

/** One execution, the `attempt`-th of Temporal's, and what it left for the next one. */
async function execute(attempt: number, heartbeatDetails?: Progress): Promise<Progress | undefined> {
  const left: Progress[] = [];
  const environment = new MockActivityEnvironment({
    attempt,
    heartbeatDetails,
    currentAttemptScheduledTimestampMs: SCHEDULED_MS,
  });
  environment.on('heartbeat', (progress: Progress) => void left.push(progress));
  const retryDelivery = createRetryDelivery((_task, number, begunMs) => {
    asked.push({ number, asksLog: begunMs !== null && begunMs !== undefined && begunMs < SCHEDULED_MS });
    return Promise.resolve(end);
  });
  await environment.run(retryDelivery, taskOf(0), FIRST).catch(() => undefined);
  return left.at(-1);
}

it('the log is not asked where every execution has told what came of it', async () => {
  const first = await execute(1);
  end = { ...FIRST, number: 2 };
  const second = await execute(2, first);
  await execute(3, second);
  expect(asked).toEqual([
    { number: 2, asksLog: false },
    { number: 3, asksLog: false },
  ]);
});

it('the log is asked where an execution has died, and no more once the next one has ended', async () => {
  const first = await execute(1);
  end = { ...FIRST, number: 2 };
  // The second has died.
  const third = await execute(3, first);
  await execute(4, third);
  expect(asked).toEqual([
    { number: 2, asksLog: true },
    { number: 3, asksLog: false },
  ]);
});

it('what the version before has left is understood', async () => {
  await execute(3, { attemptsMade: 2 });
  await execute(4, { attemptsMade: 2 });
  expect(asked).toEqual([
    { number: 3, asksLog: false },
    { number: 3, asksLog: true },
  ]);
});
