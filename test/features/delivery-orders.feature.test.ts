/** Retry and cancel of single deliveries, asked for through the API. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import {
  call,
  type Platform,
  type ShownSubscription,
  startPlatform,
  subscribe,
  unique,
  unsubscribe,
} from './customer.ts';

const PATIENCE = { timeout: 30_000 };
/** Four attempts, an hour between them: whatever is seen sooner was asked for. */
const HOURLY = { max_retries: 3, retry_delay: 3_600, exponential_backoff: false, max_delay: 3_600 };

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly attempt_count: number;
  readonly attempts: readonly { readonly number: number; readonly url: string }[];
}

let platform: Platform;
let receiver: CustomerReceiver;
beforeAll(async () => {
  platform = await startPlatform();
  receiver = await startCustomerReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await platform.stop();
});
beforeEach(() => {
  receiver.statusFor = () => 503;
});

/** A subscription, one event for it, and the delivery once it stands as it is expected to. */
async function deliveryThat(
  status: string,
  settings: object = {},
): Promise<{ id: string; subscription: ShownSubscription }> {
  const type = unique('orders');
  const subscription = await subscribe({
    url: receiver.url,
    events: [type],
    retry_policy: HOURLY,
    ...settings,
  });
  await platform.publish([{ id: unique('evt'), event: type, timestamp: '2024-01-15T10:30:05Z', data: {} }]);
  const list = () =>
    call<{ data: Shown[] }>('GET', `/v1/deliveries?subscription_id=${subscription.id}`).then(
      ({ body }) => body.data[0],
    );
  await expect.poll(async () => (await list())?.status, PATIENCE).toBe(status);
  return { id: (await list())!.id, subscription };
}

const shown = async (id: string): Promise<Shown> => (await call<Shown>('GET', `/v1/deliveries/${id}`)).body;
const becomes = (id: string, status: string, attempts: number) =>
  expect
    .poll(async () => {
      const delivery = await shown(id);
      return [delivery.status, delivery.attempts.map(({ number }) => number)];
    }, PATIENCE)
    .toEqual([status, Array.from({ length: attempts }, (_, i) => i + 1)]);
const retry = (id: string, body?: object) => call('POST', `/v1/deliveries/${id}/retry`, body);
const cancel = (id: string) => call('POST', `/v1/deliveries/${id}/cancel`);
const arrivalsOf = (id: string) => receiver.deliveries.filter(({ deliveryId }) => deliveryId === id);

it('a delivery that waits is tried at once when it is retried, again and again', async () => {
  const { id, subscription } = await deliveryThat('retrying');
  expect((await retry(id)).status).toBe(202);
  await becomes(id, 'retrying', 2);
  await retry(id);
  await becomes(id, 'retrying', 3);
  receiver.statusFor = () => 200;
  await retry(id);
  await becomes(id, 'succeeded', 4);
  expect(new Set(arrivalsOf(id).map(({ rawBody }) => rawBody)).size).toBe(1);
  await unsubscribe(subscription.id);
});

it('a url, a header and a secret that were corrected take effect on the attempt that is asked for', async () => {
  const { id, subscription } = await deliveryThat('retrying', { headers: { 'X-Team': 'wrong' } });
  const url = `${receiver.url}/corrected`;
  const patch = { url, headers: { 'X-Team': 'right' }, secret: 'another-secret-of-16' };
  expect((await call('PATCH', `/v1/subscriptions/${subscription.id}`, patch)).status).toBe(200);
  receiver.statusFor = () => 200;
  await retry(id);
  await becomes(id, 'succeeded', 2);
  expect((await shown(id)).attempts[1]!.url).toBe(url);
  const [before, after] = arrivalsOf(id);
  expect(after!.headers['x-team']).toBe('right');
  expect(after!.headers['x-broxi-signature']).not.toBe(before!.headers['x-broxi-signature']);
  await unsubscribe(subscription.id);
});

it('a delivery that is cancelled is tried no more, and counts nowhere', async () => {
  const { id, subscription } = await deliveryThat('retrying');
  expect((await cancel(id)).status).toBe(202);
  await becomes(id, 'cancelled', 1);
  const stats = (await call('GET', `/v1/subscriptions/${subscription.id}/stats`)).body;
  expect(stats).toMatchObject({ total_deliveries: 0, pending_deliveries: 0 });
  expect((await cancel(id)).status).toBe(409);
  await unsubscribe(subscription.id);
});

it('one that was cancelled begins again when it is retried', async () => {
  const { id, subscription } = await deliveryThat('retrying');
  await cancel(id);
  await becomes(id, 'cancelled', 1);
  receiver.statusFor = () => 200;
  expect((await retry(id)).status).toBe(202);
  await becomes(id, 'succeeded', 2);
  await unsubscribe(subscription.id);
});

it('one that was given up begins again with all of its retries, numbered on', async () => {
  const quick = { max_retries: 1, retry_delay: 0.1 };
  const { id, subscription } = await deliveryThat('exhausted', { retry_policy: quick });
  expect((await retry(id)).status).toBe(202);
  await becomes(id, 'exhausted', 4);
  receiver.statusFor = () => 200;
  await retry(id);
  await becomes(id, 'succeeded', 5);
  const stats = (await call('GET', `/v1/subscriptions/${subscription.id}/stats`)).body;
  expect(stats).toMatchObject({ total_deliveries: 1, successful_deliveries: 1, failed_deliveries: 0 });
  await unsubscribe(subscription.id);
});

it('one that succeeded is sent a second time only with force', async () => {
  receiver.statusFor = () => 200;
  const { id, subscription } = await deliveryThat('succeeded');
  expect((await retry(id)).status).toBe(409);
  expect((await retry(id, { force: true })).status).toBe(202);
  await becomes(id, 'succeeded', 2);
  await unsubscribe(subscription.id);
});

it('nothing is retried of a subscription that is switched off', async () => {
  const { id, subscription } = await deliveryThat('exhausted', { retry_policy: { max_retries: 0 } });
  await call('PATCH', `/v1/subscriptions/${subscription.id}`, { active: false });
  const { status, body } = await retry(id);
  expect([status, body['detail']]).toEqual([
    409,
    'Its subscription is disabled, so that nothing is sent to it.',
  ]);
  await unsubscribe(subscription.id);
});

it.each([{ force: 'yes' }, { again: true }])('refuses %j', async (body) => {
  expect((await retry('del_00000000000000000000000000000000', body)).status).toBe(422);
});
