/** The main job from outside: an event on Kafka becomes a signed request that a customer can check. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { verify as verifySource } from '../../receiver/verify.ts';
import {
  type CustomerReceiver,
  holdsOverRawBody,
  holdsOverRewrittenBody,
  holdsOverTimestampAndBody,
  type ReceivedDelivery,
  startCustomerReceiver,
} from '../receivers/customer-receiver.ts';
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
const arrived = (subscriptionId: string): ReceivedDelivery[] =>
  receiver.deliveries.filter(({ headers }) => headers['x-broxi-webhook'] === subscriptionId);
const firstArrival = async (subscriptionId: string): Promise<ReceivedDelivery> => {
  await expect.poll(() => arrived(subscriptionId).length, { timeout: 30_000 }).toBeGreaterThan(0);
  return arrived(subscriptionId)[0]!;
};
/** As customers import it, from the package that the product was built into; a plain import has to compile unbuilt. */
const builtReceiver = async () => {
  const name = 'webhooks/receiver';
  return (await import(name)) as { readonly verify: typeof verifySource };
};
const event = (type: string, data: object = { workflow_id: 'customer_support_bot' }) => ({
  id: unique('evt'),
  event: type,
  timestamp: '2024-01-15T11:30:05.123456+01:00',
  data,
});

describe('a delivery', () => {
  it('carries the body and the headers of the contract', async () => {
    const type = unique('order').replaceAll('_', '.');
    const { id } = await subscribed({ events: [type], headers: { 'X-Custom-Header': 'custom value' } });
    await platform.publish([event(type, { b: 1, a: { c: [] } })]);
    const { headers, rawBody, deliveryId } = await firstArrival(id);
    expect(rawBody).toBe(
      `{"event":"${type}","timestamp":"2024-01-15T10:30:05.123Z","webhook_id":"${id}","delivery_id":"${deliveryId}","data":{"b":1,"a":{"c":[]}}}`,
    );
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'BroxiAI-Webhooks/1.0',
      'x-broxi-event': type,
      'x-broxi-webhook': id,
      'x-broxi-attempt': '1',
      'x-broxi-timestamp': expect.stringMatching(/^\d{10}$/),
      'x-broxi-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'webhook-id': deliveryId,
      'webhook-timestamp': headers['x-broxi-timestamp'],
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      'x-custom-header': 'custom value',
    });
  });

  it('is found genuine by what the package exports for receivers', async () => {
    const type = unique('checked').replaceAll('_', '.');
    const { id, secret } = await subscribed({ events: [type] });
    await platform.publish([event(type)]);
    const { rawBody, headers } = await firstArrival(id);
    const { verify } = await builtReceiver();
    expect(verify(rawBody, headers, secret)).toEqual({ ok: true, scheme: 'standard' });
    expect(verify(`${rawBody} `, headers, secret)).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('is signed over the raw body, and over the body parsed and written again', async () => {
    const type = unique('signed').replaceAll('_', '.');
    const { id, secret } = await subscribed({ events: [type], secret: 'webhook_secret_key_here' });
    await platform.publish([event(type, { '10': 2.0, text: 'käse ☃ \u2028', deep: { list: [1, [2]] } })]);
    const delivery = await firstArrival(id);
    expect(secret).toBe('webhook_secret_key_here');
    expect(holdsOverRawBody(delivery, secret)).toBe(true);
    expect(holdsOverRewrittenBody(delivery, secret)).toBe(true);
    expect(holdsOverRawBody(delivery, `${secret}x`)).toBe(false);
  });

  it('is signed over timestamp and body in the scheme "timestamped"', async () => {
    const type = unique('timed').replaceAll('_', '.');
    const { id, secret } = await subscribed({ events: [type], signature_scheme: 'timestamped' });
    await platform.publish([event(type)]);
    const delivery = await firstArrival(id);
    expect(holdsOverTimestampAndBody(delivery, secret)).toBe(true);
    expect(holdsOverRawBody(delivery, secret)).toBe(false);
  });

  it('holds for the Standard Webhooks library', async () => {
    const type = unique('standard').replaceAll('_', '.');
    const { id, secret } = await subscribed({ events: [type] });
    await platform.publish([event(type)]);
    const { headers, rawBody } = await firstArrival(id);
    expect(secret).toMatch(/^whsec_/);
    const checked = new Webhook(secret).verify(rawBody, headers as Record<string, string>);
    expect(checked).toMatchObject({ event: type, webhook_id: id });
  });

  it('keeps the value of every number', async () => {
    const type = unique('numbers').replaceAll('_', '.');
    const { id } = await subscribed({ events: [type] });
    const data = '{"n":[2.0,12345678901234567890,1e400,3.141592653589793238,-0.0,1E2]}';
    await platform.publishRaw([
      {
        value: `{"id":"${unique('evt')}","event":"${type}","timestamp":"2024-01-15T10:30:05Z","data":${data}}`,
      },
    ]);
    const { rawBody } = await firstArrival(id);
    expect(rawBody).toContain('"data":{"n":[2,12345678901234567890,1e400,3.141592653589793238,0,100]}}');
  });
});

describe('an event', () => {
  it.each([
    ['its exact type', (type: string) => type],
    ['the prefix of its type', (type: string) => `${type.split('.')[0]}.*`],
    ['everything', () => '*'],
  ])('is matched by %s', async (_name, patternOf) => {
    const type = `${unique('kind')}.happened`;
    const { id } = await subscribed({ events: [patternOf(type)] });
    await platform.publish([event(type)]);
    expect((await firstArrival(id)).headers['x-broxi-event']).toBe(type);
    await unsubscribe(id);
  });

  it('that is on Kafka twice is delivered once', async () => {
    const type = unique('twice').replaceAll('_', '.');
    const { id } = await subscribed({ events: [type] });
    const same = event(type);
    await platform.publishRaw([0, 1, 2, 3].map((partition) => ({ value: JSON.stringify(same), partition })));
    const after = event(type);
    await platform.publish([after]);
    await expect.poll(() => arrived(id).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
    const listed = async () =>
      (await call<{ data: unknown[] }>('GET', `/v1/deliveries?subscription_id=${id}`)).body.data.length;
    await expect.poll(listed, { timeout: 30_000 }).toBe(2);
    expect(new Set(arrived(id).map(({ deliveryId }) => deliveryId)).size).toBe(arrived(id).length);
  });

  it('of another account is none of ours', async () => {
    const type = unique('foreign').replaceAll('_', '.');
    const { id } = await subscribed({ events: [type] });
    await platform.publish([{ ...event(type), account_id: 'acme' }, event(type)]);
    await firstArrival(id);
    expect(arrived(id)).toHaveLength(1);
  });

  it('is taken as a CloudEvent, structured and binary', async () => {
    const type = unique('cloud').replaceAll('_', '.');
    const { id } = await subscribed({ events: [type] });
    const attributes = { specversion: '1.0', source: '/test', time: '2024-01-15T10:30:05Z', type };
    await platform.publishRaw([
      {
        value: JSON.stringify({ ...attributes, id: unique('ce'), data: { mode: 'structured' } }),
        headers: { 'content-type': 'application/cloudevents+json' },
      },
      {
        value: JSON.stringify({ mode: 'binary' }),
        headers: Object.fromEntries(
          Object.entries({ ...attributes, id: unique('ce') }).map(([name, value]) => [`ce_${name}`, value]),
        ),
      },
    ]);
    await expect.poll(() => arrived(id).length, { timeout: 30_000 }).toBe(2);
    const modes = arrived(id).map(
      ({ rawBody }) => (JSON.parse(rawBody) as { data: { mode: string } }).data.mode,
    );
    expect(modes.sort()).toEqual(['binary', 'structured']);
  });
});

describe('what became of it', () => {
  it('is listed, shown with its attempts, and counted', async () => {
    const type = unique('shown').replaceAll('_', '.');
    const { id } = await subscribed({
      events: [type],
      retry_policy: { max_retries: 1, retry_delay: 1 },
      headers: { Authorization: 'Bearer of-the-customer' },
    });
    receiver.statusFor = ({ headers, attempt }) =>
      headers['x-broxi-event'] === type && attempt === 1 ? 503 : 200;
    const published = event(type);
    await platform.publish([published]);
    const stats = async () => (await call('GET', `/v1/subscriptions/${id}/stats`)).body;
    await expect.poll(stats, { timeout: 30_000 }).toMatchObject({
      total_deliveries: 1,
      successful_deliveries: 1,
      failed_deliveries: 0,
      pending_deliveries: 0,
      held_deliveries: 0,
      last_delivery: expect.stringMatching(/Z$/),
    });
    const { body: list } = await call<{ data: { id: string; status: string }[] }>(
      'GET',
      `/v1/deliveries?event_id=${published.id}`,
    );
    expect(list.data).toMatchObject([{ status: 'succeeded', subscription_id: id, event: type }]);
    const { body: one } = await call('GET', `/v1/deliveries/${list.data[0]!.id}`);
    expect(one['attempts']).toMatchObject([
      {
        number: 1,
        status_code: 503,
        error: null,
        response_body: '{"status":"received"}',
        request_headers: {
          'X-Broxi-Attempt': '1',
          'X-Broxi-Signature': arrived(id)[0]!.headers['x-broxi-signature'],
          Authorization: '***',
        },
        timings: {
          dns_ms: null,
          tls_ms: null,
          first_byte_ms: expect.any(Number),
          total_ms: expect.any(Number),
        },
      },
      { number: 2, status_code: 200, error: null, request_headers: { 'X-Broxi-Attempt': '2' } },
    ]);
    expect(JSON.stringify(one)).not.toContain('of-the-customer');
    const { body: health } = await call('GET', `/v1/subscriptions/${id}/health`);
    expect(health).toMatchObject({ status: 'healthy', success_rate: 100, total_deliveries: 1 });
  });

  it('is no_data before anything was delivered', async () => {
    const { id } = await subscribed({ events: ['never.happens'] });
    const { body } = await call('GET', `/v1/subscriptions/${id}/health`);
    expect(body).toEqual({
      status: 'no_data',
      success_rate: 0,
      total_deliveries: 0,
      average_response_time: 0,
    });
  });
});
