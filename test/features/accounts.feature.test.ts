/** Accounts and their API keys: what one account has, no other sees, touches or is sent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { type NamedOperation, operationsOf } from '../services/api/document-checks.ts';
import { type Things, withThings } from '../services/api/schema-values.ts';
import { documentOf } from '../services/api/server.ts';
import {
  type Answer,
  call,
  type Platform,
  product,
  type ShownSubscription,
  startPlatform,
  subscribe,
  unique,
  unsubscribe,
} from './customer.ts';
import { killHard, pidOf } from './product.ts';

interface MadeKey {
  readonly id: string;
  readonly key: string;
}

const ACME = unique('acme');
let receiver: CustomerReceiver;
let platform: Platform;
let acme: MadeKey;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
  platform = await startPlatform();
  acme = await makeKey(['admin'], ACME);
});
afterAll(async () => {
  await platform.stop();
  await receiver.stop();
});

async function makeKey(scopes: readonly string[], accountId?: string): Promise<MadeKey> {
  const body = { name: 'test', scopes, ...(accountId === undefined ? {} : { account_id: accountId }) };
  const answer = await call<MadeKey & Record<string, unknown>>('POST', '/v1/api-keys', body);
  if (answer.status !== 201) throw new Error(`making a key answered ${answer.status}`);
  return answer.body;
}

const as = <Body = Record<string, unknown>>(
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> => call<Body>(method, path, body, { authorization: `Bearer ${key}` });

const typeOf = (prefix: string): string => unique(prefix).replaceAll('_', '.');
const arrivedOf = (id: string) =>
  receiver.deliveries.filter(({ headers }) => headers['x-broxi-webhook'] === id);

describe('a second account', () => {
  it('gets its own events alone, and nobody else gets them', async () => {
    const type = typeOf('shared');
    const own = await subscribe({ url: receiver.url, events: [type] });
    const theirs = await as<ShownSubscription>(acme.key, 'POST', '/v1/subscriptions', {
      url: receiver.url,
      events: [type],
    });
    expect(theirs).toMatchObject({ status: 201, body: { account_id: ACME } });
    const published = await as(acme.key, 'POST', '/v1/events', { event: type, data: { from: ACME } });
    const timestamp = new Date().toISOString();
    await platform.publish([
      { id: unique('evt'), account_id: ACME, event: type, timestamp, data: { from: ACME } },
      { id: unique('evt'), event: type, timestamp, data: { from: 'default' } },
    ]);
    const arrived = (id: string) =>
      arrivedOf(id).map(({ rawBody }) => (JSON.parse(rawBody) as { data: { from: string } }).data.from);
    await expect.poll(() => arrived(theirs.body.id), { timeout: 30_000 }).toHaveLength(2);
    await expect.poll(() => arrived(own.id), { timeout: 30_000 }).toHaveLength(1);
    expect([arrived(theirs.body.id), arrived(own.id)]).toEqual([[ACME, ACME], ['default']]);
    const listed = () => as<{ data: { event_id: string }[] }>(acme.key, 'GET', '/v1/deliveries');
    await expect
      .poll(async () => (await listed()).body.data.map((one) => one.event_id), { timeout: 30_000 })
      .toContain(published.body['id']);
    await unsubscribe(own.id);
    expect((await as(acme.key, 'DELETE', `/v1/subscriptions/${theirs.body.id}`)).status).toBe(204);
  });

  it('may not publish in the name of the first', async () => {
    const event = { event: 'workflow.completed', account_id: 'default', data: {} };
    expect((await as(acme.key, 'POST', '/v1/events', event)).status).toBe(422);
  });

  it('learns nothing of what the first has, on any route, and changes none of it', async () => {
    const first = await thingsOfTheFirst();
    const before = await stateOf(first);
    const traces = [first.subscription, first.delivery, first.event, first.key, first.secret, first.note];
    const { things, ids } = first;
    for (const operation of operationsOf(await documentOf())) {
      const { name, method, path } = operation;
      const example = operation.requestBody?.content['application/json']?.example;
      const body = example === undefined ? undefined : withThings(example, things);
      const { status, text } = await ask(method, pathWith(ids, operation), body);
      expect({ name, told: traces.filter((trace) => text.includes(trace)) }).toEqual({ name, told: [] });
      const isAboutTheFirst =
        path.includes('{id}') || JSON.stringify(body ?? {}).includes(first.subscription);
      if (isAboutTheFirst) expect({ name, status }).toEqual({ name, status: 404 });
    }
    expect(await stateOf(first)).toEqual(before);
    await unsubscribe(first.subscription);
  });
});

interface ThingsOfTheFirst {
  readonly subscription: string;
  readonly delivery: string;
  readonly event: string;
  readonly key: string;
  readonly secret: string;
  /** A text that is in the subscription and in the event. */
  readonly note: string;
  /** What stands for such things in the examples of bodies. */
  readonly things: Things;
  /** In paths, by the part before them; in queries, by the parameter's name. */
  readonly ids: {
    readonly path: Readonly<Record<string, string>>;
    readonly query: Readonly<Record<string, string>>;
  };
}

async function thingsOfTheFirst(): Promise<ThingsOfTheFirst> {
  const note = unique('note');
  const type = typeOf('first');
  const { id, secret } = await subscribe({ url: receiver.url, events: [type], description: note });
  const published = await call('POST', '/v1/events', { event: type, data: { note } });
  const deliveries = () =>
    call<{ data: { id: string; status: string }[] }>('GET', `/v1/deliveries?subscription_id=${id}`);
  await expect
    .poll(async () => (await deliveries()).body.data[0]?.status, { timeout: 30_000 })
    .toBe('succeeded');
  const delivery = (await deliveries()).body.data[0]!.id;
  const key = (await makeKey(['read'])).id;
  const event = String(published.body['id']);
  const query = { subscription_id: id, event_id: event };
  return {
    subscription: id,
    delivery,
    event,
    key,
    secret,
    note,
    things: { url: receiver.url, delivery_id: delivery, ...query },
    ids: {
      path: {
        subscriptions: id,
        deliveries: delivery,
        'api-keys': key,
        // Everybody's, so that all may see it and nobody of another account may change it.
        'event-types': 'workflow.completed',
      },
      query,
    },
  };
}

const stateOf = async (first: ThingsOfTheFirst): Promise<unknown> =>
  Promise.all([
    call('GET', `/v1/subscriptions/${first.subscription}`).then(({ body }) => body),
    call('GET', `/v1/subscriptions/${first.subscription}/secret`).then(({ body }) => body),
    call('GET', `/v1/deliveries/${first.delivery}`).then(({ body }) => body),
    call<{ data: MadeKey[] }>('GET', '/v1/api-keys?limit=250').then(({ body }) =>
      body.data.filter(({ id }) => id === first.key),
    ),
  ]);

/** A request with the key of the second account. Its text is what it may have learnt. */
async function ask(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(product().apiUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${acme.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/**
 * The path of an operation with the first account's things in it, also where a query may name them. Whoever adds a
 * route about something new says here which of the first account's things it is to be tried with.
 */
function pathWith(
  { path: ids, query }: ThingsOfTheFirst['ids'],
  { path, parameters = [] }: NamedOperation,
): string {
  const filled = path.replace(/\/v1\/([^/]+)\/\{\w+\}/, (_whole, room: string) => {
    const thing = ids[room];
    if (thing === undefined) throw new Error(`no thing of the first account is known for ${path}`);
    return `/v1/${room}/${thing}`;
  });
  const named = parameters.filter((one) => one.in === 'query' && query[one.name] !== undefined);
  const asked = new URLSearchParams(
    Object.fromEntries(named.map((one) => [one.name, query[one.name]!])),
  ).toString();
  return asked === '' ? filled : `${filled}?${asked}`;
}

describe('an API key', () => {
  it('outlives the process that made it, and so does its end', async () => {
    const kept = await makeKey(['read'], ACME);
    const ended = await as<MadeKey>(acme.key, 'POST', '/v1/api-keys', { name: 'ended', scopes: ['read'] });
    const gone = await as(acme.key, 'DELETE', `/v1/api-keys/${ended.body.id}`);
    expect(gone.status).toBe(204);
    const before = pidOf(product(), 'api');
    killHard(before);
    const ready = async (): Promise<boolean> => {
      if (pidOf(product(), 'api') === before) return false;
      return fetch(`${product().apiUrl}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    await expect.poll(ready, { timeout: 60_000 }).toBe(true);
    expect((await as(kept.key, 'GET', '/v1/subscriptions')).status).toBe(200);
    expect((await as(ended.body.key, 'GET', '/v1/subscriptions')).status).toBe(401);
    const list = await as<{ data: MadeKey[] }>(acme.key, 'GET', '/v1/api-keys?limit=250');
    const ids = list.body.data.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([acme.id, kept.id]));
    expect(ids).not.toContain(ended.body.id);
  });
});
