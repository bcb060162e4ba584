/** How the server reads requests, whatever the route, and what it answers where it cannot. */
import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN_KEY, routesOf, startServer } from './server.ts';

const KEY = { authorization: `Bearer ${ADMIN_KEY}` };
const JSON_TYPE = { ...KEY, 'content-type': 'application/json' };
const NOBODY = '/v1/subscriptions/wh_nobody00000000000000';

it.each([
  ['POST', `${NOBODY}/pause`],
  ['POST', `${NOBODY}/rotate-secret`],
  ['DELETE', '/v1/api-keys/key_nobody00000000000000'],
])('%s %s may say that it brings JSON and bring nothing', async (method, path) => {
  const { status } = await startServer().send({ method, path, headers: JSON_TYPE, payload: '' });
  // There is no such thing: it was looked for.
  expect(status).toBe(404);
});

it('a route that needs a body takes nothing for no JSON', async () => {
  const { status, body } = await startServer().send({
    method: 'POST',
    path: '/v1/api-keys',
    headers: JSON_TYPE,
    payload: '',
  });
  expect({ status, detail: body['detail'] }).toEqual({ status: 400, detail: 'The body is no valid JSON.' });
});

it('a body that is larger than any request needs is refused, with how much it may be', async () => {
  const { status, body } = await startServer().send({
    method: 'POST',
    path: '/v1/events',
    headers: JSON_TYPE,
    payload: JSON.stringify({ event: 'workflow.completed', data: { text: 'x'.repeat(1_100_000) } }),
  });
  expect({ status, detail: body['detail'] }).toEqual({
    status: 413,
    detail: 'The body has more than 1100000 bytes.',
  });
});

it.each([
  ['is empty', ''],
  ['has more than 255 characters', 'k'.repeat(256)],
])('an Idempotency-Key that %s is refused', async (_name, key) => {
  const { status, body } = await startServer().send({
    method: 'POST',
    path: '/v1/events',
    headers: { ...JSON_TYPE, 'idempotency-key': key },
    payload: JSON.stringify({ event: 'workflow.completed', data: {} }),
  });
  expect({ status, detail: body['detail'] }).toEqual({
    status: 400,
    detail: 'Idempotency-Key: expected 1 to 255 characters.',
  });
});

it.each([
  ['a path that is percent-encoded wrongly', '/v1/subscriptions/%ff', 400],
  ['an id that is too long to be one', `/v1/subscriptions/${'a'.repeat(4_000)}`, 404],
])('answers %s with a problem', async (_name, path, expected) => {
  const { status, headers, body } = await startServer().send({ method: 'GET', path, headers: KEY });
  expect({ status, type: headers['content-type'] }).toEqual({
    status: expected,
    type: 'application/problem+json; charset=utf-8',
  });
  expect(body).toMatchObject({ type: 'about:blank', status: expected });
});

describe('over a socket', () => {
  const open: { app: FastifyInstance; socket: Socket }[] = [];
  afterEach(async () => {
    for (const { app, socket } of open.splice(0)) {
      socket.destroy();
      await app.close();
    }
  });

  /** A connection to a server of its own, with all that has come back over it. */
  async function connected() {
    const { app } = startServer();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const accepting = once(app.server, 'connection') as Promise<[Socket]>;
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
    open.push({ app, socket });
    const answered = async () => {
      await expect.poll(() => received).toContain('}');
      const [head = '', body = ''] = received.split('\r\n\r\n');
      return { head, problem: JSON.parse(body) as Record<string, unknown> };
    };
    const [accepted] = await accepting;
    return { app, socket, accepted, answered };
  }

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is answered with a problem, and the connection is closed', async (_name, text, status) => {
    const { socket, answered } = await connected();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(text);
    const { head, problem } = await answered();
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain('Content-Type: application/problem+json');
    expect(problem).toMatchObject({ type: 'about:blank', status });
    await closed;
  });

  it('a request that does not come in time is answered with a problem', async () => {
    const { app, accepted, answered } = await connected();
    // What Node says of it after half a minute.
    const error = Object.assign(new Error('slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    app.server.emit('clientError', error, accepted);
    expect((await answered()).problem).toMatchObject({ status: 408 });
  });

  it('a request that is half sent while the server stops is answered with a problem', async () => {
    const { app, socket, accepted, answered } = await connected();
    socket.write('GET /v1/subscriptions HTTP/1.1\r\nHost: a\r\n');
    await expect.poll(() => accepted.bytesRead).toBeGreaterThan(0);
    const closing = app.close();
    await expect.poll(() => app.server.listening).toBe(false);
    socket.write('\r\n');
    const { head, problem } = await answered();
    expect(head).toContain('HTTP/1.1 503 ');
    expect(problem).toMatchObject({ status: 503 });
    await closing;
  });
});

const cursorOf = (...parts: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

it.each([
  ['before all times that PostgreSQL has', cursorOf(Number.MIN_SAFE_INTEGER, 0, 'aud_1'), 422],
  ['after all times that PostgreSQL has', cursorOf(Number.MAX_SAFE_INTEGER, 0, 'aud_1'), 422],
  ['of an entry', cursorOf(Date.parse('2024-01-15T10:30:05.123Z'), 0, 'aud_1'), 200],
])(
  'a cursor of the audit log that names a time %s is answered with %3$i',
  async (_name, cursor, expected) => {
    const path = `/v1/audit-log?cursor=${cursor}`;
    expect((await startServer().send({ method: 'GET', path, headers: KEY })).status).toBe(expected);
  },
);

describe('a route below /v1', async () => {
  const routes = (await routesOf()).map(({ method, path }) => [method, path.replace(/:\w+/g, 'x')] as const);
  const bodied = routes.filter(([method]) => method !== 'GET');

  it.each(routes)('%s %s refuses a parameter that it does not know', async (method, path) => {
    const { status } = await startServer().send({ method, path: `${path}?unknown=1`, headers: KEY });
    // A path that cannot name anything is looked at first.
    expect(path.includes('/x') ? [404, 422] : [422]).toContain(status);
  });

  it.each(bodied)('%s %s takes no other media type than JSON', async (method, path) => {
    const headers = { ...KEY, 'content-type': 'text/plain' };
    const { status } = await startServer().send({ method, path, headers, payload: '{}' });
    expect(status).toBe(415);
  });
});

it.each([
  ['POST', `${NOBODY}/pause`],
  ['POST', `${NOBODY}/flush`],
  ['POST', '/v1/deliveries/del_00000000000000000000000000000000/cancel'],
  ['DELETE', NOBODY],
])('%s %s, which takes no body, refuses fields and names them', async (method, path) => {
  const payload = { unknown: 1 };
  const { status, body } = await startServer().send({ method, path, headers: KEY, payload });
  expect({ status, errors: body['errors'] }).toEqual({
    status: 422,
    errors: [{ path: 'unknown', message: 'unknown field' }],
  });
});

it('POST /v1/subscriptions/{id}/resume refuses a parameter, and names it', async () => {
  const path = `${NOBODY}/resume?x=1`;
  const { body } = await startServer().send({ method: 'POST', path, headers: KEY });
  expect(body['errors']).toEqual([{ path: 'x', message: 'unknown field' }]);
});
