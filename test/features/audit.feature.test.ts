/** The audit log of the running product: who did what, when, and from where. */
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../schemas/audit-log.ts';
import { type Answer, call, subscribe, unique, unsubscribe } from './customer.ts';

interface Page {
  readonly data: readonly AuditEntry[];
  readonly next_cursor: string | null;
}

const audit = (query: string, key?: string): Promise<Answer<Page>> =>
  call<Page>(
    'GET',
    `/v1/audit-log${query}`,
    undefined,
    key === undefined ? {} : { authorization: `Bearer ${key}` },
  );
const typesOf = async (query: string, key?: string): Promise<readonly string[]> =>
  (await audit(query, key)).body.data.map(({ type }) => type);

const url = 'http://127.0.0.1:9/';

describe('the audit log', () => {
  it('tells every change of a subscription and every reveal of its secret, newest first', async () => {
    const { id } = await subscribe({ url, events: ['a.b'] });
    await call('GET', `/v1/subscriptions/${id}/secret`);
    await call('PATCH', `/v1/subscriptions/${id}`, { description: 'new', secret: 'a-secret-of-my-own' });
    await call('POST', `/v1/subscriptions/${id}/rotate-secret`, {}, { 'x-forwarded-for': '203.0.113.9' });
    await call('GET', `/v1/subscriptions/${id}/secret`);
    await unsubscribe(id);
    const query = `?subscription_id=${id}`;
    await expect
      .poll(() => typesOf(query), { timeout: 30_000 })
      .toEqual([
        'SubscriptionDeleted',
        'SecretRevealed',
        'SubscriptionSecretRotated',
        'SubscriptionUpdated',
        'SecretRevealed',
        'SubscriptionCreated',
      ]);
    const { data } = (await audit(query)).body;
    for (const entry of data) {
      expect(entry).toMatchObject({ account_id: 'default', actor: 'key:admin', source_ip: '127.0.0.1' });
    }
    expect(data[3]).toMatchObject({ version: 2, details: { fields: ['description', 'secret'] } });

    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: Answer<Page> = await audit(
        `${query}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...body.data.map((entry) => entry.id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(data.map((entry) => entry.id));
  });

  it('tells who has tried a delivery again, cancelled one, flushed batches and sent a test', async () => {
    const type = unique('audited').replaceAll('_', '.');
    const retry_policy = { max_retries: 5, retry_delay: 3_600, max_delay: 3_600 };
    const { id } = await subscribe({ url, events: [type], retry_policy });
    await call('POST', `/v1/subscriptions/${id}/test`, { event: type });
    await call('POST', `/v1/subscriptions/${id}/flush`);
    await call('POST', '/v1/events', { event: type, data: {} });
    const listed = async () =>
      (await call<{ data: { id: string }[] }>('GET', `/v1/deliveries?subscription_id=${id}&status=retrying`))
        .body.data[0]?.id;
    await expect.poll(listed, { timeout: 30_000 }).toBeDefined();
    const delivery_id = await listed();
    await call('POST', `/v1/deliveries/${delivery_id}/retry`, { force: false });
    await call('POST', `/v1/deliveries/${delivery_id}/cancel`);
    const query = `?subscription_id=${id}`;
    await expect
      .poll(() => typesOf(query), { timeout: 30_000 })
      .toEqual([
        'DeliveryCancelled',
        'DeliveryRetried',
        'BatchesFlushed',
        'TestDeliverySent',
        'SubscriptionCreated',
      ]);
    const { data } = (await audit(query)).body;
    expect(data.map(({ actor, details }) => ({ actor, details }))).toMatchObject([
      { actor: 'key:admin', details: { delivery_id } },
      { actor: 'key:admin', details: { delivery_id, force: false } },
      { actor: 'key:admin' },
      { actor: 'key:admin', details: { event: type } },
      {},
    ]);
    await unsubscribe(id);
  });

  it('tells of API keys to the account that they belong to, and to no other', async () => {
    const account_id = unique('acme');
    const made = await call('POST', '/v1/api-keys', { name: 'first', scopes: ['admin'], account_id });
    const [key, id] = [String(made.body['key']), String(made.body['id'])];
    const second = { name: 'second', scopes: ['read'] };
    const own = await call('POST', '/v1/api-keys', second, { authorization: `Bearer ${key}` });
    const other = { authorization: `Bearer ${String(own.body['key'])}` };
    expect((await call('GET', '/v1/audit-log', undefined, other)).status).toBe(403);
    await call('DELETE', `/v1/api-keys/${String(own.body['id'])}`, undefined, {
      authorization: `Bearer ${key}`,
    });
    await expect
      .poll(() => typesOf('', key), { timeout: 30_000 })
      .toEqual(['ApiKeyRevoked', 'ApiKeyCreated', 'ApiKeyCreated']);
    const { data } = (await audit('', key)).body;
    expect(data.map(({ actor }) => actor)).toEqual([`key:${id}`, `key:${id}`, 'key:admin']);
    expect(data[1]).toMatchObject({ api_key_id: own.body['id'], details: second });
    expect(JSON.stringify((await audit('?limit=250')).body)).not.toContain(account_id);
  });

  it('tells of event types, also of one that was taken away', async () => {
    const type = unique('audited').replaceAll('_', '.');
    const settings = { description: 'One of ours', schema: {}, example: {} };
    await call('PUT', `/v1/event-types/${type}`, settings);
    await call('DELETE', `/v1/event-types/${type}`);
    const ours = async () =>
      (await audit('?limit=50')).body.data
        .filter((entry) => entry.event_type === type)
        .map((entry) => [entry.type, entry.version]);
    await expect.poll(ours, { timeout: 30_000 }).toEqual([
      ['EventTypeRemoved', null],
      ['EventTypeChanged', 1],
    ]);
  });

  it('can only be looked at', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await call(method, '/v1/audit-log', {})).status).toBe(404);
    }
  });

  it.each(['limit=0', 'cursor=x', 'cursor=W10', 'subscription_id=1', 'from=yesterday', 'who=me'])(
    'refuses %s, and names it',
    async (wrong) => {
      const answer = await call<{ errors: { path: string }[] }>('GET', `/v1/audit-log?${wrong}`);
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0]?.path).toBe(wrong.split('=')[0]);
    },
  );
});
