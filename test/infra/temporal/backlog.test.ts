/** When whoever fills a task queue is to rest. Temporal is what it says of two queues, of workflows and activities. */
import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Backlog, createBacklog } from '../../../infra/temporal/backlog.ts';

interface Stats {
  readonly approximateBacklogCount: number;
  /** A second. */
  readonly tasksDispatchRate: number;
}

const LIMIT = 10;
const IDLE: Stats = { approximateBacklogCount: 0, tasksDispatchRate: 0 };

let stats: Stats[];
let asked: number;
let backlog: Backlog;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  stats = [IDLE, IDLE];
  asked = 0;
  const workflowService = {
    describeTaskQueue: ({ taskQueueType }: { taskQueueType: number }) => {
      asked += 1;
      const found = stats[taskQueueType - 1];
      return found === undefined ? Promise.reject(new Error('away')) : Promise.resolve({ stats: found });
    },
  };
  backlog = createBacklog(
    { workflowService, options: { namespace: 'default' } } as unknown as Client,
    'a queue',
    LIMIT,
    { warn: () => undefined },
  );
});

afterEach(() => void vi.useRealTimers());

/** Whether there is room now. */
async function hasRoom(): Promise<boolean> {
  const rests = new AbortController();
  const there = vi.fn();
  const waiting = backlog.room(rests.signal).then(there, () => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  rests.abort();
  await waiting;
  return there.mock.calls.length > 0;
}

it('there is room while few tasks wait', async () => {
  stats = [{ approximateBacklogCount: LIMIT - 1, tasksDispatchRate: 0 }, IDLE];
  expect(await hasRoom()).toBe(true);
});

it.each([0, 1])('there is none once many wait, of workflows or of activities', async (kind) => {
  stats[kind] = { approximateBacklogCount: LIMIT, tasksDispatchRate: 0 };
  expect(await hasRoom()).toBe(false);
});

it('workers that take many leave room for what they take while the answer is old', async () => {
  stats = [{ approximateBacklogCount: 39, tasksDispatchRate: 8 }, IDLE];
  expect(await hasRoom()).toBe(true);
});

it('there is none where more waits than that', async () => {
  stats = [{ approximateBacklogCount: 41, tasksDispatchRate: 8 }, IDLE];
  expect(await hasRoom()).toBe(false);
});

it('a Temporal that does not tell holds nobody up', async () => {
  stats = [];
  expect(await hasRoom()).toBe(true);
});

it('those who ask at once, or soon after, share one answer', async () => {
  const { signal } = new AbortController();
  await Promise.all([backlog.room(signal), backlog.room(signal)]);
  vi.advanceTimersByTime(500);
  await backlog.room(signal);
  expect(asked).toBe(2);
});
