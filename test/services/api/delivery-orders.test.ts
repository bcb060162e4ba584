import type { Kafka } from 'kafkajs';
import { pino } from 'pino';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Subscription } from '../../../domain/subscription/subscription.ts';
import type { HeldChange } from '../../../infra/kafka/event-log.ts';
import type { ShownDelivery } from '../../../infra/postgres/delivery-queries.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import type { Caller } from '../../../services/api/authenticate.ts';
import { type OrderDeps, retryDelivery } from '../../../services/api/delivery-orders.ts';
import { taskOf } from '../../activities/task-of.ts';

const TASK = taskOf(0);
const CALLER = { accountId: TASK.accountId, actor: 'key:admin' } as Caller;
const shown = {
  id: TASK.deliveryId,
  subscription_id: TASK.subscriptionId,
  status: 'held',
  workflow_id: TASK.deliveryId,
  attempt_count: 2,
} as Partial<ShownDelivery> as ShownDelivery;

let appended: (DeliveryEvent | HeldChange)[];
let woken: number;
/** Workflows that were started. */
let begun: number;
/** How often the table was asked before it had heard that the delivery is held. */
let looksUntilHeld: number;
let deps: OrderDeps;
beforeEach(() => {
  appended = [];
  woken = 0;
  begun = 0;
  looksUntilHeld = 0;
  deps = {
    queries: { getDelivery: () => Promise.resolve(shown), flushedBy: () => Promise.resolve(null) },
    directory: { get: () => ({ status: 'active' }) as Subscription },
    orders: {
      retryNow: () => Promise.resolve(false),
      cancel: () => Promise.resolve(false),
      restart: () => Promise.resolve((begun += 1) > 0),
    },
    eventLog: {
      appendDeliveryEvents: (events, held = []) => Promise.resolve(void appended.push(...events, ...held)),
    },
    recordAudit: () => Promise.resolve(),
    heldDelivery: () =>
      Promise.resolve(looksUntilHeld-- > 0 ? null : { task: TASK, attemptsMade: shown.attempt_count }),
    releases: { wake: () => void (woken += 1) },
    kafka: {} as Kafka,
    logger: pino({ level: 'silent' }),
  };
});
const retry = (): Promise<ShownDelivery> =>
  retryDelivery(deps, CALLER, TASK.deliveryId, false, new AbortController().signal);

it('a held delivery that is to be tried now stays in its line, which is told of it', async () => {
  expect(await retry()).toBe(shown);
  expect(appended).toEqual([{ change: 'hurry', task: TASK, attemptsMade: 2 }]);
  expect([woken, begun]).toEqual([1, 0]);
});

it('a held delivery of which the table has not heard yet is waited for, and not begun again', async () => {
  looksUntilHeld = 2;
  await retry();
  expect(appended).toMatchObject([{ change: 'hurry' }]);
  expect(begun).toBe(0);
});

it('one of a line that begins again is held before the log says so, for one append may be taken by half', async () => {
  const { eventLog } = deps;
  let taken = (): void => undefined;
  const isTaken = new Promise<void>((resolve) => (taken = resolve));
  deps = {
    ...deps,
    queries: { ...deps.queries, getDelivery: () => Promise.resolve({ ...shown, status: 'exhausted' }) },
    heldDelivery: () => Promise.resolve({ task: { ...TASK, lane: 'a customer' }, attemptsMade: 2 }),
    eventLog: {
      async appendDeliveryEvents(events, held) {
        await eventLog.appendDeliveryEvents(events, held);
        await isTaken;
      },
    },
  };
  const retrying = retry();
  await vi.waitFor(() => expect(appended).toMatchObject([{ change: 'hold' }]));
  taken();
  await retrying;
  expect(appended).toMatchObject([{ change: 'hold' }, { type: 'DeliveryRestarted' }]);
  expect([woken, begun]).toEqual([1, 0]);
});
