/** The fallback of a subscription, seen from outside. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type CustomerReceiver,
  holdsOverRawBody,
  startCustomerReceiver,
} from '../receivers/customer-receiver.ts';
import { call, type Platform, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly stands_in_for: string | null;
  readonly fallback_delivery_id: string | null;
  readonly attempts: readonly { readonly url: string }[];
}

let main: CustomerReceiver;
let fallback: CustomerReceiver;
let platform: Platform;
beforeAll(async () => {
  [main, fallback, platform] = await Promise.all([
    startCustomerReceiver(),
    startCustomerReceiver(),
    startPlatform(),
  ]);
});
afterAll(async () => {
  await Promise.all([main.stop(), fallback.stop(), platform.stop()]);
});

const get = async (id: string): Promise<Shown> => (await call<Shown>('GET', `/v1/deliveries/${id}`)).body;
const list = async (subscriptionId: string): Promise<readonly Shown[]> =>
  (await call<{ data: Shown[] }>('GET', `/v1/deliveries?subscription_id=${subscriptionId}`)).body.data;
const publish = (type: string, count: number): Promise<void> =>
  platform.publish(
    Array.from({ length: count }, (_, index) => ({
      id: `${type}-${index}`,
      event: type,
      timestamp: '2024-01-15T10:30:05Z',
      data: { index },
    })),
  );

it('an exhausted delivery goes to the fallback: signed, listed, and named by the one that it stands in for', async () => {
  const type = unique('fallback');
  main.statusFor = () => 400;
  const { id, secret } = await subscribe({
    url: main.url,
    events: [type],
    fallback: { url: fallback.url },
  });
  await publish(type, 1);
  const ofType = () => fallback.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type);
  await expect.poll(() => ofType().length, PATIENCE).toBe(1);
  const [received] = ofType();
  const [refused] = main.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type);
  expect(holdsOverRawBody(received!, secret)).toBe(true);
  expect(received!.rawBody).toBe(refused!.rawBody);
  expect(received!.deliveryId).not.toBe(refused!.deliveryId);

  await expect.poll(async () => (await get(received!.deliveryId)).status, PATIENCE).toBe('succeeded');
  expect(await get(received!.deliveryId)).toMatchObject({
    stands_in_for: refused!.deliveryId,
    fallback_delivery_id: null,
    attempts: [{ url: fallback.url }],
  });
  // Of another partition, which may be read later.
  await expect
    .poll(() => get(refused!.deliveryId), PATIENCE)
    .toMatchObject({
      status: 'exhausted',
      stands_in_for: null,
      fallback_delivery_id: received!.deliveryId,
      attempts: [{ url: main.url }],
    });
  expect(await list(id)).toHaveLength(2);

  // A person has the exhausted one tried again: it is exhausted again, and its fallback is not sent a second time.
  expect((await call('POST', `/v1/deliveries/${refused!.deliveryId}/retry`)).status).toBe(202);
  await expect.poll(async () => (await get(refused!.deliveryId)).attempts.length, PATIENCE).toBe(2);
  const held = async () => (await call('GET', `/v1/subscriptions/${id}/stats`)).body;
  await expect
    .poll(held, PATIENCE)
    .toMatchObject({ total_deliveries: 2, pending_deliveries: 0, held_deliveries: 0 });

  // And so is a fallback that a person has sent again.
  const again = await call('POST', `/v1/deliveries/${received!.deliveryId}/retry`, { force: true });
  expect(again.status).toBe(202);
  await expect.poll(() => ofType().length, PATIENCE).toBe(2);
  expect(ofType()[1]).toMatchObject({ deliveryId: received!.deliveryId, attempt: 2 });
  await unsubscribe(id);
});

it('of many exhausted deliveries every one arrives at the fallback once', async () => {
  const type = unique('fallback.many');
  main.statusFor = ({ rawBody }) =>
    (JSON.parse(rawBody) as { data: { index: number } }).data.index % 2 === 0 ? 404 : 200;
  const { id } = await subscribe({ url: main.url, events: [type], fallback: { url: fallback.url } });
  await publish(type, 400);
  const arrived = () =>
    fallback.deliveries
      .filter(({ headers }) => headers['x-broxi-event'] === type)
      .map(({ rawBody }) => (JSON.parse(rawBody) as { data: { index: number } }).data.index);
  await expect.poll(() => arrived().length, PATIENCE).toBe(200);
  expect(new Set(arrived()).size).toBe(200);
  expect(arrived().every((index) => index % 2 === 0)).toBe(true);
  await expect
    .poll(async () => (await call('GET', `/v1/subscriptions/${id}/stats`)).body, PATIENCE)
    .toMatchObject({ successful_deliveries: 400, failed_deliveries: 200, held_deliveries: 0 });
  await unsubscribe(id);
});

it('a fallback is shown, changed and removed like any setting, and a destination is refused by name', async () => {
  const { id } = await subscribe({ url: main.url, events: ['a'], fallback: { url: fallback.url } });
  const path = `/v1/subscriptions/${id}`;
  expect((await call('GET', path)).body).toMatchObject({ fallback: { url: fallback.url } });
  expect((await call('PATCH', path, { fallback: null })).body).toMatchObject({ fallback: null });
  const { data } = (await call<{ data: { changes: { path: string }[] }[] }>('GET', `${path}/history`)).body;
  expect(data[0]?.changes).toEqual([{ path: 'fallback', from: { url: fallback.url }, to: null }]);

  const refused = await call('PATCH', path, { fallback: { destination: { type: 'slack' } } });
  expect(refused.status).toBe(422);
  expect(JSON.stringify(refused.body['errors'])).toContain('destination is not offered by this version');
  await unsubscribe(id);
});
