/** Workers of one process on a real Temporal. */
import { Context } from '@temporalio/activity';
import { setImmediate } from 'node:timers/promises';
import type { Worker as Thread } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorkers } from '../../../infra/temporal/workers.ts';
import type { delivery } from '../../../workflows/delivery.ts';
import { DELIVERY_ACTOR } from '../../../workflows/messages.ts';
import { taskOf } from '../../activities/task-of.ts';
import { bundleWorkflows } from '../../workflows/bundle-workflows.ts';
import { startTestTemporal, type TestTemporal } from './test-temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await startTestTemporal();
});
afterAll(() => temporal.stop());

it('workers share one thread for their workflows, until the last of them has ended', async () => {
  const threads: Thread[] = [];
  const onThread = (thread: Thread): unknown => threads.push(thread);
  process.on('worker', onThread);
  const { connection, namespace, dataConverter } = temporal;
  const shared = {
    ...{ connection, namespace, dataConverter, workflowBundle: await bundleWorkflows() },
    activities: { attemptDelivery: () => Promise.resolve({ step: 'succeed' }) },
  };
  const [first, second] = await createWorkers([
    { ...shared, taskQueue: 'first' },
    { ...shared, taskQueue: 'second' },
  ]);
  process.off('worker', onThread);
  expect(threads).toHaveLength(1);

  const deliverOn = (taskQueue: string, index: number): Promise<string> =>
    temporal.client.workflow.execute<typeof delivery>(DELIVERY_ACTOR.workflowType, {
      ...{ taskQueue, workflowId: `${taskQueue} ${index}` },
      args: [taskOf(index)],
    });
  const runs = [first.run(), second.run()];
  expect(await Promise.all([deliverOn('first', 0), deliverOn('second', 1)])).toEqual([
    'succeeded',
    'succeeded',
  ]);
  first.shutdown();
  await runs[0];
  expect(await deliverOn('second', 2)).toBe('succeeded');
  second.shutdown();
  await runs[1];
  expect(threads[0]!.threadId).toBe(-1);
});

it('an activity finds its context while it begins, and not afterwards', async () => {
  const { connection, namespace, dataConverter } = temporal;
  const found: (string | null)[] = [];
  const look = (): void => {
    try {
      found.push(Context.current().info.activityType);
    } catch {
      found.push(null);
    }
  };
  const [worker] = await createWorkers([
    {
      ...{ connection, namespace, dataConverter, workflowBundle: await bundleWorkflows() },
      activities: {
        async attemptDelivery() {
          look();
          await setImmediate();
          look();
          return { step: 'succeed' };
        },
      },
      taskQueue: 'third',
    },
  ]);
  await worker.runUntil(
    temporal.client.workflow.execute<typeof delivery>(DELIVERY_ACTOR.workflowType, {
      ...{ taskQueue: 'third', workflowId: 'third 3' },
      args: [taskOf(3)],
    }),
  );
  expect(found).toEqual(['attemptDelivery', null]);
});
