/** What is wrong is refused at the edge where it enters, with the path of the field. */
import { CompressionTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, kafkaOf, type Platform, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';

interface ProblemBody {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

const VALID = { url: 'https://example.com/webhooks', events: ['workflow.completed'] };

describe('POST /v1/subscriptions', () => {
  const wrong: [path: string, settings: Record<string, unknown>][] = [
    ['url', { url: undefined }],
    ['url', { url: 'not a url' }],
    ['url', { url: 'ftp://example.com/' }],
    ['url', { url: 'https://user:password@example.com/' }],
    ['url', { url: 7 }],
    ['events', { events: undefined }],
    ['events', { events: [] }],
    ['events', { events: 'workflow.completed' }],
    ['events.0', { events: [7] }],
    ['events.1', { events: ['workflow.completed', 'work*'] }],
    ['description', { description: 7 }],
    ['secret', { secret: 'short' }],
    ['secret', { secret: 1234567890123456 }],
    ['active', { active: 'yes' }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: '30' }],
    ['timeout', { timeout: 100_000 }],
    ['retry_policy', { retry_policy: 'often' }],
    ['retry_policy.max_retries', { retry_policy: { max_retries: -1 } }],
    ['retry_policy.max_retries', { retry_policy: { max_retries: 1.5 } }],
    ['retry_policy.retry_delay', { retry_policy: { retry_delay: 0 } }],
    ['retry_policy.exponential_backoff', { retry_policy: { exponential_backoff: 1 } }],
    ['retry_policy.max_delay', { retry_policy: { max_delay: -5 } }],
    ['retry_policy.max_retry', { retry_policy: { max_retry: 3 } }],
    ['headers', { headers: [] }],
    ['headers.X-Custom', { headers: { 'X-Custom': 7 } }],
    ['headers.X-Custom', { headers: { 'X-Custom': 'a\r\nb' } }],
    ['headers.Host', { headers: { Host: 'elsewhere' } }],
    ['headers.content-length', { headers: { 'content-length': '5' } }],
    ['headers.X-Broxi-Signature', { headers: { 'X-Broxi-Signature': 'forged' } }],
    ['headers.webhook-id', { headers: { 'webhook-id': 'forged' } }],
    ['filters', { filters: [] }],
    ['filters.user_id.begins_with', { filters: { user_id: { begins_with: 'premium_' } } }],
    ['conditions.cost.greater_than', { conditions: { cost: { greater_than: 'much' } } }],
    ['routes', { routes: {} }],
    ['routes.0.url', { routes: [{ when: { filters: { a: 1 } }, url: 'nowhere' }] }],
    ['tls', { tls: {} }],
    ['tls.ca', { tls: { ca: 'no certificate' } }],
    ['tls.ca', { tls: { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' } }],
    ['tls.client_certificate', { tls: { client_key: '-----BEGIN PRIVATE KEY-----' } }],
    ['tls.client_key', { tls: { client_key: '***' } }],
    ['tls.key', { tls: { key: 'x' } }],
    ['signature_scheme', { signature_scheme: 'md5' }],
    ['destination.type', { destination: { type: 'pigeon' } }],
    ['aggregation', { aggregation: 'daily' }],
    ['rate_limit', { rate_limit: 'slow' }],
    ['ordered_by', { ordered_by: 7 }],
    ['ordered_by', { ordered_by: 'user..id' }],
    ['ordered_by', { ordered_by: 'user_id', aggregation: { batch_size: 10, batch_timeout: 30 } }],
    ['fallback', { fallback: 'none' }],
    ['fallback.destination', { fallback: { destination: { type: 'slack' } } }],
    ['fallback.url', { fallback: { url: 'nowhere' } }],
    ['auto_disable_after', { auto_disable_after: 0 }],
    ['auto_disable_after', { auto_disable_after: '5 days' }],
    ['colour', { colour: 'red' }],
  ];

  it.each(wrong)('names %s in %j', async (path, settings) => {
    const { status, headers, body } = await call<ProblemBody>('POST', '/v1/subscriptions', {
      ...VALID,
      ...settings,
    });
    expect([400, 422]).toContain(status);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.status).toBe(status);
    expect(body.errors?.map((error) => error.path)).toContain(path);
  });

  it('names every field that is wrong at once', async () => {
    const { body } = await call<ProblemBody>('POST', '/v1/subscriptions', {
      ...VALID,
      timeout: -1,
      active: 'no',
    });
    expect(body.errors?.map(({ path }) => path).sort()).toEqual(['active', 'timeout']);
  });

  it('takes the object wrapped as in the documentation', async () => {
    const { status, body } = await call('POST', '/v1/subscriptions', { webhook_config: VALID });
    expect(status).toBe(201);
    await unsubscribe(String(body['id']));
  });

  it.each([
    ['no JSON', '{"url":', 400],
    ['nothing', '', 400],
    ['an array', '[]', 422],
    ['null', 'null', 422],
    ['a text', '"hello"', 422],
  ])('refuses %s', async (_name, body, expected) => {
    const { status } = await call<ProblemBody>('POST', '/v1/subscriptions', body);
    expect(status).toBe(expected);
  });
});

describe('every route below /v1', () => {
  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer whk_wrong_wrong_wrong' }],
    ['another scheme', { authorization: 'Basic d2hrOng=' }],
  ])('refuses %s with 401', async (_name, headers) => {
    for (const path of ['/v1/subscriptions', '/v1/deliveries', '/v1/event-types']) {
      const { status } = await call('GET', path, undefined, { authorization: '', ...headers });
      expect(status).toBe(401);
    }
  });

  it.each([
    ['GET', '/v1/subscriptions/wh_unknownunknown'],
    ['GET', '/v1/subscriptions/garbage'],
    ['PATCH', '/v1/subscriptions/wh_unknownunknown'],
    ['DELETE', '/v1/subscriptions/wh_unknownunknown'],
    ['POST', '/v1/subscriptions/wh_unknownunknown/pause'],
    ['GET', '/v1/deliveries/del_00000000000000000000000000000000'],
    ['GET', '/v1/deliveries/garbage'],
    ['GET', '/v1/nothing'],
  ])('answers 404 to %s %s', async (method, path) => {
    const { status, body } = await call<ProblemBody>(method, path, method === 'PATCH' ? {} : undefined);
    expect([status, body.status]).toEqual([404, 404]);
  });

  it.each([
    'limit=0',
    'limit=251',
    'limit=many',
    'cursor=garbage',
    'status=lost',
    'from=yesterday',
    'colour=red',
  ])('refuses GET /v1/deliveries?%s', async (query) => {
    const { status, body } = await call<ProblemBody>('GET', `/v1/deliveries?${query}`);
    expect(status).toBe(422);
    expect(body.errors?.[0]?.path).toBe(query.split('=')[0]);
  });
});

describe('POST /v1/events', () => {
  it.each([
    ['event', { data: {} }],
    ['event', { event: 'two words', data: {} }],
    ['data', { event: 'workflow.completed' }],
    ['data', { event: 'workflow.completed', data: [] }],
    ['data.cost', { event: 'workflow.completed', data: { cost: 'cheap' } }],
    ['timestamp', { event: 'workflow.completed', timestamp: 'yesterday', data: {} }],
    ['account_id', { event: 'workflow.completed', account_id: 'acme', data: {} }],
    ['colour', { event: 'workflow.completed', data: {}, colour: 'red' }],
  ])('names %s in %j', async (path, body) => {
    const answer = await call<ProblemBody>('POST', '/v1/events', body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map((error) => error.path)).toContain(path);
  });
});

describe('a record on Kafka that is no event', () => {
  let platform: Platform;
  let receiver: CustomerReceiver;
  const letters: { value: string; headers: Record<string, string> }[] = [];
  const consumer = kafkaOf().consumer({ groupId: unique('dead-letters-watch') });
  beforeAll(async () => {
    platform = await startPlatform();
    receiver = await startCustomerReceiver();
    await consumer.connect();
    await consumer.subscribe({ topic: 'webhooks.dead-letters', fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        letters.push({
          value: message.value?.toString('latin1') ?? '',
          headers: Object.fromEntries(headers),
        });
      },
    });
  });
  afterAll(async () => {
    await consumer.disconnect();
    await platform.stop();
    await receiver.stop();
  });

  it('goes to the dead letters with its reason and its place, and the partition goes on', async () => {
    const type = unique('after.garbage');
    const { id } = await subscribe({ url: receiver.url, events: [type] });
    const timestamp = '2024-01-15T10:30:05Z';
    const garbage: [reason: RegExp, value: string | Buffer][] = [
      [/JSON/, '{"event":'],
      [/UTF-8/, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
      [/object/, '[]'],
      [/event/, JSON.stringify({ timestamp, data: {} })],
      [/timestamp/, JSON.stringify({ event: 'a.b', data: {} })],
      [/timestamp/, JSON.stringify({ event: 'a.b', timestamp: 'noon', data: {} })],
      [/data/, JSON.stringify({ event: 'a.b', timestamp })],
      [/data\.cost/, JSON.stringify({ event: 'workflow.completed', timestamp, data: { cost: 'cheap' } })],
      [/account_id/, JSON.stringify({ event: 'a.b', timestamp, data: {}, account_id: 'a b' })],
      [/JSON|nested/, '['.repeat(100_000)],
    ];
    const marked = garbage.map(([, value]) => ({ value, partition: 2, headers: { marker: type } }));
    await platform.publishRaw([
      ...marked,
      { value: JSON.stringify({ event: type, timestamp, data: {} }), partition: 2 },
    ]);
    await expect.poll(() => receiver.deliveries.length, { timeout: 30_000 }).toBe(1);
    const mine = () => letters.filter(({ headers }) => headers['marker'] === type);
    await expect.poll(() => mine().length, { timeout: 30_000 }).toBe(garbage.length);
    for (const [index, [reason, value]] of garbage.entries()) {
      expect(mine()[index]!.headers).toMatchObject({
        error: expect.stringMatching(reason),
        source_topic: 'platform.events',
        source_partition: '2',
        source_offset: expect.stringMatching(/^\d+$/),
      });
      expect(mine()[index]!.value).toBe(Buffer.from(value).toString('latin1'));
    }
    await unsubscribe(id);
  });

  it('stops no partition, however much of it there is once it is decompressed', async () => {
    const type = unique('after.much.garbage');
    const { id } = await subscribe({ url: receiver.url, events: [type] });
    const producer = kafkaOf().producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const headers = { marker: type };
    const much = Array.from({ length: 1_000 }, () => ({ value: 'x'.repeat(12_000), partition: 3, headers }));
    const large = { value: 'x'.repeat(11_000_000), partition: 3, headers };
    for (const messages of [much, [large]]) {
      await producer.send({ topic: 'platform.events', compression: CompressionTypes.GZIP, messages });
    }
    await producer.disconnect();
    const event = JSON.stringify({ event: type, timestamp: '2024-01-15T10:30:05Z', data: {} });
    await platform.publishRaw([{ value: event, partition: 3 }]);
    const arrived = () => receiver.deliveries.filter(({ headers: sent }) => sent['x-broxi-event'] === type);
    await expect.poll(() => arrived().length, { timeout: 60_000 }).toBe(1);
    const mine = () => letters.filter(({ headers: kept }) => kept['marker'] === type);
    await expect.poll(() => mine().length, { timeout: 60_000 }).toBe(1_000);
    const ofLarge = () => letters.filter(({ headers: kept }) => /not copied here/.test(kept['error'] ?? ''));
    await expect.poll(ofLarge, { timeout: 60_000 }).toMatchObject([{ value: '' }]);
    await unsubscribe(id);
  });
});
