import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEY, problem, run, startApi } from './run.ts';
import { subscription } from './samples.ts';

const LIST = ['subscriptions', 'list'];
const emptyPage = () => ({ body: { data: [], next_cursor: null } });

async function unusedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

describe('an API that does not do as it should', () => {
  it('is told to be away in one line', async () => {
    const url = await unusedUrl();
    const ran = await run(LIST, { environment: { WEBHOOKS_API_URL: url, WEBHOOKS_API_KEY: KEY } });
    expect(ran).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `cannot reach the API at ${url} (ECONNREFUSED); is \`npm start\` running?`,
    });
  });

  it('is told to be another server where it answers no JSON', async () => {
    const api = await startApi(() => ({ body: '<html>', contentType: 'text/html' }));
    const { exitCode, stderr } = await run(LIST, api);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `${api.url} answered 200 with text/html, not as this API does; is WEBHOOKS_API_URL right?`,
    );
  });

  it.each([
    [{ data: 'none' }],
    [[]],
    [null],
    [{ data: [{ ...subscription, events: 3 }], next_cursor: null }],
  ])('is not understood where it answers %j', async (body) => {
    const { exitCode, stderr } = await run(LIST, await startApi(() => ({ body })));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the API's answer is not understood");
  });

  it('has its problem told as it is with --json, on standard error', async () => {
    const refused = problem(401, 'The API key is not known.');
    const ran = await run([...LIST, '--json'], await startApi(() => refused));
    expect(ran).toEqual({ exitCode: 1, stdout: '', stderr: JSON.stringify(refused.body) });
  });

  it('has its problem made printable', async () => {
    const { stderr } = await run(LIST, await startApi(() => problem(500, 'a\u001b[2Jb\nc')));
    expect(stderr).toBe('a\\u001b[2Jb\\nc');
  });
});

describe('an API that is asked too often', () => {
  const tooOften = (retryAfter: string) => ({ ...problem(429, 'Too often.'), retryAfter });

  it('is sent the same request again when it says', async () => {
    let refusals = 2;
    const api = await startApi(() => (refusals-- > 0 ? tooOften('0') : { body: subscription }));
    const ran = await run(['subscriptions', 'update', 'wh_1', '--timeout', '5'], api);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const [first, ...repeats] = api.requests;
    expect(first).toMatchObject({ method: 'PATCH', body: '{"timeout":5}' });
    expect(repeats).toEqual([first, first]);
  });

  it.each([['3600'], ['soon']])('is not waited for where it says %j', async (retryAfter) => {
    const api = await startApi(() => tooOften(retryAfter));
    expect(await run(LIST, api)).toEqual({ exitCode: 1, stdout: '', stderr: 'Too often.' });
    expect(api.requests).toHaveLength(1);
  });
});

describe('the address of the API', () => {
  it('comes from HOST, PORT and the key that npm start keeps', async () => {
    const api = await startApi(emptyPage);
    const workingDir = await mkdtemp(join(tmpdir(), 'webhooks-cli-'));
    await mkdir(join(workingDir, 'kept'));
    await writeFile(join(workingDir, 'kept', 'api-key'), 'whk_kept_by_npm_start\n');
    const environment = { HOST: '0.0.0.0', PORT: new URL(api.url).port, WEBHOOKS_DATA_DIR: 'kept' };
    const { exitCode } = await run(LIST, { environment, workingDir });
    expect(exitCode).toBe(0);
    expect(api.requests[0]?.headers.authorization).toBe('Bearer whk_kept_by_npm_start');
  });

  it('keeps the path of WEBHOOKS_API_URL', async () => {
    const api = await startApi(emptyPage);
    await run(LIST, { environment: { ...api.environment, WEBHOOKS_API_URL: `${api.url}/behind/` } });
    expect(api.requests[0]?.path).toBe('/behind/v1/subscriptions');
  });

  it('does not depend on what only services need', async () => {
    const api = await startApi(emptyPage);
    const { exitCode } = await run(LIST, { environment: { ...api.environment, KAFKA_BROKERS: 'wrong' } });
    expect(exitCode).toBe(0);
  });

  it.each([
    [{ WEBHOOKS_API_URL: 'ftp://x', WEBHOOKS_API_KEY: KEY }, 'WEBHOOKS_API_URL: expected a url'],
    [{ PORT: '0', WEBHOOKS_API_KEY: KEY }, 'PORT: expected a port number from 1 to 65535'],
    [{ WEBHOOKS_API_KEY: 'short' }, 'WEBHOOKS_API_KEY: expected at least 16 characters'],
    [{ WEBHOOKS_DATA_DIR: '/nowhere' }, 'no API key: set WEBHOOKS_API_KEY, or run `npm start` once'],
  ])('is wrong usage in the environment %j', async (environment, message) => {
    const { exitCode, stderr } = await run(LIST, { environment });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('\n');
  });
});

describe('the command line', () => {
  it.each([[[]], [['subscriptions']], [['nothing']], [['subscriptions', 'nothing']], [['--nothing']]])(
    'is wrong usage where it is %j',
    async (args) => {
      const { exitCode, stdout, stderr } = await run(args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).not.toBe('');
    },
  );
});
