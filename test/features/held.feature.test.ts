/**
 * What is held, and what rides in groups, on the whole product. Deterministic here: which deliveries are owed, that
 * each arrives, and how often where nothing dies. Not deterministic: who is on the wire at the same time.
 */
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import {
  call,
  eventsOf,
  kafkaOf,
  type Platform,
  product,
  startPlatform,
  subscribe,
  unique,
  unsubscribe,
} from './customer.ts';
import { killHard, pidOf } from './product.ts';
import { readToEnd } from './read-to-end.ts';

const HELD = 3_000;
const PATIENCE = { timeout: 120_000, interval: 250 };
/** What a release has on the wire at most. */
const ON_THE_WIRE = 128;
const HOURLY = { max_retries: 3, retry_delay: 3_600, exponential_backoff: false, max_delay: 3_600 };

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly workflow_id: string;
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

/** The indexes of the events that have arrived, in the order of their arrival. */
const arrived = (type: string): number[] =>
  receiver.deliveries
    .filter(({ headers }) => headers['x-broxi-event'] === type)
    .map(({ rawBody }) => (JSON.parse(rawBody) as { data: { index: number } }).data.index);
const stats = async (id: string): Promise<Record<string, unknown>> =>
  (await call('GET', `/v1/subscriptions/${id}/stats`)).body;
const list = async (query: string): Promise<readonly Shown[]> =>
  (await call<{ data: readonly Shown[] }>('GET', `/v1/deliveries?${query}&limit=250`)).body.data;

async function pausedWith(type: string, count: number, settings: object = {}): Promise<string> {
  const { id } = await subscribe({ url: receiver.url, events: [type], ...settings });
  await call('POST', `/v1/subscriptions/${id}/pause`);
  // With one key: in one partition, whose order is known.
  const records = eventsOf(type, count).map((event) => ({ key: type, value: JSON.stringify(event) }));
  await platform.publishRaw(records);
  await expect.poll(() => stats(id), PATIENCE).toMatchObject({ held_deliveries: count });
  return id;
}

it('all that came while a subscription was paused arrives once after the resume, oldest first', async () => {
  const type = unique('held.order');
  const id = await pausedWith(type, HELD);
  expect(arrived(type)).toEqual([]);

  await call('POST', `/v1/subscriptions/${id}/resume`);
  await expect.poll(() => arrived(type).length, PATIENCE).toBe(HELD);
  await expect
    .poll(() => stats(id), PATIENCE)
    .toMatchObject({
      held_deliveries: 0,
      successful_deliveries: HELD,
    });
  const order = arrived(type);
  expect(new Set(order).size).toBe(HELD);
  // One that is slow is overtaken by many; none may start while more older ones than that are still to come.
  const ahead = order.map((index, place) => index - place);
  expect(Math.max(...ahead)).toBeLessThanOrEqual(ON_THE_WIRE);
  await unsubscribe(id);
}, 300_000);

it('what comes alone during a pause is held once, though its workflow asks for an attempt too', async () => {
  const type = unique('held.alone');
  const id = await pausedWith(type, 1);
  for (let count = 2; count <= 10; count += 1) {
    await platform.publish(eventsOf(type, 1, count));
    await expect.poll(() => stats(id), PATIENCE).toMatchObject({ held_deliveries: count });
  }
  const held = (await list(`subscription_id=${id}`)).map((delivery) => delivery.id);
  const connection = await Connection.connect({ address: product().temporalAddress });
  const { workflow } = new Client({ connection });
  for (const one of held) {
    const statusOf = async () => (await workflow.getHandle(one).describe()).status.name;
    await expect.poll(statusOf, PATIENCE).toBe('COMPLETED');
  }
  await connection.close();
  expect(await timesHeld(held)).toEqual(held.map(() => 1));
  await unsubscribe(id);
}, 120_000);

/** How often the log says of each that it was held, as far as it reaches now. */
async function timesHeld(deliveryIds: readonly string[]): Promise<readonly number[]> {
  const found: string[] = [];
  await readToEnd(['webhooks.deliveries'], ({ value }) => {
    const { delivery_id, type } = JSON.parse(String(value)) as Record<string, string>;
    if (type === 'DeliveryHeld') found.push(delivery_id!);
  });
  return deliveryIds.map((id) => found.filter((one) => one === id).length);
}

it.each(['worker', 'postgres', 'temporal', 'router'] as const)(
  'nothing is lost when the %s is killed during a release',
  async (part) => {
    const type = unique(`held.${part}`);
    const id = await pausedWith(type, 1_000);
    await call('POST', `/v1/subscriptions/${id}/resume`);
    await expect.poll(() => arrived(type).length, { timeout: 120_000, interval: 5 }).toBeGreaterThan(50);
    killHard(pidOf(product(), part));
    await expect.poll(() => new Set(arrived(type)).size, PATIENCE).toBe(1_000);
    await expect
      .poll(() => stats(id).catch(() => null), PATIENCE)
      .toMatchObject({
        held_deliveries: 0,
        successful_deliveries: 1_000,
      });
    await unsubscribe(id);
  },
  300_000,
);

it('nothing is lost when the actor of a release is terminated in the middle of it', async () => {
  const type = unique('held.terminated');
  const count = 500;
  // It takes 20 s over them.
  const id = await pausedWith(type, count, { rate_limit: { per_second: 25 } });
  const connection = await Connection.connect({ address: product().temporalAddress });
  const actor = new Client({ connection }).workflow.getHandle(`release:${id}`);
  await call('POST', `/v1/subscriptions/${id}/resume`);
  await expect.poll(() => arrived(type).length, { timeout: 120_000, interval: 5 }).toBeGreaterThan(0);
  await actor.terminate('by a test');
  await connection.close();
  await expect.poll(() => new Set(arrived(type)).size, PATIENCE).toBe(count);
  await expect
    .poll(() => stats(id), PATIENCE)
    .toMatchObject({
      held_deliveries: 0,
      successful_deliveries: count,
    });
  await unsubscribe(id);
}, 300_000);

it('what is held outlives the events that it was made of', async () => {
  const type = unique('held.expired');
  const id = await pausedWith(type, 100);
  const topic = 'platform.events';
  const admin = kafkaOf().admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({
    topic,
    partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
  });
  const left = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  // Operational events may have come in since.
  const oldest = new Map(left.map(({ partition, low }) => [partition, low]));
  expect(oldest).toEqual(new Map(ends.map(({ partition, high }) => [partition, high])));

  await call('POST', `/v1/subscriptions/${id}/resume`);
  await expect.poll(() => new Set(arrived(type)).size, PATIENCE).toBe(100);
  await expect
    .poll(() => stats(id), PATIENCE)
    .toMatchObject({
      held_deliveries: 0,
      successful_deliveries: 100,
    });
  await unsubscribe(id);
}, 180_000);

it('what is held is cancelled with its subscription, and one by one', async () => {
  const type = unique('held.cancelled');
  const id = await pausedWith(type, 3);
  const [first] = await list(`subscription_id=${id}`);
  expect((await call('POST', `/v1/deliveries/${first!.id}/retry`)).status).toBe(409);
  expect((await call('POST', `/v1/deliveries/${first!.id}/cancel`)).status).toBe(202);
  await expect.poll(() => stats(id), PATIENCE).toMatchObject({ held_deliveries: 2 });

  await unsubscribe(id);
  const statuses = async () => (await list(`subscription_id=${id}`)).map(({ status }) => status);
  await expect.poll(statuses, PATIENCE).toEqual(['cancelled', 'cancelled', 'cancelled']);
  expect(arrived(type)).toEqual([]);
}, 180_000);

it('an endpoint that is down is left alone, and gets everything once it is back', async () => {
  const type = unique('held.down');
  const { id } = await subscribe({ url: receiver.url, events: [type], retry_policy: HOURLY });
  let isDown = true;
  receiver.statusFor = ({ headers }) => (headers['x-broxi-event'] === type && isDown ? 503 : 200);
  await platform.publish(eventsOf(type, 400));
  await expect.poll(async () => Number((await stats(id))['held_deliveries']), PATIENCE).toBeGreaterThan(200);
  expect(arrived(type).length).toBeLessThan(200);

  isDown = false;
  const retrying = async () => (await list(`subscription_id=${id}&status=retrying`)).length;
  // What failed before the circuit opened waits its hour; the rest is sent.
  await expect
    .poll(async () => Number((await stats(id))['successful_deliveries']) + (await retrying()), PATIENCE)
    .toBe(400);
  await expect.poll(() => stats(id), PATIENCE).toMatchObject({ held_deliveries: 0 });
  await unsubscribe(id);
}, 300_000);

it('deliveries that ride in a group can be retried and cancelled one by one', async () => {
  const type = unique('riding');
  const { id } = await subscribe({ url: receiver.url, events: [type], retry_policy: HOURLY });
  const indexOf = (rawBody: string): number =>
    (JSON.parse(rawBody) as { data: { index: number } }).data.index;
  let fail = true;
  receiver.statusFor = ({ headers, rawBody }) =>
    headers['x-broxi-event'] === type && fail && indexOf(rawBody) % 10 === 0 ? 503 : 200;
  await platform.publish(eventsOf(type, 300));
  const retrying = () => list(`subscription_id=${id}&status=retrying`);
  await expect.poll(async () => (await retrying()).length, PATIENCE).toBe(30);
  const riding = (await retrying()).filter(({ workflow_id }) => workflow_id.startsWith('group:'));
  const [first, second] = riding;

  fail = false;
  expect((await call('POST', `/v1/deliveries/${first!.id}/retry`)).status).toBe(202);
  expect((await call('POST', `/v1/deliveries/${second!.id}/cancel`)).status).toBe(202);
  const statusOf = async (delivery: Shown) =>
    (await call<Shown>('GET', `/v1/deliveries/${delivery.id}`)).body.status;
  await expect.poll(() => statusOf(first!), PATIENCE).toBe('succeeded');
  await expect.poll(() => statusOf(second!), PATIENCE).toBe('cancelled');
  expect((await retrying()).length).toBe(28);
  await unsubscribe(id);
}, 180_000);

it('no more requests reach an endpoint than its rate limit allows, and nothing is lost', async () => {
  const type = unique('limited');
  const { id } = await subscribe({ url: receiver.url, events: [type], rate_limit: { per_second: 20 } });
  const publishedAtMs = Date.now();
  await platform.publish(eventsOf(type, 120));
  await expect.poll(() => arrived(type).length, PATIENCE).toBe(120);
  const requests = receiver.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type);
  // Whatever delays them, so many cannot have been sent sooner.
  const lastMs = Math.max(...requests.map(({ receivedAtMs }) => receivedAtMs));
  expect(lastMs - publishedAtMs).toBeGreaterThan(((120 - 20) / 20) * 1_000);
  // By the sender's clock, for they may bunch up on their way. A worker that stood still sends at once what has waited
  // for its turn, up to a second's worth, and one more.
  const inSeconds = new Map<string, number>();
  for (const { headers } of requests) {
    const second = String(headers['x-broxi-timestamp']);
    inSeconds.set(second, (inSeconds.get(second) ?? 0) + 1);
  }
  expect(Math.max(...inSeconds.values())).toBeLessThanOrEqual(2 * 20 + 1);
  await unsubscribe(id);
}, 180_000);
