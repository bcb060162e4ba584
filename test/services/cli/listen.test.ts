import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run, startApi } from './run.ts';

const SECRET = 'secret-of-the-tests';
const BODY = '{"event":"a.b","data":{"n":12345678901234567890,"list":[],"text":"x"}}';
const signedHeaders = (secret: string) => ({
  'content-type': 'application/json',
  'X-Broxi-Delivery': 'del_1',
  'X-Broxi-Signature': createHmac('sha256', secret).update(BODY).digest('hex'),
});

/** Starts `webhooks listen`, and answers how to send to it and how to end it. */
async function listening(...args: string[]) {
  const printed: string[] = [];
  const noted: string[] = [];
  let interrupt = (): void => {};
  const ended = run(['listen', '--port', '0', ...args], {
    print: (line) => void printed.push(line),
    note: (line) => void noted.push(line),
    interrupted: () => new Promise((resolve) => (interrupt = resolve)),
  });
  await expect.poll(() => noted).not.toEqual([]);
  const url = /http:\S+/.exec(noted[0] ?? '')?.[0] ?? '';
  return {
    printed,
    noted,
    send: (headers: Record<string, string>, body = BODY) =>
      fetch(`${url}/hook?a=1`, { method: 'POST', headers, body }),
    end: async () => {
      interrupt();
      return (await ended).exitCode;
    },
  };
}

/** A port that is taken until the test has ended, low enough to be the sum of a usual port and an offset. */
async function occupiedPort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const server = createServer().listen(port, '127.0.0.1');
  const [error] = (await Promise.race([once(server, 'listening'), once(server, 'error')])) as unknown[];
  if (error !== undefined) return occupiedPort();
  onTestFinished(() => void server.close());
  return port;
}

describe('listen', () => {
  it('prints headers, payload with every digit, and whether the signature holds', async () => {
    const listener = await listening('--secret', SECRET);
    expect((await listener.send(signedHeaders(SECRET))).status).toBe(200);
    const [time, ...lines] = (listener.printed[0] ?? '').trim().split('\n');
    expect(time).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}POST \/hook\?a=1$/);
    expect(lines.slice(0, 2)).toEqual(['  content-type: application/json', '  X-Broxi-Delivery: del_1']);
    expect(lines.slice(3)).toEqual([
      '{',
      '  "event": "a.b",',
      '  "data": {',
      '    "n": 12345678901234567890,',
      '    "list": [],',
      '    "text": "x"',
      '  }',
      '}',
      'signature valid (scheme body)',
    ]);
    expect(await listener.end()).toBe(0);
  });

  it('ends with a summary', async () => {
    const listener = await listening('--secret', SECRET);
    await listener.send(signedHeaders(SECRET));
    await listener.send(signedHeaders('another-secret'));
    await listener.end();
    expect(listener.noted.at(-1)).toBe('\n2 received: 1 valid, 1 invalid, 0 not checked.');
  });

  it('says how to check signatures where it has no secret', async () => {
    const listener = await listening();
    await listener.send(signedHeaders(SECRET), 'no\u009b31mjson');
    expect(listener.printed[0]).toContain('no\\u009b31mjson\nsignature unknown: give --secret to check it');
    await listener.end();
  });

  it('prints one JSON document a line with --json', async () => {
    const listener = await listening('--json', '--secret', SECRET);
    await listener.send(signedHeaders(SECRET));
    expect(JSON.parse(listener.printed[0] ?? '')).toMatchObject({
      path: '/hook?a=1',
      headers: { 'x-broxi-delivery': 'del_1' },
      body: BODY,
      signature: 'valid',
      scheme: 'body',
    });
    await listener.end();
  });

  it('forwards the same bytes and headers, and answers what it was answered', async () => {
    const target = await startApi(() => ({ status: 429, body: 'later' }));
    const listener = await listening('--forward-to', `${target.url}/inbox`);
    const { status } = await listener.send(signedHeaders(SECRET));
    expect(status).toBe(429);
    expect(target.requests).toMatchObject([{ method: 'POST', path: '/inbox', body: BODY }]);
    expect(target.requests[0]?.headers).toMatchObject({
      'x-broxi-delivery': 'del_1',
      host: new URL(target.url).host,
    });
    expect(listener.noted[1]).toMatch(/^del_1 forwarded: 429 in \d+ ms$/);
    await listener.end();
    expect(listener.noted.at(-1)).toContain('1 forwarded, 0 not');
  });

  it('answers 502 where it cannot forward, so that the sender tries again', async () => {
    const listener = await listening('--forward-to', 'http://127.0.0.1:1/');
    expect((await listener.send(signedHeaders(SECRET))).status).toBe(502);
    expect(listener.noted[1]).toBe('del_1 could not be forwarded to http://127.0.0.1:1/ (ECONNREFUSED)');
    await listener.end();
  });

  it('takes another port than a program that is there already', async () => {
    const offset = (await occupiedPort()) - 8091;
    const environment = { WEBHOOKS_PORT_OFFSET: String(offset) };
    const { exitCode, stderr } = await run(['listen'], { environment });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+ for POST requests/);
    expect(stderr).not.toContain(`:${offset + 8091} `);
  });

  it('ends at once while a delivery is being forwarded', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const reached = once(silent, 'connection');
    const { port } = silent.address() as AddressInfo;
    const listener = await listening('--forward-to', `http://127.0.0.1:${port}/`);
    const sent = listener.send(signedHeaders(SECRET)).catch(() => 'cut off');
    await reached;
    expect(await listener.end()).toBe(0);
    expect(await sent).toBe('cut off');
  });

  it('fails where the port that was asked for is taken', async () => {
    const taken = await startApi(() => ({}));
    const { port } = new URL(taken.url);
    const ran = await run(['listen', '--port', port]);
    expect(ran).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `port ${port} is in use by another program: choose another with --port`,
    });
  });

  it.each([
    ['--port', '65536'],
    ['--forward-to', 'localhost:3000'],
  ])('refuses %s %s as wrong usage', async (...args) => {
    expect((await run(['listen', ...args])).exitCode).toBe(2);
  });
});
