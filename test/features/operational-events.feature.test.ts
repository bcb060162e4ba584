/** What the product tells an account of its own subscriptions, seen by a subscriber of that account. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, type Platform, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';

const PATIENCE = { timeout: 30_000 };
const OPERATIONAL = ['webhook.disabled', 'webhook.degraded', 'webhook.recovered', 'delivery.exhausted'];

interface Told {
  readonly event: string;
  readonly webhook_id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

let platform: Platform;
/** Takes operational events and nothing else. */
let observer: CustomerReceiver;
let observing: string;
beforeAll(async () => {
  platform = await startPlatform();
  observer = await startCustomerReceiver();
  observing = (await subscribe({ url: observer.url, events: OPERATIONAL })).id;
});
afterAll(async () => {
  await unsubscribe(observing);
  await observer.stop();
  await platform.stop();
});

const toldOf = (webhookId: string): readonly Told[] =>
  observer.deliveries
    .map(({ rawBody }) => JSON.parse(rawBody) as Told)
    .filter(({ data }) => data['webhook_id'] === webhookId);

/** Publishes an event; answers its id. */
const publish = async (type = unique('operations')): Promise<string> => {
  const id = unique('evt');
  await platform.publish([{ id, event: type, timestamp: '2024-01-15T10:30:05Z', data: {} }]);
  return id;
};

describe('an endpoint that fails', () => {
  it('has its exhausted delivery told', async () => {
    const receiver = await startCustomerReceiver();
    receiver.statusFor = () => 404;
    const type = unique('operations');
    const { id } = await subscribe({ url: receiver.url, events: [type] });
    const eventId = await publish(type);
    await expect.poll(() => toldOf(id).length, PATIENCE).toBe(1);
    expect(toldOf(id)[0]).toMatchObject({
      event: 'delivery.exhausted',
      webhook_id: observing,
      data: {
        delivery_id: receiver.deliveries[0]!.deliveryId,
        event_id: eventId,
        event: type,
        reason: 'not_retried',
        attempts: 1,
        status_code: 404,
      },
    });
    await unsubscribe(id);
    await receiver.stop();
  });

  it('tells nothing more of what it is told itself', async () => {
    const receiver = await startCustomerReceiver();
    receiver.statusFor = () => 404;
    const { id } = await subscribe({ url: receiver.url, events: ['*'] });
    const eventId = await publish();
    const eventsOf = () => receiver.deliveries.map(({ rawBody }) => JSON.parse(rawBody) as Told);
    const toldItself = () =>
      eventsOf().filter(({ event, data }) => event === 'delivery.exhausted' && data['webhook_id'] === id);
    // It is told once that it failed, and fails to take that too.
    await expect.poll(() => toldItself().length, PATIENCE).toBeGreaterThan(0);
    const failedTwice = `/v1/deliveries?subscription_id=${id}&status=exhausted&event=delivery.exhausted`;
    await expect
      .poll(async () => (await call<{ data: unknown[] }>('GET', failedTwice)).body.data.length, PATIENCE)
      .toBeGreaterThan(0);
    // What is told of one subscription keeps its order: all before it has been heard when this is.
    const later = await publish();
    await expect.poll(() => toldOf(id).some(({ data }) => data['event_id'] === later), PATIENCE).toBe(true);
    const causes = toldOf(id).map(({ data }) => data['event_id']);
    expect(causes.sort()).toEqual([eventId, later].sort());
    await unsubscribe(id);
    await receiver.stop();
  });

  it('has its subscription disabled by a 410, and that told', async () => {
    const receiver = await startCustomerReceiver();
    receiver.statusFor = () => 410;
    const { id } = await subscribe({ url: receiver.url, events: ['*'] });
    await publish();
    await expect
      .poll(
        () =>
          toldOf(id)
            .map(({ event }) => event)
            .sort(),
        PATIENCE,
      )
      .toEqual(['delivery.exhausted', 'webhook.disabled']);
    expect(toldOf(id).find(({ event }) => event === 'webhook.disabled')).toMatchObject({
      data: { webhook_id: id, reason: 'endpoint_gone', version: 2 },
    });
    await unsubscribe(id);
    await receiver.stop();
  });
});

it('a subscription whose every attempt fails for as long as auto_disable_after says is disabled', async () => {
  const receiver = await startCustomerReceiver();
  receiver.statusFor = () => 500;
  const type = unique('operations');
  const { id } = await subscribe({
    url: receiver.url,
    events: [type],
    auto_disable_after: 1,
    retry_policy: { max_retries: 1, retry_delay: 1 },
  });
  const state = async () => {
    // As long as it takes: what comes to it now fails too.
    await publish(type);
    const { body } = await call('GET', `/v1/subscriptions/${id}`);
    return [body['state'], body['state_reason']];
  };
  await expect.poll(state, { ...PATIENCE, interval: 500 }).toEqual(['disabled', 'auto_disabled']);
  await expect
    .poll(() => toldOf(id).find(({ event }) => event === 'webhook.disabled'), PATIENCE)
    .toMatchObject({ data: { reason: 'auto_disabled', version: 2 } });
  await unsubscribe(id);
  await receiver.stop();
});

it.each(OPERATIONAL)('nobody can publish %s through the API', async (event) => {
  const { status, body } = await call<{ errors: { path: string }[] }>('POST', '/v1/events', {
    event,
    data: { webhook_id: 'wh_forged12345' },
  });
  expect([status, body.errors[0]?.path]).toEqual([422, 'event']);
});
