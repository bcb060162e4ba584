/**
 * What dies loses nothing. Deterministic here: which deliveries are owed, and that each arrives. Not
 * deterministic: which attempts are cut off by a kill and made again.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import {
  call,
  eventsOf,
  type Platform,
  product,
  startPlatform,
  subscribe,
  unique,
  unsubscribe,
} from './customer.ts';
import { killAndAwaitNext } from './kill-and-await-next.ts';
import { killHard, pidOf } from './product.ts';

const EVENTS = 1_000;
const KILLS = 5;

let receiver: CustomerReceiver;
let platform: Platform;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
  platform = await startPlatform();
});
afterAll(async () => {
  await platform.stop();
  await receiver.stop();
});

interface Stats {
  readonly total_deliveries: number;
  readonly successful_deliveries: number;
  readonly pending_deliveries: number;
}

const statsOf = async (id: string): Promise<Stats> =>
  (await call<Stats>('GET', `/v1/subscriptions/${id}/stats`)).body;

async function subscribeThree(type: string): Promise<readonly string[]> {
  const made = await Promise.all([0, 1, 2].map(() => subscribe({ url: receiver.url, events: [type] })));
  return made.map(({ id }) => id);
}

/** The pairs of event and subscription that have arrived. */
function arrivedPairs(type: string): Set<string> {
  return new Set(
    receiver.deliveries
      .filter(({ headers }) => headers['x-broxi-event'] === type)
      .map(({ headers, rawBody }) => {
        const { data } = JSON.parse(rawBody) as { data: { index: number } };
        return `${data.index} ${String(headers['x-broxi-webhook'])}`;
      }),
  );
}

it(
  '1,000 events reach 3 subscriptions although the worker is killed five times',
  { timeout: 420_000 },
  async () => {
    const type = unique('crash.worker');
    const ids = await subscribeThree(type);
    // In waves, so that there is something on its way at each kill.
    const events = eventsOf(type, EVENTS);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const before = arrivedPairs(type).size;
      await platform.publish(events.splice(0, EVENTS / KILLS));
      await expect
        .poll(() => arrivedPairs(type).size, { timeout: 120_000, interval: 5 })
        .toBeGreaterThan(before + 20);
      await killAndAwaitNext('worker');
    }
    await expect.poll(() => arrivedPairs(type).size, { timeout: 300_000, interval: 500 }).toBe(3 * EVENTS);
    for (const id of ids) {
      await expect
        .poll(() => statsOf(id), { timeout: 60_000, interval: 500 })
        .toMatchObject({ total_deliveries: EVENTS, successful_deliveries: EVENTS });
    }
    await Promise.all(ids.map(unsubscribe));
  },
);

it.each(['router', 'projector', 'api'] as const)(
  'nothing is lost when the %s is killed under load',
  { timeout: 240_000 },
  async (service) => {
    const type = unique(`crash.${service}`);
    const ids = await subscribeThree(type);
    const events = eventsOf(type, 100);
    for (let kill = 1; kill <= 3; kill += 1) {
      const before = arrivedPairs(type).size;
      await platform.publish(events.splice(0, 34));
      await expect
        .poll(() => arrivedPairs(type).size, { timeout: 120_000, interval: 5 })
        .toBeGreaterThan(before + 20);
      await killAndAwaitNext(service);
    }
    await expect.poll(() => arrivedPairs(type).size, { timeout: 120_000 }).toBe(300);
    for (const id of ids) {
      await expect
        .poll(() => statsOf(id).catch(() => null), { timeout: 60_000 })
        .toMatchObject({ total_deliveries: 100, successful_deliveries: 100 });
    }
    const attempts = receiver.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type);
    const distinct = new Set(attempts.map(({ deliveryId, attempt }) => `${deliveryId} ${attempt}`));
    expect(attempts.length).toBe(distinct.size);
    await Promise.all(ids.map(unsubscribe));
  },
);

it.each(['kafka', 'temporal', 'postgres'] as const)(
  'nothing is lost when %s is killed under load',
  { timeout: 240_000 },
  async (part) => {
    const type = unique(`crash.${part}`);
    const ids = await subscribeThree(type);
    await platform.publish(eventsOf(type, 100));
    await expect.poll(() => arrivedPairs(type).size, { timeout: 60_000 }).toBeGreaterThan(30);
    await killAndAwaitNext(part);
    await answersWhatItCan();
    await expect.poll(() => arrivedPairs(type).size, { timeout: 180_000 }).toBe(300);
    for (const id of ids) {
      await expect
        .poll(() => statsOf(id).catch(() => null), { timeout: 120_000 })
        .toMatchObject({ total_deliveries: 100, successful_deliveries: 100 });
    }
    await Promise.all(ids.map(unsubscribe));
  },
);

/** Longer than Temporal waits for a worker that has a workflow's task, 10 s, before it gives the task to another one. */
const SLOWER_THAN_A_TASK_MS = 14_000;

it('a router that is killed as a first request goes out has none made again that is on the wire', async () => {
  const type = unique('crash.quiet');
  const answers: Promise<void>[] = [];
  const slow = createServer((request, response) => {
    request.resume();
    // At once: the way of the delivery's workflow to the attempt that was begun for it is still before it.
    if (answers.length === 0) killHard(pidOf(product(), 'router'));
    answers.push(delay(SLOWER_THAN_A_TASK_MS).then(() => void response.end()));
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
  const { id } = await subscribe({ url, events: [type] });
  await platform.publish(eventsOf(type, 3));
  await expect
    .poll(() => statsOf(id), { timeout: 90_000 })
    .toMatchObject({ total_deliveries: 3, successful_deliveries: 3, pending_deliveries: 0 });
  await Promise.all(answers);
  expect(answers).toHaveLength(3);
  slow.close();
  await unsubscribe(id);
});

it('a worker that is stopped in good order leaves a hanging request to its successor', async () => {
  const type = unique('crash.hanging');
  const hanging = createServer(
    (request) => void (request.resume(), requests.push(Number(request.headers['x-broxi-attempt']))),
  );
  const requests: number[] = [];
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/`;
  // With a rate limit, it is the worker that makes first attempts of quiet times.
  const { id } = await subscribe({ url, events: [type], timeout: 100, rate_limit: { per_second: 100 } });
  await platform.publish(eventsOf(type, 3));
  await expect.poll(() => requests.length, { timeout: 30_000 }).toBe(3);

  const { status } = await call('PATCH', `/v1/subscriptions/${id}`, { url: receiver.url });
  expect(status).toBe(200);
  const logBefore = workerLog();
  process.kill(pidOf(product(), 'worker'), 'SIGTERM');
  await expect.poll(() => arrivedPairs(type).size, { timeout: 90_000 }).toBe(3);
  expect(workerLog().slice(logBefore.length)).toContain('worker stopped');
  expect(requests).toEqual([1, 1, 1]);
  const attempts = receiver.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type);
  expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  hanging.closeAllConnections();
  hanging.close();
  await unsubscribe(id);
});

const workerLog = (): string => readFileSync(join(product().dataDir, 'logs', 'worker.log'), 'utf8');

/** The API never answers that the fault is its own, whatever part it misses. */
async function answersWhatItCan(): Promise<void> {
  const answers = await Promise.all([
    call('GET', '/v1/subscriptions'),
    call('GET', '/v1/deliveries'),
    call('GET', '/v1/event-types'),
  ]);
  for (const { status } of answers) expect([200, 503]).toContain(status);
}
