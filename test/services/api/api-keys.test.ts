import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EXCEPTIONS, neededScope } from '../../../services/api/needed-scope.ts';
import { ADMIN_KEY as ADMIN, routesOf, type ServerOfTheTest, startServer } from './server.ts';

const WH = '/v1/subscriptions/wh_12345678';

async function makeKey(
  { ask }: ServerOfTheTest,
  scopes: readonly string[],
  accountId?: string,
  by = ADMIN,
): Promise<{ id: string; key: string }> {
  const body = { name: 'ci', scopes, ...(accountId === undefined ? {} : { account_id: accountId }) };
  const answer = await ask(by, 'POST', '/v1/api-keys', body);
  expect(answer.status).toBe(201);
  return answer.body as { id: string; key: string };
}

describe('making an API key', () => {
  it('answers the key once, and stores its SHA-256 alone', async () => {
    const server = startServer();
    const { status, body, headers } = await server.ask(ADMIN, 'POST', '/v1/api-keys', {
      name: ' ci ',
      scopes: ['read', 'write', 'read'],
    });
    expect(status).toBe(201);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toEqual({
      id: expect.stringMatching(/^key_[A-Za-z0-9]{16}$/),
      key: expect.stringMatching(/^whk_[A-Za-z0-9]{16}_[A-Za-z0-9]{43}$/),
      name: 'ci',
      scopes: ['read', 'write'],
      account_id: 'default',
      created_at: expect.any(String),
      last_used_at: null,
    });
    const key = String(body['key']);
    expect(server.log).toMatchObject([
      { type: 'ApiKeyCreated', actor: 'key:admin', key_hash: createHash('sha256').update(key).digest('hex') },
    ]);
    expect(JSON.stringify(server.log)).not.toContain(key.slice(-43));
    const { key: _key, ...shown } = body;
    const list = await server.ask(ADMIN, 'GET', '/v1/api-keys');
    expect(list.body).toEqual({ data: [shown], next_cursor: null });
  });

  it('names the wrong fields', async () => {
    const { ask } = startServer();
    const bad = { name: '', scopes: ['read', 'all'], account_id: 'a b', expires: 1 };
    const { status, body } = await ask(ADMIN, 'POST', '/v1/api-keys', bad);
    expect(status).toBe(422);
    const errors = body['errors'] as { path: string }[];
    expect(errors.map(({ path }) => path)).toEqual(['name', 'scopes.1', 'account_id', 'expires']);
    expect((await ask(ADMIN, 'POST', '/v1/api-keys', { name: 'a', scopes: [] })).status).toBe(422);
  });

  it('brings an account to life, whose admin then makes keys for it alone', async () => {
    const server = startServer();
    const acme = await makeKey(server, ['admin'], 'acme');
    const second = await makeKey(server, ['read'], undefined, acme.key);
    await makeKey(server, ['read'], 'acme', acme.key);
    expect(server.log[1]).toMatchObject({ account_id: 'acme', actor: `key:${acme.id}` });
    const foreign = { name: 'a', scopes: ['read'], account_id: 'default' };
    expect((await server.ask(acme.key, 'POST', '/v1/api-keys', foreign)).status).toBe(403);
    const list = await server.ask(acme.key, 'GET', '/v1/api-keys');
    expect((list.body['data'] as { id: string }[]).map(({ id }) => id)).toContain(second.id);
    expect((await server.ask(ADMIN, 'GET', '/v1/api-keys')).body['data']).toEqual([]);
  });
});

describe('an API key', () => {
  it('is 401 once it is revoked, and revoking it again is 404', async () => {
    const server = startServer();
    const { id, key } = await makeKey(server, ['read']);
    expect((await server.ask(key, 'GET', '/v1/subscriptions')).status).toBe(200);
    expect((await server.ask(ADMIN, 'DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    expect((await server.ask(key, 'GET', '/v1/subscriptions')).status).toBe(401);
    expect((await server.ask(ADMIN, 'DELETE', `/v1/api-keys/${id}`)).status).toBe(404);
    expect((await server.ask(ADMIN, 'DELETE', '/v1/api-keys/key_1')).status).toBe(404);
    expect((await server.ask(ADMIN, 'GET', '/v1/api-keys')).body['data']).toEqual([]);
  });

  it('of another account is 404 to whoever wants to revoke it', async () => {
    const server = startServer();
    const acme = await makeKey(server, ['admin'], 'acme');
    const own = await makeKey(server, ['read']);
    expect((await server.ask(acme.key, 'DELETE', `/v1/api-keys/${own.id}`)).status).toBe(404);
    expect((await server.ask(ADMIN, 'DELETE', `/v1/api-keys/${acme.id}`)).status).toBe(404);
    expect((await server.ask(own.key, 'GET', '/v1/subscriptions')).status).toBe(200);
  });

  it('shows when it was last used', async () => {
    const server = startServer();
    const { key } = await makeKey(server, ['read']);
    await server.ask(key, 'GET', '/v1/subscriptions');
    const [shown] = (await server.ask(ADMIN, 'GET', '/v1/api-keys')).body['data'] as [Record<string, string>];
    expect(Date.parse(shown['last_used_at']!)).toBeGreaterThanOrEqual(Date.parse(shown['created_at']!));
  });

  it('that nobody made is 401, whatever its form, and so is none', async () => {
    const server = startServer();
    const { key } = await makeKey(server, ['read']);
    const forged = `${key.slice(0, -43)}${'A'.repeat(43)}`;
    const wrong = [null, 'whk_wrong', forged, `${key}x`, `whk_${'A'.repeat(16)}_${'A'.repeat(43)}`];
    const answers = await Promise.all(wrong.map((one) => server.ask(one, 'GET', '/v1/subscriptions')));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    [['read'], { look: 200, change: 403, secret: 403, keys: 403 }],
    [['write'], { look: 200, change: 422, secret: 404, keys: 403 }],
    [['admin'], { look: 200, change: 422, secret: 404, keys: 200 }],
  ])('with %j may do as much as its scope says', async (scopes, expected) => {
    const server = startServer();
    const { key } = await makeKey(server, scopes);
    const status = async (...asked: [string, string, object?]) => (await server.ask(key, ...asked)).status;
    expect({
      look: await status('GET', '/v1/subscriptions'),
      change: await status('POST', '/v1/subscriptions', {}),
      secret: await status('GET', `${WH}/secret`),
      keys: await status('GET', '/v1/api-keys'),
    }).toEqual(expected);
  });

  it('is told which scope is missing', async () => {
    const server = startServer();
    const { key } = await makeKey(server, ['read']);
    expect((await server.ask(key, 'DELETE', WH)).body).toMatchObject({
      title: 'Forbidden',
      detail: 'This needs an API key with the scope "write"; yours has "read".',
    });
  });

  it('that asks too often is told when to come back, and no other key with it', async () => {
    const server = startServer();
    const [busy, other] = [await makeKey(server, ['read']), await makeKey(server, ['read'])];
    const ask = (key: string) => server.ask(key, 'GET', '/v1/sender-ips');
    const answers = await Promise.all(Array.from({ length: 400 }, () => ask(busy.key)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBe(200);
    expect(refused[0]).toMatchObject({
      headers: { 'retry-after': '1' },
      body: { title: 'Too Many Requests' },
    });
    expect((await ask(other.key)).status).toBe(200);
    const admin = await Promise.all(Array.from({ length: 400 }, () => ask(ADMIN)));
    expect(admin.every(({ status }) => status === 200)).toBe(true);
  });
});

it('a list is cut into pages that hold each key once', async () => {
  const server = startServer();
  const made = await Promise.all(Array.from({ length: 5 }, () => makeKey(server, ['read'])));
  const seen: string[] = [];
  for (let cursor: unknown = ''; cursor !== null;) {
    const query = `limit=2${cursor === '' ? '' : `&cursor=${String(cursor)}`}`;
    const { body } = await server.ask(ADMIN, 'GET', `/v1/api-keys?${query}`);
    seen.push(...(body['data'] as { id: string }[]).map(({ id }) => id));
    cursor = body['next_cursor'];
  }
  expect(seen.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
  expect((await server.ask(ADMIN, 'GET', '/v1/api-keys?cursor=x')).status).toBe(422);
});

describe('the scopes of routes', () => {
  it('name only exceptions that are routes', async () => {
    const routes = (await routesOf()).map(({ method, path }) => `${method} ${path}`);
    expect(routes).toEqual(expect.arrayContaining([...EXCEPTIONS.keys()]));
  });

  it('treat HEAD as GET', () => {
    expect(neededScope('HEAD', '/v1/api-keys')).toBe('admin');
    expect(neededScope('HEAD', '/v1/subscriptions')).toBe('read');
  });
});
