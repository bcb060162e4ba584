/**
 * `ordered_by` on the whole product. Deterministic here: which deliveries are owed, and that of one value none succeeds
 * before those that came earlier have ended. Not deterministic: which attempts fail, which a kill cuts off and has made
 * again, and who of different values is first.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, type Platform, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';
import { killAndAwaitNext } from './kill-and-await-next.ts';

const EVENTS = 10_000;
const KEYS = 100;
const PATIENCE = { timeout: 900_000, interval: 100 };
const SOON = { timeout: 60_000, interval: 100 };
/** Never used up, and soon over. */
const SHORT_RETRIES = { max_retries: 100, retry_delay: 0.2, exponential_backoff: false, max_delay: 1 };
const HOURLY = { max_retries: 3, retry_delay: 3_600, exponential_backoff: false, max_delay: 3_600 };

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly event_id: string;
}
interface Data {
  readonly key: string;
  readonly index: number;
}

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
beforeEach(() => {
  receiver.statusFor = () => 200;
});

const dataOf = (rawBody: string): Data => (JSON.parse(rawBody) as { data: Data }).data;

/** Events 0, 1, 2 and so on, each with the key that `keyOf` gives it, which is also its key on Kafka. */
const publish = (type: string, from: number, to: number, keyOf: (index: number) => string): Promise<void> =>
  platform.publishRaw(
    Array.from({ length: to - from }, (_, place) => {
      const index = from + place;
      const data: Data = { key: keyOf(index), index };
      const event = { id: `${type}-${index}`, event: type, timestamp: '2024-01-15T10:30:05Z', data };
      return { key: data.key, value: JSON.stringify(event) };
    }),
  );

/** The indexes of the events of `type` that the receiver has taken, each where it first was. */
function keepTaken(type: string, statusFor: (data: Data, attempt: number) => number): number[] {
  const taken = new Set<number>();
  const order: number[] = [];
  receiver.statusFor = ({ headers, rawBody, attempt }) => {
    if (headers['x-broxi-event'] !== type) return 200;
    const data = dataOf(rawBody);
    const status = statusFor(data, attempt);
    if (status === 200 && !taken.has(data.index)) {
      taken.add(data.index);
      order.push(data.index);
    }
    return status;
  };
  return order;
}

const stats = async (id: string): Promise<Record<string, unknown>> =>
  (await call('GET', `/v1/subscriptions/${id}/stats`)).body;
const list = async (query: string): Promise<readonly Shown[]> =>
  (await call<{ data: readonly Shown[] }>('GET', `/v1/deliveries?${query}&limit=250`)).body.data;
const deliveryOf = async (type: string, index: number): Promise<Shown> =>
  (await list(`event_id=${type}-${index}`))[0]!;

it(
  'keeps the order of each key and loses nothing, through failures, kills and a pause',
  { timeout: 1_200_000 },
  async () => {
    const type = unique('lanes.chaos');
    const { id } = await subscribe({
      url: receiver.url,
      events: [type],
      ordered_by: 'key',
      retry_policy: SHORT_RETRIES,
    });
    const order = keepTaken(type, () => (Math.random() < 0.05 ? 503 : 200));
    const keyOf = (index: number): string => `key ${index % KEYS}`;
    const reached = (share: number) =>
      expect.poll(() => order.length, PATIENCE).toBeGreaterThanOrEqual(EVENTS * share);

    await publish(type, 0, EVENTS / 2, keyOf);
    await reached(0.1);
    await killAndAwaitNext('worker');
    await killAndAwaitNext('router');
    await publish(type, EVENTS / 2, EVENTS * 0.8, keyOf);
    await killAndAwaitNext('router');
    await reached(0.4);
    await call('POST', `/v1/subscriptions/${id}/pause`);
    await publish(type, EVENTS * 0.8, EVENTS, keyOf);
    await killAndAwaitNext('router');
    // Held is also what the router had not come to when the pause began.
    const known = async () => {
      const { successful_deliveries, pending_deliveries, held_deliveries } = await stats(id);
      return Number(successful_deliveries) + Number(pending_deliveries) + Number(held_deliveries);
    };
    await expect.poll(known, PATIENCE).toBe(EVENTS);
    expect(Number((await stats(id))['held_deliveries'])).toBeGreaterThanOrEqual(EVENTS * 0.2);
    await call('POST', `/v1/subscriptions/${id}/resume`);
    await reached(0.7);
    await killAndAwaitNext('worker');
    await expect.poll(() => order.length, PATIENCE).toBe(EVENTS);

    for (let key = 0; key < KEYS; key += 1) {
      const ofKey = order.filter((index) => index % KEYS === key);
      expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
    }
    await expect
      .poll(() => stats(id), PATIENCE)
      .toMatchObject({
        successful_deliveries: EVENTS,
        failed_deliveries: 0,
        held_deliveries: 0,
        pending_deliveries: 0,
      });
    await unsubscribe(id);
  },
);

it('one stuck value holds no other, waits visibly, and goes on when its first is retried, cancelled or given up', async () => {
  const type = unique('lanes.stuck');
  const { id } = await subscribe({
    url: receiver.url,
    events: [type],
    ordered_by: 'key',
    retry_policy: HOURLY,
  });
  const failing = new Set([0, 3, 6]);
  const order = keepTaken(type, ({ index }) => (failing.has(index) ? (index === 6 ? 404 : 503) : 200));
  const keyOf = (index: number): string => (index % 3 === 0 ? 'stuck' : `free ${index % 3}`);
  await publish(type, 0, 30, keyOf);
  // Two of three values are free: all of theirs arrives although the third is stuck.
  await expect.poll(() => order.length, SOON).toBe(20);
  expect(order.some((index) => index % 3 === 0)).toBe(false);
  const statusOf = async (index: number) => (await deliveryOf(type, index)).status;
  await expect.poll(() => statusOf(0), SOON).toBe('retrying');
  await expect.poll(() => statusOf(3), SOON).toBe('pending');
  await expect.poll(() => statusOf(27), SOON).toBe('pending');

  failing.delete(0);
  const first = await deliveryOf(type, 0);
  expect((await call('POST', `/v1/deliveries/${first.id}/retry`)).status).toBe(202);
  await expect.poll(() => statusOf(3), SOON).toBe('retrying');
  expect(order).toContain(0);

  const second = await deliveryOf(type, 3);
  expect((await call('POST', `/v1/deliveries/${second.id}/cancel`)).status).toBe(202);
  await expect.poll(() => order.length, SOON).toBe(28);
  expect(order.filter((index) => index % 3 === 0)).toEqual([0, 9, 12, 15, 18, 21, 24, 27]);
  await expect.poll(() => statusOf(6), SOON).toBe('exhausted');
  await expect.poll(() => statusOf(3), SOON).toBe('cancelled');

  // What is begun again goes at once, for what came after it has ended.
  failing.clear();
  const third = await deliveryOf(type, 6);
  expect((await call('POST', `/v1/deliveries/${third.id}/retry`)).status).toBe(202);
  await expect.poll(() => statusOf(6), SOON).toBe('succeeded');
  await unsubscribe(id);
}, 180_000);

it('events without the field wait for nobody', async () => {
  const type = unique('lanes.none');
  const { id } = await subscribe({
    url: receiver.url,
    events: [type],
    ordered_by: 'other.key',
    retry_policy: HOURLY,
  });
  const order = keepTaken(type, ({ index }) => (index === 0 ? 503 : 200));
  await publish(type, 0, 5, () => 'same');
  await expect.poll(() => [...order].sort(), SOON).toEqual([1, 2, 3, 4]);
  await unsubscribe(id);
}, 120_000);
