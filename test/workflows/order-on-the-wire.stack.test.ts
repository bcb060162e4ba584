/**
 * An order that comes while an attempt is on the wire, on a real Temporal: the one that skips time starts an activity
 * again that fails after it was asked to end.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Unfinished } from '../../activities/retry-delivery.ts';
import type { AttemptEnd } from '../../domain/deliver/attempt-end.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { delivery } from '../../workflows/delivery.ts';
import { DELIVERY_ACTOR, DELIVERY_ORDERS, WORK_QUEUE } from '../../workflows/messages.ts';
import { taskOf } from '../activities/task-of.ts';
import { startTestTemporal, type TestTemporal } from '../infra/temporal/test-temporal.ts';
import { bundleWorkflows } from './bundle-workflows.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await startTestTemporal();
});
afterAll(() => temporal.stop());

const failed = (number: number): Unfinished => ({
  step: 'retry',
  number,
  delayMs: 3_600_000,
  failure: 'answered 503',
});

/** What each execution of the retries was given. */
const given: Unfinished[] = [];
const attemptDelivery = (): Promise<AttemptEnd> => Promise.resolve(failed(1));
/** The second attempt is on the wire until it is asked to end, and fails; the third succeeds. */
async function retryDelivery(_task: DeliveryTask, left: Unfinished): Promise<AttemptEnd> {
  given.push(left);
  if (left.number === 2) return { step: 'succeed' };
  const context = Context.current();
  const beating = setInterval(() => context.heartbeat(), 50);
  await context.cancelled.catch(() => clearInterval(beating));
  throw ApplicationFailure.create({ message: 'attempt 2: answered 503', details: [failed(2)] });
}

it('an attempt that is on the wire when another is asked for ends first, and counts', async () => {
  const shared = {
    connection: temporal.connection,
    namespace: temporal.namespace,
    dataConverter: temporal.dataConverter,
    workflowBundle: await bundleWorkflows(),
    // Heartbeats are how an activity hears that it is to end.
    maxHeartbeatThrottleInterval: 50,
    activities: { attemptDelivery, retryDelivery },
  };
  const [own, work] = await Promise.all(
    [DELIVERY_ACTOR.taskQueue, WORK_QUEUE].map((taskQueue) => Worker.create({ ...shared, taskQueue })),
  );
  const task = taskOf(0);
  const asked = async (): Promise<unknown> => {
    const running = await temporal.client.workflow.start<typeof delivery>(DELIVERY_ACTOR.workflowType, {
      taskQueue: DELIVERY_ACTOR.taskQueue,
      workflowId: task.deliveryId,
      args: [task],
    });
    await expect.poll(() => given.length, { timeout: 30_000 }).toBe(1);
    await running.signal(DELIVERY_ORDERS.retryNowSignal, 1);
    return running.result();
  };
  expect(await own!.runUntil(work!.runUntil(asked))).toBe('succeeded');
  expect(given.map(({ number }) => number)).toEqual([1, 2]);
}, 60_000);
