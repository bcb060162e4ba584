/** Executions of one group that overlap: a server takes a worker for dead that was only too busy for its heartbeats. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, it, vi } from 'vitest';
import { createDeliverGroup, type DeliverGroupDeps } from '../../activities/deliver-group.ts';
import type { AttemptMade, AttemptOrder } from '../../activities/make-attempt.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import { type DeliveryGroup, packGroup } from '../../schemas/delivery.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import { attempted } from '../domain/record/delivery-history.ts';
import { taskOf } from './task-of.ts';

const group: DeliveryGroup = {
  id: 'group:platform.events:0:0',
  startedAt: new Date().toISOString(),
  tasks: [taskOf(0), taskOf(1), taskOf(2)],
};

const indexOf = ({ task }: AttemptOrder): number =>
  group.tasks.findIndex(({ deliveryId }) => deliveryId === task.deliveryId);

/** Attempts that were asked for, each with what ends it. */
let asked: { readonly order: AttemptOrder; readonly succeed: () => void }[];
let log: Map<DeliveryId, DeliveryEvent>;
let disabled: string[];
let deliverGroup: ReturnType<typeof createDeliverGroup>;
beforeEach(() => {
  asked = [];
  log = new Map();
  disabled = [];
  const deps: DeliverGroupDeps = {
    makeAttempt: (order) =>
      new Promise<AttemptMade>((resolve, reject) => {
        const event = attempted(indexOf(order), 100, 1, 'succeed');
        order.unlessSent?.addEventListener('abort', () => reject(order.unlessSent?.reason as Error));
        asked.push({
          order,
          succeed: () => resolve({ end: { step: 'succeed' }, events: [event], fallback: null }),
        });
      }),
    eventLog: {
      appendSubscriptionEvents: () => Promise.resolve(),
      appendDeliveryEvents: (events) => {
        for (const event of events) log.set(event.delivery_id, event);
        return Promise.resolve();
      },
    },
    releases: { wake: () => undefined },
    startOwn: () => Promise.resolve(),
    takeRoom: () => false,
    recall: (ids) => Promise.resolve(new Map([...log].filter(([id]) => ids.has(id)))),
    disableSubscription: (_account, id, reason) => Promise.resolve(void disabled.push(`${id} ${reason}`)),
    now: () => new Date(),
    shutdown: new AbortController().signal,
  };
  deliverGroup = createDeliverGroup(deps);
});
const numbers = (): readonly number[] => asked.map(({ order }) => indexOf(order));

it('an execution waits for the one before it in its process, and sends nothing that was recorded', async () => {
  const first = new MockActivityEnvironment({ attempt: 1 }).run(deliverGroup, packGroup(group));
  await vi.waitUntil(() => asked.length === 3);
  const second = new MockActivityEnvironment({ attempt: 2 }).run(deliverGroup, packGroup(group));
  for (const { succeed } of asked) succeed();
  await Promise.all([first, second]);
  expect(numbers()).toEqual([0, 1, 2]);
});

it('an execution that is taken for dead sends no more, and the next one sends what was not recorded', async () => {
  const superseded = new MockActivityEnvironment({ attempt: 1 });
  const first = superseded.run(deliverGroup, packGroup(group));
  await vi.waitUntil(() => asked.length === 3);
  asked[0]!.succeed();
  await vi.waitUntil(() => log.size === 1);
  const second = new MockActivityEnvironment({ attempt: 2 }).run(deliverGroup, packGroup(group));
  superseded.cancel('TIMED_OUT');
  await expect(first).rejects.toThrow();
  await vi.waitUntil(() => asked.length === 5);
  expect(numbers()).toEqual([0, 1, 2, 1, 2]);
  for (const { succeed } of asked) succeed();
  await second;
});

it('an execution tells while it waits what is known of the one before', async () => {
  vi.useFakeTimers();
  const heartbeats: unknown[] = [];
  const known = { isUnderWay: true, waiting: [] };
  const first = new MockActivityEnvironment({ attempt: 1 }).run(deliverGroup, packGroup(group));
  const waiting = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: known });
  waiting.on('heartbeat', (details) => heartbeats.push(details));
  const second = waiting.run(deliverGroup, packGroup(group));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(heartbeats).toEqual([known]);
  for (const { succeed } of asked) succeed();
  await vi.advanceTimersByTimeAsync(0);
  await Promise.all([first, second]);
  vi.useRealTimers();
});

it('a receiver that was recorded as gone before a worker died has its subscription disabled by the next', async () => {
  const gone = attempted(0, 100, 1, 'exhaust');
  if (gone.type !== 'AttemptEnded') throw new Error('expected an attempt');
  log.set(gone.delivery_id, { ...gone, status_code: 410, next: { step: 'exhaust', reason: 'gone' } });
  const second = new MockActivityEnvironment({ attempt: 2 }).run(deliverGroup, packGroup(group));
  await vi.waitUntil(() => asked.length === 2);
  for (const { succeed } of asked) succeed();
  await second;
  expect(disabled).toEqual([`${group.tasks[0]!.subscriptionId} endpoint_gone`]);
});
