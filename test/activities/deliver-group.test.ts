/** Executions of one group that overlap: a server takes a worker for dead that was only too busy for its heartbeats. */
import { ActivityCancellationDetails, type ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDeliverGroup, type DeliverGroupDeps } from '../../activities/deliver-group.ts';
import type { AttemptMade, AttemptOrder } from '../../activities/make-attempt.ts';
import { CLOCK_SKEW_MS } from '../../activities/recall.ts';
import { allWaiting } from '../../domain/deliver/riding.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import { packGroup } from '../../infra/temporal/packed-group.ts';
import type { DeliveryGroup, GroupOrder, GroupProgress } from '../../schemas/delivery.ts';
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
let asked: { readonly order: AttemptOrder; readonly succeed: () => void; readonly fail: () => void }[];
/** Those that have got a workflow of their own. */
let startedOwn: DeliveryId[];
let log: Map<DeliveryId, DeliveryEvent>;
let disabled: string[];
/** Of each time that the log was asked. */
let recalledSinceMs: number[];
/** Until then the log is being read. */
let readable: Promise<void>;
/** Until then no record is acknowledged. */
let appended: Promise<void>;
let deliverGroup: ReturnType<typeof createDeliverGroup>;
beforeEach(() => {
  asked = [];
  startedOwn = [];
  log = new Map();
  disabled = [];
  recalledSinceMs = [];
  readable = Promise.resolve();
  appended = Promise.resolve();
  const deps: DeliverGroupDeps = {
    makeAttempt: (order) =>
      new Promise<AttemptMade>((resolve, reject) => {
        const event = attempted(indexOf(order), 100, 1, 'succeed');
        order.unlessSent?.addEventListener('abort', () => reject(order.unlessSent?.reason as Error));
        asked.push({
          order,
          succeed: () => resolve({ end: { step: 'succeed' }, events: [event], fallback: null }),
          fail: () =>
            resolve({
              end: { step: 'retry', number: 1, delayMs: 3_600_000, failure: 'answered 503' },
              events: [{ ...attempted(indexOf(order), 100, 1, 'retry'), workflow_id: group.id }],
              fallback: null,
            }),
        });
      }),
    eventLog: {
      appendSubscriptionEvents: () => Promise.resolve(),
      appendDeliveryEvents: (events) => {
        for (const event of events) log.set(event.delivery_id, event);
        return appended;
      },
    },
    releases: { wake: () => undefined },
    startOwn: ({ deliveryId }) => Promise.resolve(void startedOwn.push(deliveryId)),
    takeRoom: () => false,
    recall: async (ids, sinceMs) => {
      recalledSinceMs.push(sinceMs);
      await readable;
      return new Map([...log].filter(([id]) => ids.has(id)));
    },
    disableSubscription: (_account, id, reason) => Promise.resolve(void disabled.push(`${id} ${reason}`)),
    now: () => new Date(),
    shutdown: new AbortController().signal,
  };
  deliverGroup = createDeliverGroup(deps);
});
afterEach(() => {
  vi.useRealTimers();
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

it('asks the log for what was recorded since the last heartbeat, and gives signs of life while it is read', async () => {
  vi.useFakeTimers();
  let read = (): void => undefined;
  readable = new Promise((resolve) => (read = resolve));
  const atMs = Date.parse(group.startedAt) + 3_600_000;
  const progress: GroupProgress = { isUnderWay: true, waiting: allWaiting(3).slice(1), atMs };
  const heartbeats: unknown[] = [];
  const next = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: progress });
  next.on('heartbeat', (details) => heartbeats.push(details));
  const execution = next.run(deliverGroup, packGroup(group));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(recalledSinceMs).toEqual([atMs - CLOCK_SKEW_MS]);
  expect(heartbeats).toHaveLength(30);
  expect(new Set(heartbeats)).toEqual(new Set([progress]));
  log.set(group.tasks[1]!.deliveryId, attempted(1, 100, 1, 'succeed'));
  read();
  await vi.advanceTimersByTimeAsync(0);
  expect(numbers()).toEqual([2]);
  asked[0]!.succeed();
  await execution;
});

it('tells in its heartbeats since when something may be on record that it does not know of', async () => {
  vi.useFakeTimers();
  let append = (): void => undefined;
  appended = new Promise((resolve) => (append = resolve));
  const heartbeats: GroupProgress[] = [];
  const environment = new MockActivityEnvironment({ attempt: 1 });
  environment.on('heartbeat', (details) => heartbeats.push(details as GroupProgress));
  const execution = environment.run(deliverGroup, packGroup(group));
  await vi.advanceTimersByTimeAsync(3_000);
  asked[0]!.succeed();
  const succeededAtMs = Date.now();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(heartbeats.at(-1)?.atMs).toBe(succeededAtMs);
  append();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(heartbeats.at(-1)).toMatchObject({ waiting: [{ index: 1 }, { index: 2 }], atMs: Date.now() });
  for (const { succeed } of asked) succeed();
  await vi.advanceTimersByTimeAsync(0);
  await execution;
});

it('tells when it is asked to end what is left, and who begins again with that asks nobody', async () => {
  const environment = new MockActivityEnvironment({ attempt: 1 });
  const execution = environment.run(deliverGroup, packGroup(group));
  await vi.waitUntil(() => asked.length === 3);
  asked[0]!.succeed();
  asked[1]!.fail();
  const ended = expect(execution).rejects.toMatchObject({
    details: [
      {
        isUnderWay: false,
        waiting: [
          { index: 1, attemptsMade: 1 },
          { index: 2, attemptsMade: 0 },
        ],
      },
    ],
  });
  await vi.waitUntil(() => log.size === 2);
  environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  await ended;
  const [known] = ((await execution.catch((error: unknown) => error)) as ApplicationFailure)
    .details as GroupProgress[];

  const order: GroupOrder = { deliveryId: group.tasks[1]!.deliveryId, do: 'retryNow' };
  const next = new MockActivityEnvironment({ attempt: 1 }).run(
    deliverGroup,
    packGroup(group),
    [order],
    known,
  );
  await vi.waitUntil(() => asked.length === 4);
  asked[3]!.succeed();
  await next;
  expect(numbers()).toEqual([0, 1, 2, 2]);
  expect(recalledSinceMs).toEqual([]);
  expect(startedOwn).toEqual([order.deliveryId]);
});

it('does not wait for what is due soon when it is asked to end', async () => {
  const dueAtMs = Date.now() + 2_500;
  const waiting = [{ index: 1, attemptsMade: 1, dueAtMs, failure: 'answered 503' }];
  const known: GroupProgress = { isUnderWay: false, waiting, atMs: Date.now() };
  const environment = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: known });
  const execution = environment.run(deliverGroup, packGroup(group));
  environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  await expect(execution).rejects.toMatchObject({ details: [{ isUnderWay: false, waiting }] });
  expect(numbers()).toEqual([]);
});

it('waits for all that are due soon with one listener at the signal that ends the waiting', async () => {
  vi.useFakeTimers();
  const dueAtMs = Date.now() + 2_500;
  const waiting = [0, 1, 2].map((index) => ({ index, attemptsMade: 1, dueAtMs, failure: 'answered 503' }));
  const known: GroupProgress = { isUnderWay: false, waiting, atMs: Date.now() };
  const environment = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: known });
  const listeners = () => getEventListeners(environment.context.cancellationSignal, 'abort').length;
  const listenersBefore = listeners();
  const execution = environment.run(deliverGroup, packGroup(group));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(numbers()).toEqual([]);
  expect(listeners()).toBe(listenersBefore + 1);
  await vi.advanceTimersByTimeAsync(500);
  expect(numbers()).toEqual([0, 1, 2]);
  for (const { succeed } of asked) succeed();
  await execution;
});

it('asks the log, when it begins again with what a heartbeat told, for what came since then', async () => {
  const atMs = Date.parse(group.startedAt) + 3_600_000;
  const known: GroupProgress = { isUnderWay: true, waiting: allWaiting(3).slice(1), atMs };
  const orders = [1, 2].map((index): GroupOrder => ({
    deliveryId: group.tasks[index]!.deliveryId,
    do: 'cancel',
  }));
  await new MockActivityEnvironment({ attempt: 1 }).run(deliverGroup, packGroup(group), orders, known);
  expect(recalledSinceMs).toEqual([atMs - CLOCK_SKEW_MS]);
  expect([...log.values()].map(({ type }) => type)).toEqual(['DeliveryCancelled', 'DeliveryCancelled']);
});
