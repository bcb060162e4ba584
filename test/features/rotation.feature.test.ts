/** Another secret without a lost delivery, and who changed what: seen by a customer with a receiver of their own. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CustomerReceiver,
  holdsOverRawBody,
  type ReceivedDelivery,
  startCustomerReceiver,
} from '../receivers/customer-receiver.ts';
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

interface Rotated extends ShownSubscription {
  readonly previous_secret_expires_at: string | null;
}
const rotate = (id: string, body?: object, headers: Record<string, string> = {}) =>
  call<Rotated>('POST', `/v1/subscriptions/${id}/rotate-secret`, body, headers);

/** A subscription to events of its own, and a way to have one delivered. */
async function subscribed() {
  const type = unique('rotated').replaceAll('_', '.');
  const subscription = await subscribe({ url: receiver.url, events: [type] });
  const delivered = async (): Promise<ReceivedDelivery> => {
    const eventId = unique('evt');
    await platform.publish([
      { id: eventId, event: type, timestamp: new Date().toISOString(), data: { id: eventId } },
    ]);
    const found = () => receiver.deliveries.find(({ rawBody }) => rawBody.includes(`"${eventId}"`));
    await expect.poll(found, { timeout: 30_000 }).toBeDefined();
    return found()!;
  };
  return { ...subscription, delivered };
}

/** What a receiver does that knows only the secret before. */
const holdsAsPrevious = ({ headers, rawBody }: ReceivedDelivery, secret: string): boolean =>
  headers['x-broxi-signature-previous'] === createHmac('sha256', secret).update(rawBody).digest('hex');

const holdsAsStandard = ({ headers, rawBody }: ReceivedDelivery, secret: string): boolean => {
  try {
    new Webhook(secret).verify(rawBody, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

describe('a rotation', () => {
  it('lets receivers check with the old secret and with the new one', async () => {
    const { id, secret: old, delivered } = await subscribed();
    const askedAtMs = Date.now();
    const { status, headers, body } = await rotate(id);
    expect([status, headers.get('etag'), body.version]).toEqual([200, '"2"', 2]);
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/=]{44}$/);
    expect(body.secret).not.toBe(old);
    const overlapMs = Date.parse(body.previous_secret_expires_at ?? '') - askedAtMs;
    expect(overlapMs).toBeGreaterThan(86_390_000);
    expect(overlapMs).toBeLessThan(86_430_000);
    expect((await call('GET', `/v1/subscriptions/${id}/secret`)).body).toEqual({ secret: body.secret });

    const delivery = await delivered();
    expect(holdsOverRawBody(delivery, body.secret)).toBe(true);
    expect(holdsAsPrevious(delivery, old)).toBe(true);
    expect(holdsAsStandard(delivery, body.secret)).toBe(true);
    expect(holdsAsStandard(delivery, old)).toBe(true);
    await unsubscribe(id);
  });

  it('ends the old secret when the overlap is over', async () => {
    const { id, secret: old, delivered } = await subscribed();
    const { secret } = (await rotate(id, { overlap_seconds: 1 })).body;
    let last: ReceivedDelivery | undefined;
    const isSignedTwice = async () => {
      last = await delivered();
      return last.headers['x-broxi-signature-previous'] !== undefined;
    };
    await expect.poll(isSignedTwice, { timeout: 30_000 }).toBe(false);
    expect(holdsOverRawBody(last!, secret)).toBe(true);
    expect(holdsAsStandard(last!, secret)).toBe(true);
    expect(holdsAsStandard(last!, old)).toBe(false);
    await unsubscribe(id);
  });

  it('without an overlap ends the old secret at once, and takes one of the customer', async () => {
    const { id, secret: old, delivered } = await subscribed();
    const { body } = await rotate(id, { overlap_seconds: 0, secret: 'chosen by the customer' });
    expect(body).toMatchObject({ secret: 'chosen by the customer', previous_secret_expires_at: null });
    const delivery = await delivered();
    expect(holdsOverRawBody(delivery, 'chosen by the customer')).toBe(true);
    expect(delivery.headers).not.toHaveProperty('x-broxi-signature-previous');
    expect(holdsAsStandard(delivery, old)).toBe(false);
    await unsubscribe(id);
  });

  it('is ended by a patch of the secret', async () => {
    const { id, delivered } = await subscribed();
    await rotate(id);
    await call('PATCH', `/v1/subscriptions/${id}`, { secret: 'the only one from now on' });
    const delivery = await delivered();
    expect(holdsOverRawBody(delivery, 'the only one from now on')).toBe(true);
    expect(delivery.headers).not.toHaveProperty('x-broxi-signature-previous');
    await unsubscribe(id);
  });

  it('is guarded by If-Match', async () => {
    const { id } = await subscribed();
    expect((await rotate(id, {}, { 'if-match': '"2"' })).status).toBe(412);
    expect((await rotate(id, {}, { 'if-match': '"1"' })).status).toBe(200);
    expect((await rotate('wh_00000000000000000000', {})).status).toBe(404);
    await unsubscribe(id);
  });

  it.each([
    [{ overlap_seconds: -1 }, 'overlap_seconds'],
    [{ overlap_seconds: 604_801 }, 'overlap_seconds'],
    [{ overlap_seconds: 1.5 }, 'overlap_seconds'],
    [{ secret: 'too short' }, 'secret'],
    [{ secret: 'the present one, again' }, 'secret'],
    [{ overlap: 1 }, 'overlap'],
  ])('is refused with %j', async (body, path) => {
    const { id } = await subscribe({
      url: receiver.url,
      events: ['a.b'],
      secret: 'the present one, again',
    });
    const refused = await rotate(id, body);
    expect(refused.status).toBe(422);
    expect(refused.body['errors']).toMatchObject([{ path }]);
    await unsubscribe(id);
  });
});

describe('the history', () => {
  interface History {
    readonly data: readonly { version: number; type: string; at: string; actor: string; changes: unknown }[];
    readonly next_cursor: string | null;
  }
  const historyOf = (id: string, query = '') =>
    call<History>('GET', `/v1/subscriptions/${id}/history${query}`);

  it('tells every change, newest first, without secrets, also of what is deleted', async () => {
    const { id, secret } = await subscribe({
      url: receiver.url,
      events: ['a.b'],
      headers: { Authorization: 'Bearer of-the-customer' },
    });
    await call('PATCH', `/v1/subscriptions/${id}`, { timeout: 5 });
    const rotated = (await rotate(id)).body;
    await unsubscribe(id);

    const { status, body } = await historyOf(id);
    expect(status).toBe(200);
    expect(body.next_cursor).toBeNull();
    expect(body.data.map(({ version, type, actor }) => [version, type, actor])).toEqual([
      [4, 'SubscriptionDeleted', 'key:admin'],
      [3, 'SubscriptionSecretRotated', 'key:admin'],
      [2, 'SubscriptionUpdated', 'key:admin'],
      [1, 'SubscriptionCreated', 'key:admin'],
    ]);
    expect(body.data.map(({ changes }) => changes)).toMatchObject([
      [{ path: 'state', from: 'active', to: 'deleted' }],
      [
        { path: 'secret', from: '***', to: '***' },
        { path: 'previous_secret_expires_at', from: null, to: rotated.previous_secret_expires_at },
      ],
      [{ path: 'timeout', from: 30, to: 5 }],
      expect.arrayContaining([
        { path: 'url', from: null, to: receiver.url },
        { path: 'headers.Authorization', from: null, to: '***' },
      ]),
    ]);
    const text = JSON.stringify(body);
    for (const hidden of [secret, rotated.secret, 'of-the-customer', 'v1.'])
      expect(text).not.toContain(hidden);
  });

  it('comes in pages', async () => {
    const { id } = await subscribe({ url: receiver.url, events: ['a.b'] });
    await call('POST', `/v1/subscriptions/${id}/pause`);
    await call('POST', `/v1/subscriptions/${id}/resume`);
    const first = (await historyOf(id, '?limit=2')).body;
    const second = (await historyOf(id, `?limit=2&cursor=${first.next_cursor}`)).body;
    expect(first.data.map(({ version }) => version)).toEqual([3, 2]);
    expect([second.data.map(({ version }) => version), second.next_cursor]).toEqual([[1], null]);
    expect((await historyOf(id, '?cursor=soon')).status).toBe(422);
    expect((await historyOf(id, '?limit=251')).status).toBe(422);
    await unsubscribe(id);
  });

  it('of none is a 404', async () => {
    expect((await historyOf('wh_00000000000000000000')).status).toBe(404);
  });
});
