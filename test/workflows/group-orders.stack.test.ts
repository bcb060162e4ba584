/** Very many orders for deliveries of one group, on a real Temporal: each puts the group into the history once more. */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GroupOrder, GroupProgress, PackedGroup } from '../../schemas/delivery.ts';
import type { deliveryGroup } from '../../workflows/delivery-group.ts';
import { GROUP_ACTOR } from '../../workflows/messages.ts';
import { taskOf } from '../activities/task-of.ts';
import { startTestTemporal, type TestTemporal } from '../infra/temporal/test-temporal.ts';
import { bundleWorkflows } from './bundle-workflows.ts';

/** As much as a group may hold, and does not compress. */
const GROUP_BYTES = 600_000;
/** With each of them in its history, a workflow would be ended by its server. */
const ORDERS = 150;

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await startTestTemporal();
});
afterAll(() => temporal.stop());

/** What each execution of the activity was given. */
const given: { readonly orders: readonly GroupOrder[]; readonly known: GroupProgress | null }[] = [];
/** Waits until it is asked to end, and tells how often that was; done once all was asked. */
async function deliverGroup(_group: PackedGroup, orders: GroupOrder[], known: GroupProgress): Promise<void> {
  given.push({ orders, known });
  if (orders.length === ORDERS) return;
  const context = Context.current();
  const beating = setInterval(() => context.heartbeat(), 50);
  await context.cancelled.catch(() => clearInterval(beating));
  const told: GroupProgress = { isUnderWay: false, waiting: [], atMs: orders.length };
  throw ApplicationFailure.create({ message: 'asked to end', details: [told] });
}

it('a group takes any number of orders, and each execution learns all of them and what is known', async () => {
  const worker = await Worker.create({
    connection: temporal.connection,
    namespace: temporal.namespace,
    dataConverter: temporal.dataConverter,
    workflowBundle: await bundleWorkflows(),
    taskQueue: GROUP_ACTOR.taskQueue,
    // Heartbeats are how an activity hears that it is to end.
    maxHeartbeatThrottleInterval: 50,
    activities: { deliverGroup },
  });
  await worker.runUntil(async () => {
    const group = await temporal.client.workflow.start<typeof deliveryGroup>(GROUP_ACTOR.workflowType, {
      taskQueue: GROUP_ACTOR.taskQueue,
      workflowId: 'group:platform.events:0:0',
      args: [randomBytes(GROUP_BYTES), { orders: [], known: null }],
      memo: { next: '250' },
    });
    for (let index = 0; index < ORDERS; index += 1) {
      const before = given.length;
      const order: GroupOrder = { deliveryId: taskOf(index).deliveryId, do: 'retryNow' };
      await temporal.client.workflow.getHandle(group.workflowId).signal(GROUP_ACTOR.orderSignal, order);
      await expect.poll(() => given.length, { timeout: 30_000, interval: 10 }).toBeGreaterThan(before);
    }
    await temporal.client.workflow.getHandle(group.workflowId).result();
  });
  const { orders, known } = given.at(-1)!;
  expect(orders.map(({ deliveryId }) => deliveryId)).toEqual(
    Array.from({ length: ORDERS }, (_, index) => taskOf(index).deliveryId),
  );
  expect(known).toMatchObject({ atMs: ORDERS - 1 });
  const { memo, historySize } = await temporal.client.workflow
    .getHandle('group:platform.events:0:0')
    .describe();
  expect(memo).toEqual({ next: '250' });
  expect(historySize).toBeLessThan(10_000_000);
}, 180_000);
