/** Why an event was or was not delivered, asked from outside, for each reason that there is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, type Platform, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';

let receiver: CustomerReceiver;
let platform: Platform;
const created: string[] = [];
beforeAll(async () => {
  receiver = await startCustomerReceiver();
  platform = await startPlatform();
});
afterAll(async () => {
  await Promise.all(created.map(unsubscribe));
  await platform.stop();
  await receiver.stop();
});

const subscribed = async (settings: object) => {
  const subscription = await subscribe({ url: receiver.url, ...settings });
  created.push(subscription.id);
  return subscription;
};
const newType = () => unique('order').replaceAll('_', '.');
const event = (type: string, data: object = {}) => ({
  id: unique('evt'),
  event: type,
  timestamp: '2024-01-15T10:30:05.123Z',
  data,
});

interface Explained {
  readonly reason: string;
  readonly records: readonly { outcome: string; error: string | null }[];
  readonly [field: string]: unknown;
}
const explain = (eventId: string, subscriptionId: string, time: object = {}) =>
  call<Explained>('POST', '/v1/explain', { event_id: eventId, subscription_id: subscriptionId, ...time });
/** The answer once it is no longer that nothing is known yet. */
const settled = async (eventId: string, subscriptionId: string, reason: string): Promise<Explained> => {
  await expect
    .poll(async () => (await explain(eventId, subscriptionId)).body.reason, { timeout: 60_000 })
    .toBe(reason);
  return (await explain(eventId, subscriptionId)).body;
};

describe('an event that was delivered', () => {
  it('is explained condition by condition, up to its delivery', async () => {
    const type = newType();
    const { id } = await subscribed({
      events: [type],
      filters: { shop: ['x', 'y'] },
      routes: [{ when: { filters: { total: { greater_than: 5 } } }, url: `${receiver.url}/large` }],
    });
    const published = event(type, { shop: 'x', total: 7 });
    await platform.publish([published]);
    expect(await settled(published.id, id, 'delivered')).toMatchObject({
      event_id: published.id,
      subscription_id: id,
      event: type,
      account_id: 'default',
      timestamp: '2024-01-15T10:30:05.123Z',
      delivered: true,
      matched: true,
      url: `${receiver.url}/large`,
      subscription: { version: 1, state: 'active', state_reason: null },
      checks: [
        { path: 'account_id', outcome: 'holds' },
        { path: 'events', operator: 'matches', expected: [type], actual: type, outcome: 'holds' },
        { path: 'filters.shop', operator: 'in', expected: ['x', 'y'], actual: 'x', outcome: 'holds' },
      ],
      routes: [{ url: `${receiver.url}/large`, holds: true }],
      delivery: {
        status: 'succeeded',
        attempt_count: 1,
        temporal_url: expect.stringContaining('/workflows/'),
      },
      records: [{ topic: 'platform.events', outcome: 'judged' }],
      searched: { complete: true },
    });
  });

  it('and is on Kafka again says that the second record was taken for the first', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [type] });
    const value = JSON.stringify(event(type));
    const eventId = (JSON.parse(value) as { id: string }).id;
    await platform.publishRaw([{ value, partition: 0 }]);
    await settled(eventId, id, 'delivered');
    await platform.publishRaw([{ value, partition: 1 }]);
    await expect
      .poll(async () => (await explain(eventId, id)).body.records.map(({ outcome }) => outcome), {
        timeout: 30_000,
      })
      .toEqual(['judged', 'deduplicated']);
  });

  it('without an id is found by the one that it was given', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [type] });
    const { id: _id, ...unnamed } = event(type);
    await platform.publish([unnamed]);
    const list = async () =>
      (await call<{ data: { event_id: string }[] }>('GET', `/v1/deliveries?subscription_id=${id}`)).body.data;
    await expect.poll(async () => (await list()).length, { timeout: 30_000 }).toBe(1);
    const [{ event_id } = { event_id: '' }] = await list();
    expect((await settled(event_id, id, 'delivered')).records).toMatchObject([{ outcome: 'judged' }]);
  });
});

describe('an event that was not delivered is explained by', () => {
  it('its type', async () => {
    const { id } = await subscribed({ events: [newType()] });
    const published = event(newType());
    await platform.publish([published]);
    expect(await settled(published.id, id, 'type')).toMatchObject({ delivered: false, matched: false });
  });

  it('its account, and nothing of its data is shown', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [type], filters: { secret_plan: 'x' } });
    const published = { ...event(type, { secret_plan: 'very secret' }), account_id: 'acme' };
    await platform.publish([published]);
    const explained = await settled(published.id, id, 'account');
    expect(explained['checks']).toMatchObject([{ path: 'account_id', expected: 'default', actual: 'acme' }]);
    expect(JSON.stringify(explained)).not.toContain('very secret');
  });

  it('a filter, and the value that failed', async () => {
    const type = newType();
    const { id } = await subscribed({
      events: [type],
      filters: { 'customer.tier': { starts_with: 'premium_' } },
    });
    const published = event(type, { customer: { tier: 'free_1' } });
    await platform.publish([published]);
    const explained = await settled(published.id, id, 'filter');
    expect(explained['checks']).toContainEqual({
      path: 'filters.customer.tier',
      operator: 'starts_with',
      expected: 'premium_',
      actual: 'free_1',
      outcome: 'fails',
    });
    expect(explained['detail']).toContain('got "free_1"');
  });

  it('a condition on a field that is missing', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [type], conditions: { cost: { greater_than: 0.1 } } });
    const published = event(type);
    await platform.publish([published]);
    const explained = await settled(published.id, id, 'condition');
    expect(explained['detail']).toContain('conditions.cost: expected greater_than 0.1, but it is missing');
  });

  it('a pause, while it lasts', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [type] });
    await call('POST', `/v1/subscriptions/${id}/pause`);
    const published = event(type);
    await platform.publish([published]);
    expect(await settled(published.id, id, 'paused')).toMatchObject({
      subscription: { version: 2, state: 'paused' },
      delivery: { status: 'held' },
    });
    await call('POST', `/v1/subscriptions/${id}/resume`);
    await settled(published.id, id, 'delivered');
  });

  it('a subscription that was disabled then, although it is active now', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [type], active: false });
    const published = event(type);
    await platform.publish([published]);
    await settled(published.id, id, 'disabled');
    await call('POST', `/v1/subscriptions/${id}/enable`);
    expect(await settled(published.id, id, 'disabled')).toMatchObject({ subscription: { version: 1 } });
  });

  it('a subscription that did not exist yet', async () => {
    const type = newType();
    const published = event(type);
    await platform.publish([published]);
    const other = await subscribed({ events: [newType()] });
    expect(await settled(published.id, other.id, 'not_created')).toMatchObject({ checks: [] });
  });

  it('a dead letter, with what was wrong with the record', async () => {
    const { id } = await subscribed({ events: ['workflow.*'] });
    const broken = event('workflow.completed', { execution_time: 'five' });
    const cut = unique('evt');
    await platform.publish([broken]);
    await platform.publishRaw([{ value: `{"id":"${cut}","event":"workflow.completed","data":` }]);
    const [record] = (await settled(broken.id, id, 'dead_letter')).records;
    expect(record).toMatchObject({
      outcome: 'dead_letter',
      error: expect.stringContaining('execution_time'),
    });
    expect(await settled(cut, id, 'dead_letter')).toMatchObject({ event: null, checks: [] });
  });

  it('an exhausted delivery, with its last answer', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [type] });
    receiver.statusFor = ({ headers }) => (headers['x-broxi-event'] === type ? 404 : 200);
    const published = event(type);
    await platform.publish([published]);
    const explained = await settled(published.id, id, 'exhausted');
    expect(explained).toMatchObject({ delivered: false, matched: true, delivery: { last_status_code: 404 } });
    expect(explained['detail']).toContain('attempt 1: answered 404');
  });
});

describe('a question that has no answer', () => {
  it('is about an event that there is not', async () => {
    const { id } = await subscribed({ events: [newType()] });
    const { status, body } = await explain(unique('evt'), id);
    expect(status).toBe(404);
    expect(body['detail']).toContain('in the last 24 hours');
  });

  it('is about an event of another time', async () => {
    const type = newType();
    const { id } = await subscribed({ events: [newType()] });
    const published = event(type);
    await platform.publish([published]);
    await settled(published.id, id, 'type');
    const longAgo = { from: '2024-01-15T00:00:00Z', to: '2024-01-16T00:00:00Z' };
    expect((await explain(published.id, id, longAgo)).status).toBe(404);
  });

  it('is about a subscription that there is not', async () => {
    expect((await explain('evt_1', 'wh_00000000')).status).toBe(404);
  });

  it('names what is wrong with it', async () => {
    const times = { from: '2024-01-16T00:00:00Z', to: '2024-01-15T00:00:00Z' };
    const { id } = await subscribed({ events: [newType()] });
    const { status, body } = await explain('evt_1', id, times);
    expect(status).toBe(422);
    expect(body['errors']).toEqual([{ path: 'from', message: 'expected a time before to' }]);
    expect((await call('POST', '/v1/explain', { event_id: 'evt_1' })).body).toMatchObject({
      status: 422,
      errors: [{ path: 'subscription_id' }],
    });
  });
});
