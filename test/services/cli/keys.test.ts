import { describe, expect, it } from 'vitest';
import { problem, run, startApi } from './run.ts';

const key = {
  id: 'key_1a2B3c4D5e6F7g8H',
  name: 'dashboard',
  scopes: ['read', 'write'],
  account_id: 'acme',
  created_at: '2024-01-15T10:30:05.123Z',
  last_used_at: '2024-01-15T10:31:05.000Z',
};
const created = { ...key, key: 'whk_1a2B3c4D5e6F7g8H_secret', last_used_at: null };

describe('keys create', () => {
  it('asks for what the options name, and prints the key', async () => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const args = ['dashboard', '--scopes', 'read, write', '--account', 'acme'];
    const { stdout } = await run(['keys', 'create', ...args], api);
    expect(api.requests).toMatchObject([{ method: 'POST', path: '/v1/api-keys' }]);
    expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({
      name: 'dashboard',
      scopes: ['read', 'write'],
      account_id: 'acme',
    });
    expect(stdout).toMatchInlineSnapshot(`
      "Id       key_1a2B3c4D5e6F7g8H
      Key      whk_1a2B3c4D5e6F7g8H_secret
      Scopes   read, write
      Account  acme
      Keep the key now: it is stored nowhere, and nothing shows it again."
    `);
  });

  it('leaves the account to the API where none is named', async () => {
    const api = await startApi(() => ({ status: 201, body: created }));
    await run(['keys', 'create', 'dashboard', '--scopes', 'read'], api);
    expect(api.requests[0]?.body).toBe('{"name":"dashboard","scopes":["read"]}');
  });

  it.each([
    [['--scopes', 'read'], "missing required argument 'name'"],
    [['ci'], "required option '--scopes <scopes>' not specified"],
    [['ci', '--scopes', 'read,,write'], 'separated by commas'],
  ])('refuses %j as wrong usage, without a request', async (args, message) => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const { exitCode, stderr } = await run(['keys', 'create', ...args], api);
    expect({ exitCode, requests: api.requests }).toEqual({ exitCode: 2, requests: [] });
    expect(stderr).toContain(message);
  });

  it('tells which scope the API does not know', async () => {
    const api = await startApi(() =>
      problem(422, 'wrong', [{ path: 'scopes.0', message: 'expected read, write or admin' }]),
    );
    const ran = await run(['keys', 'create', 'ci', '--scopes', 'all'], api);
    expect(ran).toEqual({ exitCode: 1, stdout: '', stderr: 'scopes.0: expected read, write or admin' });
  });
});

describe('keys list', () => {
  it('is a table that tells when each was last used', async () => {
    const unused = { ...key, id: 'key_0000000000000000', name: 'ci', scopes: ['admin'], last_used_at: null };
    const api = await startApi(() => ({ body: { data: [key, unused], next_cursor: null } }));
    const { stdout } = await run(['keys', 'list'], api);
    expect(stdout).toMatchInlineSnapshot(`
      "ID                    NAME       SCOPES      LAST USED  CREATED                   ACCOUNT
      key_1a2B3c4D5e6F7g8H  dashboard  read,write  2m ago     2024-01-15T10:30:05.123Z  acme
      key_0000000000000000  ci         admin       never      2024-01-15T10:30:05.123Z  acme"
    `);
  });
});

describe('keys revoke', () => {
  const args = ['keys', 'revoke', key.id];
  const revoking = () => startApi(() => ({ status: 204, body: '' }));

  it('asks, and revokes on a yes', async () => {
    const api = await revoking();
    const ran = await run(args, { ...api, ask: () => Promise.resolve('yes') });
    expect(ran).toEqual({ exitCode: 0, stdout: `${key.id} is revoked`, stderr: '' });
    expect(api.requests).toMatchObject([{ method: 'DELETE', path: `/v1/api-keys/${key.id}` }]);
  });

  it('revokes nothing on any other answer, or where nobody can be asked', async () => {
    const api = await revoking();
    const refused = await run(args, { ...api, ask: () => Promise.resolve('') });
    expect(refused).toEqual({ exitCode: 1, stdout: '', stderr: 'Nothing was revoked.' });
    expect(await run(args, api)).toMatchObject({ exitCode: 2 });
    expect(api.requests).toEqual([]);
  });

  it('does not ask with --yes', async () => {
    const api = await revoking();
    expect(await run([...args, '--yes', '--json'], api)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});
