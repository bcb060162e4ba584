/** Endpoints that are tried: test deliveries and diagnoses, sent by the worker, answered by the API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCertificate } from '../receivers/certificates.ts';
import {
  type CustomerReceiver,
  holdsOverRawBody,
  startCustomerReceiver,
} from '../receivers/customer-receiver.ts';
import {
  answer,
  hangBeforeHeaders,
  startReceiver,
  unusedPort,
  type Behaviour,
} from '../receivers/hostile-receiver.ts';
import { call, type ShownSubscription, subscribe, unsubscribe } from './customer.ts';
import { readToEnd } from './read-to-end.ts';

let customer: CustomerReceiver;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  customer = await startCustomerReceiver();
});
afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
  await customer.stop();
});

const subscribed = async (settings: object): Promise<ShownSubscription> => {
  const subscription = await subscribe({ url: customer.url, events: ['workflow.completed'], ...settings });
  closers.push(() => unsubscribe(subscription.id));
  return subscription;
};
const receiving = async (behaviour: Behaviour, options: Parameters<typeof startReceiver>[1] = {}) => {
  const receiver = await startReceiver(behaviour, options);
  closers.push(() => receiver.close());
  return receiver;
};
const test = (id: string, event: unknown = 'workflow.completed') =>
  call('POST', `/v1/subscriptions/${id}/test`, { event });
const diagnose = (url: unknown) => call('POST', '/v1/diagnose', { url });

describe('a test delivery', () => {
  it('is signed, carries the example of its type, and is answered with what came of it', async () => {
    const { id, secret } = await subscribed({
      active: false,
      headers: { Authorization: 'Bearer of-the-customer' },
    });
    const { status, body } = await test(id, 'workflow.failed');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      event: 'workflow.failed',
      outcome: 'succeeded',
      number: 1,
      status_code: 200,
      error: null,
      url: customer.url,
      response_body: '{"status":"received"}',
      request_headers: { 'X-Broxi-Event': 'workflow.failed', 'X-Broxi-Test': 'true', Authorization: '***' },
      timings: { tls_ms: null, total_ms: expect.any(Number) },
    });
    const arrived = customer.deliveries.find(({ deliveryId }) => deliveryId === body['delivery_id'])!;
    expect(arrived.headers).toMatchObject({
      'x-broxi-webhook': id,
      'x-broxi-test': 'true',
      'x-broxi-attempt': '1',
      authorization: 'Bearer of-the-customer',
    });
    expect(arrived.rawBody).toBe(body['request_body']);
    expect(holdsOverRawBody(arrived, secret)).toBe(true);
    const { body: type } = await call('GET', '/v1/event-types/workflow.failed');
    expect(JSON.parse(arrived.rawBody)).toMatchObject({ event: 'workflow.failed', data: type['example'] });
  });

  it('is sent once, whatever is answered, and is in no list and no stats', async () => {
    const receiver = await receiving(answer(503));
    const { id } = await subscribed({ url: receiver.url });
    const { body } = await test(id);
    expect(body).toMatchObject({ outcome: 'failed', status_code: 503 });
    expect(receiver.requests).toHaveLength(1);
    expect((await call('GET', `/v1/deliveries/${String(body['delivery_id'])}`)).status).toBe(404);
    expect((await call('GET', `/v1/deliveries?subscription_id=${id}`)).body).toMatchObject({ data: [] });
    expect((await call('GET', `/v1/subscriptions/${id}/stats`)).body).toMatchObject({
      total_deliveries: 0,
      pending_deliveries: 0,
      failed_deliveries: 0,
    });
  });

  it('ends by the timeout of the subscription', async () => {
    const receiver = await receiving(hangBeforeHeaders);
    const { id } = await subscribed({ url: receiver.url, timeout: 3 });
    expect((await test(id)).body).toMatchObject({
      outcome: 'failed',
      status_code: null,
      error: 'no answer within 3 s',
    });
  });

  it('to an address that is not public is blocked', async () => {
    const { id } = await subscribed({ url: 'http://169.254.169.254/' });
    expect((await test(id)).body).toMatchObject({ outcome: 'blocked', status_code: null });
  });

  it('of a type that nobody knows has no data; one that is no type is refused', async () => {
    const { id } = await subscribed({});
    const { body } = await test(id, 'shop.order.created');
    expect(JSON.parse(String(body['request_body']))).toMatchObject({ event: 'shop.order.created', data: {} });
    expect((await test(id, 'not a type')).status).toBe(422);
    expect((await test('wh_00000000000000000000')).status).toBe(404);
  });

  it('shows a client certificate, whose key is shown nowhere', async () => {
    const authority = issueCertificate({ commonName: 'Authority', isAuthority: true });
    const issuer = { commonName: 'Authority', key: authority.key };
    const client = issueCertificate({ commonName: 'our client', issuer });
    const receiver = await receiving(answer(200), {
      certificate: issueCertificate({ commonName: 'server', hosts: ['127.0.0.1'], issuer }),
      clientAuthority: authority.cert,
    });
    const tls = { ca: authority.cert, client_certificate: client.cert, client_key: client.key };
    const subscription = await subscribed({ url: receiver.url, tls });
    const { id } = subscription;
    expect((await test(id)).body).toMatchObject({ outcome: 'succeeded', status_code: 200 });
    expect(subscription['tls']).toMatchObject({
      client_certificate: client.cert,
      client_key: '***',
      warnings: [expect.stringMatching(/^(ca|client_certificate): expires on /), expect.any(String)],
    });

    const without = await call('PATCH', `/v1/subscriptions/${id}`, { tls: { ca: authority.cert } });
    expect(without.status).toBe(200);
    expect((await test(id)).body).toMatchObject({ outcome: 'failed', status_code: null });
    const { body: history } = await call('GET', `/v1/subscriptions/${id}/history`);
    expect(JSON.stringify(history)).toContain('tls.client_key');
    const keyText = client.key.split('\n')[1]!;
    expect(JSON.stringify([subscription, without.body, history])).not.toContain(keyText);
    expect(await logOfSubscriptions()).not.toContain(keyText);
  });
});

describe('a diagnosis', () => {
  it('of an endpoint that is well finds nothing', async () => {
    const receiver = await receiving(answer(200));
    const { status, body } = await diagnose(`${receiver.url}/hook`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      url: `${receiver.url}/hook`,
      reachable: true,
      get_status: 200,
      post_status: 200,
      tls: null,
      issues: [],
      latency: { dns_ms: null, connect_ms: expect.any(Number), get_ms: expect.any(Number) },
    });
    expect(receiver.requests.map(({ request, body: sent }) => [request.method, sent.toString()])).toEqual([
      ['GET', ''],
      ['POST', '{"test":"webhook"}'],
    ]);
  });

  it('tells statuses that are no success, in the order of the requests', async () => {
    const receiver = await receiving(({ request, response }) =>
      response.writeHead(request.method === 'GET' ? 404 : 500).end(),
    );
    expect((await diagnose(receiver.url)).body).toMatchObject({
      reachable: true,
      get_status: 404,
      post_status: 500,
      issues: [
        expect.stringMatching(/^URL returns 404/),
        expect.stringMatching(/^POST endpoint returns 500/),
      ],
    });
  });

  it('looks at a certificate that deliveries would refuse', async () => {
    const certificate = issueCertificate({ commonName: 'self', hosts: ['127.0.0.1'] });
    const receiver = await receiving(answer(200), { certificate });
    expect((await diagnose(receiver.url)).body).toMatchObject({
      reachable: false,
      get_status: null,
      post_status: null,
      tls: { valid: false, expires_at: expect.stringMatching(/Z$/), issuer: 'self' },
      issues: [
        expect.stringMatching(/^URL is not accessible/),
        expect.stringMatching(/^POST test failed/),
        expect.stringMatching(/^SSL certificate issues: certificate is self-signed/),
      ],
    });
    expect(receiver.requests).toHaveLength(0);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['a closed port', async () => `http://127.0.0.1:${await unusedPort()}/`],
    ['a name that does not resolve', () => 'https://nowhere.invalid/'],
    ['the metadata service', () => 'http://169.254.169.254/'],
    ['the metadata service in hexadecimal', () => 'https://0xa9fea9fe/'],
    ['a private address', () => 'https://[fd00:ec2::254]/'],
  ])('of %s says that it is not accessible', async (_, url) => {
    const { body } = await diagnose(await url());
    expect(body).toMatchObject({ reachable: false, get_status: null, post_status: null });
    expect((body['issues'] as string[])[0]).toMatch(/^URL is not accessible/);
  });

  it.each([['ftp://example.com/'], ['nowhere'], ['https://user:password@example.com/'], [7]])(
    'of %j is refused',
    async (url) => {
      const { status, body } = await diagnose(url);
      expect(status).toBe(422);
      expect(body).toMatchObject({ errors: [{ path: 'url' }] });
    },
  );
});

/** Everything on `webhooks.subscriptions`, as one text. */
async function logOfSubscriptions(): Promise<string> {
  const texts: string[] = [];
  await readToEnd(['webhooks.subscriptions'], ({ value }) => void texts.push(String(value)));
  return texts.join('\n');
}
