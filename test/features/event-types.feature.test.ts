/** Event types that an operator adds: shown, and judged by router and API from then on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, type Platform, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';

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

const added: string[] = [];
afterEach(async () => {
  await Promise.all(added.splice(0).map((type) => call('DELETE', `/v1/event-types/${type}`)));
});

const ORDER = {
  description: 'An order was paid.',
  schema: { type: 'object', required: ['total'], properties: { total: { type: 'number' } } },
  example: { total: 12.5 },
};
const newType = (): string => {
  const type = unique('order').replaceAll('_', '.');
  added.push(type);
  return type;
};
const put = (type: string, settings: object) => call('PUT', `/v1/event-types/${type}`, settings);
const event = (type: string, data: object) => ({
  id: unique('evt'),
  event: type,
  timestamp: '2024-01-15T10:30:05.123Z',
  data,
});

describe('an event type', () => {
  it('is added, changed, deprecated and taken away', async () => {
    const type = newType();
    const shown = { type, ...ORDER, version: 1, deprecated: false };
    expect(await put(type, ORDER)).toMatchObject({ status: 201, body: shown });
    expect((await call('GET', `/v1/event-types/${type}`)).body).toEqual(shown);

    const stricter = { ...ORDER, schema: { ...ORDER.schema, additionalProperties: false } };
    expect(await put(type, stricter)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await put(type, { ...stricter, deprecated: true })).toMatchObject({
      body: { version: 2, deprecated: true },
    });
    const { body: list } = await call<{ data: { type: string }[] }>('GET', '/v1/event-types');
    expect(list.data.filter((one) => one.type === type)).toHaveLength(1);

    expect((await call('DELETE', `/v1/event-types/${type}`)).status).toBe(204);
    expect((await call('GET', `/v1/event-types/${type}`)).status).toBe(404);
    expect((await call('DELETE', `/v1/event-types/${type}`)).status).toBe(404);
  });

  it('is judged by its schema, from Kafka and from the API', async () => {
    const type = newType();
    await put(type, ORDER);
    const { id } = await subscribe({ url: receiver.url, events: [type] });
    const answer = await call('POST', '/v1/events', event(type, { total: 'much' }));
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'data.total' }] } });

    const reasonOf = async (eventId: string) =>
      (await call('POST', '/v1/explain', { event_id: eventId, subscription_id: id })).body['reason'];
    // The router hears of a type a moment after the API has.
    await expect
      .poll(
        async () => {
          const broken = event(type, { total: 'much' });
          await platform.publish([broken]);
          await expect.poll(() => reasonOf(broken.id), { timeout: 30_000 }).toMatch(/dead_letter|delivered/);
          return reasonOf(broken.id);
        },
        { timeout: 60_000 },
      )
      .toBe('dead_letter');
    const whole = event(type, { total: 5 });
    await platform.publish([whole]);
    await expect.poll(() => reasonOf(whole.id), { timeout: 30_000 }).toBe('delivered');
    await unsubscribe(id);
  });

  it('that ships with the product stays as it is', async () => {
    expect((await put('workflow.completed', ORDER)).status).toBe(409);
    expect((await call('DELETE', '/v1/event-types/workflow.completed')).status).toBe(409);
    expect((await call('GET', '/v1/event-types/workflow.completed')).body).toMatchObject({
      version: 1,
      deprecated: false,
    });
  });

  it.each([
    ['a schema with a misspelt keyword', { ...ORDER, schema: { propertys: {} } }, 'schema'],
    ['an example that its schema refuses', { ...ORDER, example: { total: 'x' } }, 'example.total'],
    ['no description', { schema: {} }, 'description'],
    ['a field that there is not', { ...ORDER, sample: {} }, 'sample'],
  ])('with %s is refused', async (_what, settings, path) => {
    const type = newType();
    expect(await put(type, settings)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    expect((await call('GET', `/v1/event-types/${type}`)).status).toBe(404);
  });

  it('with a name that no event can have is refused', async () => {
    const { status, body } = await put('order..paid', ORDER);
    expect(status).toBe(422);
    expect(body['errors']).toMatchObject([{ path: 'type' }]);
  });

  it('belongs to operators: others may only read', async () => {
    const keyOf = async (request: object) =>
      (await call<{ key: string }>('POST', '/v1/api-keys', request)).body.key;
    const others = await keyOf({ name: unique('acme'), scopes: ['admin'], account_id: 'acme' });
    const type = newType();
    const headers = { authorization: `Bearer ${others}` };
    expect((await call('PUT', `/v1/event-types/${type}`, ORDER, headers)).status).toBe(403);
    expect((await call('GET', '/v1/event-types/workflow.completed', undefined, headers)).status).toBe(200);
  });
});
