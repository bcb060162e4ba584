/** The life of a subscription, through the API and its actor. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const get = (id: string) => call<ShownSubscription>('GET', `/v1/subscriptions/${id}`);
const publish = (type: string) =>
  platform.publish([{ id: unique('evt'), event: type, timestamp: new Date().toISOString(), data: {} }]);
const arrivedOf = (id: string) =>
  receiver.deliveries.filter(({ headers }) => headers['x-broxi-webhook'] === id);

describe('a subscription', () => {
  it('is made with the defaults, and shows its secret only then and when asked', async () => {
    const { status, headers, body } = await call<ShownSubscription>('POST', '/v1/subscriptions', {
      url: receiver.url,
      events: ['workflow.completed', 'workflow.*', '*'],
    });
    expect(status).toBe(201);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      id: expect.stringMatching(/^wh_[A-Za-z0-9]{20}$/),
      account_id: 'default',
      url: receiver.url,
      events: ['workflow.completed', 'workflow.*', '*'],
      description: '',
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/=]{44}$/),
      active: true,
      timeout: 30,
      retry_policy: { max_retries: 3, retry_delay: 5, exponential_backoff: true, max_delay: 60 },
      headers: {},
      signature_scheme: 'body',
      aggregation: null,
      rate_limit: null,
      ordered_by: null,
      fallback: null,
      auto_disable_after: 432_000,
      destination: { type: 'http' },
      state: 'active',
      state_reason: null,
      version: 1,
    });
    const { secret, ...shown } = body;
    expect((await get(body.id)).body).toEqual(shown);
    expect((await call('GET', `/v1/subscriptions/${body.id}/secret`)).body).toEqual({ secret });
    await unsubscribe(body.id);
  });

  it('is changed by a patch, field by field', async () => {
    const { id } = await subscribe({ url: receiver.url, events: ['a.b'], headers: { 'X-A': '1' } });
    const { status, headers, body } = await call<ShownSubscription>('PATCH', `/v1/subscriptions/${id}`, {
      description: 'changed',
      retry_policy: { max_retries: 7 },
      headers: { 'X-B': '2' },
    });
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    expect(body).toMatchObject({
      description: 'changed',
      retry_policy: { max_retries: 7, retry_delay: 5, exponential_backoff: true, max_delay: 60 },
      headers: { 'X-B': '2' },
      events: ['a.b'],
      version: 2,
    });
    expect((await get(id)).body).toEqual(body);
    await unsubscribe(id);
  });

  it('is guarded by If-Match', async () => {
    const { id } = await subscribe({ url: receiver.url, events: ['a.b'] });
    const patch = (version: string) =>
      call('PATCH', `/v1/subscriptions/${id}`, { description: version }, { 'if-match': version });
    expect((await patch('"2"')).status).toBe(412);
    expect((await patch('"1"')).status).toBe(200);
    expect((await patch('"1"')).status).toBe(412);
    expect((await patch('soon')).status).toBe(400);
    expect((await patch('"2')).status).toBe(400);
    await unsubscribe(id);
  });

  it.each(['"abc"', '"1-gzip"', '""', 'W/"abc"', '"abc", "2"'])(
    'is at none of the versions that If-Match: %s names',
    async (tags) => {
      const { id } = await subscribe({ url: receiver.url, events: ['a.b'] });
      const patched = await call('PATCH', `/v1/subscriptions/${id}`, { timeout: 5 }, { 'if-match': tags });
      expect(patched.status).toBe(412);
      await unsubscribe(id);
    },
  );

  it('that is paused holds its deliveries, and lets them go when it is resumed', async () => {
    const type = unique('paused').replaceAll('_', '.');
    const { id } = await subscribe({ url: receiver.url, events: [type] });
    const paused = await call<ShownSubscription>('POST', `/v1/subscriptions/${id}/pause`);
    expect(paused.body).toMatchObject({ state: 'paused', state_reason: 'paused', active: false, version: 2 });
    expect((await call('POST', `/v1/subscriptions/${id}/pause`)).body['version']).toBe(2);
    await publish(type);
    await publish(type);
    const stats = async () => (await call('GET', `/v1/subscriptions/${id}/stats`)).body;
    await expect.poll(stats, { timeout: 30_000 }).toMatchObject({ held_deliveries: 2, total_deliveries: 0 });
    expect(arrivedOf(id)).toHaveLength(0);
    const resumed = await call<ShownSubscription>('POST', `/v1/subscriptions/${id}/resume`);
    expect(resumed.body).toMatchObject({ state: 'active', state_reason: null, version: 3 });
    await expect
      .poll(stats, { timeout: 30_000 })
      .toMatchObject({ held_deliveries: 0, successful_deliveries: 2 });
    expect(arrivedOf(id)).toHaveLength(2);
    await unsubscribe(id);
  });

  it('that is inactive gets nothing until it is enabled', async () => {
    const type = unique('inactive').replaceAll('_', '.');
    const { id } = await subscribe({ url: receiver.url, events: [type], active: false });
    expect((await get(id)).body).toMatchObject({
      state: 'disabled',
      state_reason: 'inactive',
      active: false,
    });
    // What has reached it was matched for all.
    const witness = await subscribe({ url: receiver.url, events: [type] });
    await publish(type);
    await expect.poll(() => arrivedOf(witness.id).length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect((await call('POST', `/v1/subscriptions/${id}/pause`)).status).toBe(409);
    expect((await call('POST', `/v1/subscriptions/${id}/enable`)).body['state']).toBe('active');
    await publish(type);
    await expect.poll(() => arrivedOf(id).length, { timeout: 30_000 }).toBe(1);
    await Promise.all([unsubscribe(id), unsubscribe(witness.id)]);
  });

  it('that is deleted is gone', async () => {
    const { id } = await subscribe({ url: receiver.url, events: ['a.b'] });
    expect((await unsubscribe(id)).status).toBe(204);
    expect((await get(id)).status).toBe(404);
    expect((await unsubscribe(id)).status).toBe(404);
    const { body } = await call<{ data: ShownSubscription[] }>('GET', '/v1/subscriptions?limit=250');
    expect(body.data.map((one) => one.id)).not.toContain(id);
  });

  it('is disabled by an answer 410', async () => {
    const type = unique('gone').replaceAll('_', '.');
    const { id } = await subscribe({ url: receiver.url, events: [type] });
    receiver.statusFor = ({ headers }) => (headers['x-broxi-webhook'] === id ? 410 : 200);
    await publish(type);
    await expect
      .poll(async () => (await get(id)).body, { timeout: 30_000 })
      .toMatchObject({ state: 'disabled', state_reason: 'endpoint_gone' });
    await unsubscribe(id);
  });
});

it('a list is cut into pages that hold each subscription once', async () => {
  const made = await Promise.all(
    Array.from({ length: 5 }, () => subscribe({ url: receiver.url, events: ['a.b'] })),
  );
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: ShownSubscription[]; next_cursor: string | null } = (
      await call<{ data: ShownSubscription[]; next_cursor: string | null }>(
        'GET',
        `/v1/subscriptions?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      )
    ).body;
    expect(page.data.length).toBeLessThanOrEqual(2);
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
  await Promise.all(made.map(({ id }) => unsubscribe(id)));
});

it('fifty changes at once leave no gap in the versions', async () => {
  const { id } = await subscribe({ url: receiver.url, events: ['a.b'] });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      call<ShownSubscription>('PATCH', `/v1/subscriptions/${id}`, { description: `${index}` }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
  expect((await get(id)).body.version).toBe(51);
  await unsubscribe(id);
});
