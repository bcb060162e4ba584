import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import {
  createGuardedAgent,
  type GuardedAgent,
  type GuardedAgentOptions,
  type HttpRequest,
} from '../../../infra/http/guarded-agent.ts';
import {
  answer,
  closeBeforeHeaders,
  closeInBody,
  closeInHeaders,
  drip,
  dripHeaders,
  endlessEarlyHints,
  endlessHeaders,
  gzipBomb,
  hangBeforeHeaders,
  hangInBody,
  largeBody,
  raw,
  resetBeforeHeaders,
  resetInBody,
  startReceiver,
  unusedPort,
  type Behaviour,
  type HostileReceiver,
} from '../../receivers/hostile-receiver.ts';

const KIB = 1024;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(closers.splice(0).map((close) => close()));
});

function startAgent(options: Partial<GuardedAgentOptions> = {}): GuardedAgent {
  const agent = createGuardedAgent({ allowedNetworks: ['127.0.0.0/8'], parseRetryAfterMs, ...options });
  closers.push(() => agent.close());
  return agent;
}

async function receiving(behaviour: Behaviour): Promise<HostileReceiver> {
  const receiver = await startReceiver(behaviour);
  closers.push(() => receiver.close());
  return receiver;
}

function requestTo(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return { url, headers: { 'content-type': 'application/json' }, body: '{}', timeoutMs: 10_000, ...rest };
}

async function postTo(behaviour: Behaviour, rest: Partial<HttpRequest> = {}) {
  const receiver = await receiving(behaviour);
  return startAgent().post(requestTo(receiver.url, rest));
}

describe('a request', () => {
  it('arrives as a POST with its path, query, headers and bytes', async () => {
    const receiver = await receiving(answer(200));
    const body = Buffer.from('{"text":"grüße"}');
    await startAgent().post(
      requestTo(`${receiver.url}/hook?a=1&b=%20#part`, { body, headers: { 'X-Broxi-Event': 'a.b' } }),
    );
    const [arrived] = receiver.requests;
    expect(arrived!.request).toMatchObject({ method: 'POST', url: '/hook?a=1&b=%20', httpVersion: '1.1' });
    expect(arrived!.request.headers).toMatchObject({
      host: `127.0.0.1:${receiver.port}`,
      'x-broxi-event': 'a.b',
      'content-length': String(body.length),
    });
    expect(arrived!.body).toEqual(body);
  });

  it('reuses one connection for requests that follow each other', async () => {
    const receiver = await receiving(answer(200, {}, 'ok'));
    const agent = startAgent({ connectionsPerOrigin: 1 });
    for (let count = 0; count < 20; count += 1) await agent.post(requestTo(receiver.url));
    expect(receiver.requests).toHaveLength(20);
    expect(receiver.connectionCount).toBe(1);
  });

  it('keeps the connection after an answer somewhat larger than what is kept of it', async () => {
    const half = 'x'.repeat(20 * KIB);
    let sendRest = (): unknown => undefined;
    const receiver = await receiving(({ response }) => {
      response.write(half);
      sendRest = () => response.end(half);
    });
    const agent = startAgent({ connectionsPerOrigin: 1 });
    // The rest has a second to come, which is not to pass here.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (let count = 0; count < 3; count += 1) {
      await agent.post(requestTo(receiver.url));
      sendRest();
    }
    expect(receiver.connectionCount).toBe(1);
  });

  it('is answered among 500 at once, over no more connections than allowed', async () => {
    const receiver = await receiving(answer(200, {}, 'ok'));
    const agent = startAgent({ connectionsPerOrigin: 50 });
    const exchanges = await Promise.all(
      Array.from({ length: 500 }, () => agent.post(requestTo(receiver.url))),
    );
    expect(new Set(exchanges.map(({ outcome }) => outcome.kind))).toEqual(new Set(['answered']));
    expect(receiver.requests).toHaveLength(500);
    expect(receiver.connectionCount).toBeLessThanOrEqual(50);
  });

  it.each([
    ['a header value that no header can have', { headers: { 'x-custom': 'a\nb' } }, 'x-custom'],
    ['a header name that no header can have', { headers: { 'a b': 'secret' } }, 'header'],
    ['a header of the connection itself', { headers: { expect: '100-continue' } }, 'expect'],
    ['a url of another scheme', { url: 'ftp://127.0.0.1/' }, 'url'],
    ['a url that is none', { url: 'nowhere' }, 'url'],
  ])('with %s is not sent, and costs the next one nothing', async (_, wrong, named) => {
    const receiver = await receiving(answer(200));
    const agent = startAgent({ connectionsPerOrigin: 1 });
    const refused = await agent.post(requestTo(receiver.url, wrong));
    expect(refused.outcome).toEqual({ kind: 'unreachable', failure: 'connection_failed' });
    expect(refused.error).toContain(`request cannot be sent`);
    expect(refused.error).toContain(named);
    expect(refused.error).not.toContain('secret');
    expect(await agent.post(requestTo(receiver.url))).toMatchObject({ outcome: { statusCode: 200 } });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('an answer', () => {
  it.each([200, 204, 302, 400, 410, 429, 500, 599])('of status %i is told as it is', async (status) => {
    const { outcome, error } = await postTo(answer(status));
    expect(outcome).toEqual({ kind: 'answered', statusCode: status, retryAfterMs: null });
    expect(error).toBeNull();
  });

  it('brings its headers, its body and how long it took', async () => {
    const exchange = await postTo(({ response }) =>
      response
        .writeHead(
          200,
          [
            ['X-One', '1'],
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
          ].flat(),
        )
        .end('grüße'),
    );
    expect(exchange.answer).toMatchObject({
      headers: { 'x-one': '1', 'set-cookie': 'a=1, b=2' },
      body: 'grüße',
      truncated: false,
    });
    expect(exchange.durationMs).toBeLessThan(10_000);
    expect(Number.isInteger(exchange.durationMs)).toBe(true);
  });

  it.each([
    ['seconds', '7', 7_000],
    ['a date that has passed', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['nonsense', 'soon', null],
  ])('that asks to wait by %s is read so', async (_, value, retryAfterMs) => {
    const { outcome } = await postTo(answer(503, { 'retry-after': value }));
    expect(outcome).toEqual({ kind: 'answered', statusCode: 503, retryAfterMs });
  });

  it('with bytes that are no UTF-8 is read with replacement characters', async () => {
    const { answer: read } = await postTo(({ response }) => response.end(Buffer.from([0x61, 0xff, 0x62])));
    expect(read!.body).toBe('a\u{fffd}b');
  });

  it.each([
    [16 * KIB - 1, false],
    [16 * KIB, false],
    [16 * KIB + 1, true],
    [70 * KIB, true],
  ])('of %i bytes is kept up to 16 KiB, truncated: %s', async (bytes, truncated) => {
    for (const connection of ['keep-alive', 'close']) {
      const { outcome, answer: read } = await postTo(answer(200, { connection }, 'x'.repeat(bytes)));
      expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
      expect(read!.truncated).toBe(truncated);
      expect(read!.body).toBe('x'.repeat(Math.min(bytes, 16 * KIB)));
    }
  });

  it('that hangs after its first 16 KiB counts', async () => {
    const { outcome, answer: read } = await postTo(hangInBody(16 * KIB + 1));
    expect(outcome).toMatchObject({ kind: 'answered' });
    expect(read!.truncated).toBe(true);
  });

  it('that hangs after its first 16 KiB loses its connection long before the deadline', async () => {
    const receiver = await receiving(hangInBody(16 * KIB + 1));
    await startAgent().post(requestTo(receiver.url, { timeoutMs: 3_600_000 }));
    await receiver.whenDeserted();
  });

  it('that breaks off after its first 16 KiB counts', async () => {
    expect((await postTo(resetInBody(16 * KIB))).outcome).toMatchObject({ kind: 'answered' });
  });

  it('of 1 GB is left after a few KiB, and takes no memory', async () => {
    const receiver = await receiving(largeBody(1024 ** 3));
    const agent = startAgent();
    await agent.post(requestTo(receiver.url));
    const before = usedBytes();
    for (let count = 0; count < 5; count += 1) {
      const { outcome, answer: read } = await agent.post(requestTo(receiver.url));
      expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
      expect(read).toMatchObject({ truncated: true });
    }
    await receiver.whenDeserted();
    // What the kernel buffers on loopback is the receiver's loss, not this process's memory.
    expect(receiver.writtenBytes).toBeLessThan(6 * 16 * KIB * KIB);
    expect(usedBytes() - before).toBeLessThan(8 * KIB * KIB);
  });

  it('that unpacks to gigabytes is never unpacked', async () => {
    const { outcome, answer: read } = await postTo(gzipBomb(32 * KIB * KIB));
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(read!.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(Buffer.byteLength(read!.body)).toBeLessThan(3 * 16 * KIB);
  });

  it('that redirects is an answer, and nobody goes there', async () => {
    const elsewhere = await receiving(answer(200));
    const receiver = await receiving(answer(307, { location: elsewhere.url }));
    const { outcome, answer: read } = await startAgent().post(requestTo(receiver.url));
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 307 });
    expect(read!.headers).toMatchObject({ location: elsewhere.url });
    expect(elsewhere.connectionCount).toBe(0);
  });

  it('may come after early hints', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const { outcome } = await postTo(
      raw(`${early}${early}HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 201 });
  });

  it('may end with its connection', async () => {
    const { outcome, answer: read } = await postTo(raw('HTTP/1.0 200 OK\r\n\r\nuntil the end'));
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(read!.body).toBe('until the end');
  });
});

describe('without an answer', () => {
  it('a closed port is a refused connection', async () => {
    const port = await unusedPort();
    const { outcome, answer: read, error } = await startAgent().post(requestTo(`http://127.0.0.1:${port}`));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_refused' });
    expect(read).toBeNull();
    expect(error).toBe(`connection refused by 127.0.0.1:${port}`);
  });

  it.each<[string, Behaviour]>([
    ['a reset before the headers', resetBeforeHeaders],
    ['an end before the headers', closeBeforeHeaders],
    ['an end within the headers', closeInHeaders],
    ['a reset within the body', resetInBody()],
    ['an end within a body of known length', closeInBody('content-length: 9', 'abc')],
    [
      'an end within a body of known length, announced',
      closeInBody('content-length: 9\r\nconnection: close', 'abc'),
    ],
    ['an end within a chunk', closeInBody('transfer-encoding: chunked', '9\r\nabc')],
    [
      'an end within a chunk, announced',
      closeInBody('transfer-encoding: chunked\r\nconnection: close', '9\r\nabc'),
    ],
    ['an end between chunks', closeInBody('transfer-encoding: chunked\r\nconnection: close', '3\r\nabc\r\n')],
  ])('%s is a reset connection', async (_, behaviour) => {
    const { outcome, answer: read, error } = await postTo(behaviour);
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_reset' });
    expect(read).toBeNull();
    expect(error).toMatch(/^connection closed/);
  });

  const isAsked = ({ requests }: HostileReceiver): boolean => requests.length > 0;
  const hasBegun = ({ writtenBytes }: HostileReceiver): boolean => writtenBytes > 0;
  it.each<[string, Behaviour, (receiver: HostileReceiver) => boolean, string]>([
    ['silence', hangBeforeHeaders, isAsked, 'no answer within 0.2 s'],
    ['a byte of the headers now and then', dripHeaders, hasBegun, 'answer not complete within 0.2 s'],
    ['silence after the headers', hangInBody(), hasBegun, 'answer not complete within 0.2 s'],
    ['a byte of the body now and then', drip, hasBegun, 'answer not complete within 0.2 s'],
  ])('%s ends at the deadline', async (_, behaviour, isThere, text) => {
    const receiver = await receiving(behaviour);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const post = startAgent().post(requestTo(receiver.url, { timeoutMs: 200 }));
    await expect.poll(() => isThere(receiver)).toBe(true);
    // For what was written to be read.
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    vi.advanceTimersByTime(200);
    const { outcome, durationMs, error } = await post;
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'timeout' });
    expect(error).toBe(text);
    expect(durationMs).toBe(200);
    await receiver.whenDeserted();
  });

  it.each<[string, Behaviour]>([
    ['what is no HTTP', raw('SSH-2.0-OpenSSH_9.6\r\n')],
    ['a status that is no number', raw('HTTP/1.1 abc OK\r\n\r\n')],
    ['a header without a name', raw('HTTP/1.1 200 OK\r\n: x\r\n\r\n')],
    ['two lengths', raw('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello')],
    ['a length that is none', raw('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n')],
    [
      'a change of protocol',
      raw('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'keep'),
    ],
    ['headers without an end', endlessHeaders],
    ['early hints without an end', endlessEarlyHints],
  ])('%s is an invalid answer', async (_, behaviour) => {
    const receiver = await receiving(behaviour);
    const { outcome, answer: read } = await startAgent().post(requestTo(receiver.url));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'invalid_answer' });
    expect(read).toBeNull();
    await receiver.whenDeserted();
  });

  it.each<[string, string, string]>([
    ['a chunk of no size', 'zz\r\n', ''],
    ['a chunk that is longer than it says', '3\r\nabcdef\r\n', 'abc'],
    ['a second chunk of no size', '3\r\nabc\r\n?\r\n', 'abc'],
  ])('%s is a malformed body, and the answer counts', async (_, chunks, body) => {
    for (const status of [200, 404]) {
      const head = `HTTP/1.1 ${status} Some\r\ntransfer-encoding: chunked\r\n\r\n`;
      const receiver = await receiving(raw(head + chunks));
      const { outcome, answer: read, error } = await startAgent().post(requestTo(receiver.url));
      expect(outcome).toEqual({ kind: 'answered', statusCode: status, retryAfterMs: null });
      expect([read?.body, error]).toEqual([body, null]);
      await receiver.whenDeserted();
    }
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN'])('a name that does not resolve (%s) is a DNS failure', async (code) => {
    const agent = startAgent({
      lookup: () => Promise.reject(Object.assign(new Error('no'), { code })),
    });
    const { outcome, error } = await agent.post(requestTo('http://hooks.example.com/'));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'dns_failure' });
    expect(error).toBe(`hooks.example.com does not resolve (${code})`);
  });

  it('a name with no address is a DNS failure', async () => {
    const agent = startAgent({ lookup: () => Promise.resolve([]) });
    expect((await agent.post(requestTo('http://hooks.example.com/'))).outcome).toEqual({
      kind: 'unreachable',
      failure: 'dns_failure',
    });
  });

  it('a name server that never replies ends at the deadline', async () => {
    const agent = startAgent({ lookup: () => new Promise(() => {}) });
    const { outcome, error } = await agent.post(requestTo('http://hooks.example.com/', { timeoutMs: 100 }));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'timeout' });
    expect(error).toBe('no connection within 0.1 s');
  });

  it('whatever bytes come instead, there is an outcome', async () => {
    let bytes: Uint8Array = new Uint8Array();
    const receiver = await receiving((visit) => raw(bytes)(visit));
    const agent = startAgent();
    const line = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.0 204 No\r\n',
      'content-length: 5\r\n',
      'transfer-encoding: chunked\r\n',
      'connection: close\r\n',
      'keep-alive: timeout=0\r\n',
      'upgrade: websocket\r\nconnection: upgrade\r\n',
      '\r\n',
      '5\r\nhello\r\n',
      '0\r\n\r\n',
      'hello',
    );
    const piece = fc.oneof(
      line.map((text) => Buffer.from(text)),
      line.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        bytes = Buffer.concat(pieces);
        const { outcome } = await agent.post(requestTo(receiver.url, { timeoutMs: 5_000 }));
        expect(outcome.kind === 'answered' || outcome.kind === 'unreachable').toBe(true);
        if (outcome.kind === 'unreachable')
          expect(['connection_reset', 'invalid_answer']).toContain(outcome.failure);
      }),
      { numRuns: 300 },
    );
  });
});

it('requests that hang keep no other one from the same host, however many they are', async () => {
  const receiver = await receiving((visit) =>
    visit.body.toString() === 'hang' ? hangBeforeHeaders(visit) : answer(200)(visit),
  );
  const agent = startAgent();
  const enough = new AbortController();
  const { signal } = enough;
  const hanging = Array.from({ length: 300 }, () =>
    agent.post(requestTo(receiver.url, { body: 'hang', timeoutMs: 3_600_000, signal })),
  );
  await expect.poll(() => receiver.requests.length).toBe(300);
  const { outcome } = await agent.post(requestTo(receiver.url, { body: 'answer' }));
  expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
  enough.abort();
  await Promise.allSettled(hanging);
});

describe('a deadline', () => {
  it('counts the wait for a free connection', async () => {
    const receiver = await receiving(hangBeforeHeaders);
    const agent = startAgent({ connectionsPerOrigin: 1 });
    const enough = new AbortController();
    const first = agent.post(requestTo(receiver.url, { signal: enough.signal }));
    await expect.poll(() => receiver.requests.length).toBe(1);
    const second = await agent.post(requestTo(receiver.url, { timeoutMs: 100 }));
    expect(second.error).toBe('no connection within 0.1 s');
    enough.abort();
    await expect(first).rejects.toThrow();
    expect(receiver.requests).toHaveLength(1);
  });

  it('frees the connection for the request behind', async () => {
    const receiver = await receiving((visit) =>
      visit.body.toString() === 'hang' ? hangBeforeHeaders(visit) : answer(200)(visit),
    );
    const agent = startAgent({ connectionsPerOrigin: 1 });
    const slow = agent.post(requestTo(receiver.url, { body: 'hang', timeoutMs: 100 }));
    const behind = agent.post(requestTo(receiver.url));
    expect((await slow).outcome).toMatchObject({ failure: 'timeout' });
    expect((await behind).outcome).toMatchObject({ kind: 'answered' });
  });

  it('that passed while waiting costs the others no connection', async () => {
    let respond = (): void => {};
    const receiver = await receiving((visit) => {
      if (receiver.requests.length > 1) answer(200)(visit);
      else respond = () => answer(200)(visit);
    });
    const agent = startAgent({ connectionsPerOrigin: 1 });
    const first = agent.post(requestTo(receiver.url));
    await expect.poll(() => receiver.requests.length).toBe(1);
    expect((await agent.post(requestTo(receiver.url, { timeoutMs: 100 }))).outcome).toMatchObject({
      failure: 'timeout',
    });
    respond();
    await first;
    await agent.post(requestTo(receiver.url));
    expect(receiver.requests).toHaveLength(2);
    expect(receiver.connectionCount).toBe(1);
  });

  it('lets no attempt to connect outlive those who wait for it', async () => {
    const receiver = await receiving(answer(200));
    let lookups = 0;
    const agent = startAgent({
      connectionsPerOrigin: 1,
      lookup: () =>
        (lookups += 1) === 1 ? new Promise(() => {}) : Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    });
    const late = await agent.post(requestTo(`http://a.example:${receiver.port}`, { timeoutMs: 50 }));
    expect(late.outcome).toMatchObject({ failure: 'timeout' });
    const next = await agent.post(requestTo(`http://b.example:${receiver.port}`, { timeoutMs: 5_000 }));
    expect(next.outcome).toMatchObject({ kind: 'answered' });
  });

  it('may be longer than a timer can be', async () => {
    expect((await postTo(answer(200), { timeoutMs: 2 ** 40 })).outcome).toMatchObject({ kind: 'answered' });
  });
});

describe('a signal', () => {
  it('that has aborted sends nothing', async () => {
    const receiver = await receiving(answer(200));
    const reason = new Error('stopped');
    const signal = AbortSignal.abort(reason);
    await expect(startAgent().post(requestTo(receiver.url, { signal }))).rejects.toBe(reason);
    expect(receiver.connectionCount).toBe(0);
  });

  it('that aborts ends the exchange with its reason, and the connection with it', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const receiver = await receiving(() => controller.abort(reason));
    const { signal } = controller;
    await expect(startAgent().post(requestTo(receiver.url, { signal }))).rejects.toBe(reason);
    await receiver.whenDeserted();
  });

  it('that aborts before the request was written keeps it from being sent', async () => {
    const receiver = await receiving(answer(200));
    const agent = startAgent({ connectionsPerOrigin: 1 });
    await agent.post(requestTo(receiver.url));
    // undici takes a turn of the event loop to have the connection ready again, and then holds the next
    // request back for one more, to see whether the connection is still there.
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    const controller = new AbortController();
    const aborted = agent.post(requestTo(receiver.url, { signal: controller.signal }));
    controller.abort(new Error('stopped'));
    await expect(aborted).rejects.toThrow('stopped');
    await agent.post(requestTo(receiver.url));
    expect(receiver.requests).toHaveLength(2);
  });

  it('shared by many requests is let go by each when it ends', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', onWarning);
    const receiver = await receiving(answer(200));
    const agent = startAgent();
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 100 }, () => agent.post(requestTo(receiver.url, { signal }))));
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('closing', () => {
  it('waits for what is running, then leaves no connection', async () => {
    let finish = (): void => {};
    const asked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let respond = (): void => {};
    const receiver = await receiving((visit) => {
      respond = () => answer(200)(visit);
      finish();
    });
    const agent = startAgent();
    const running = agent.post(requestTo(receiver.url));
    await asked;
    const closed = agent.close();
    respond();
    expect((await running).outcome).toMatchObject({ kind: 'answered' });
    await closed;
    await receiver.whenDeserted();
    await agent.close();
  });

  it('refuses requests that come later', async () => {
    const agent = startAgent();
    await agent.close();
    await expect(agent.post(requestTo('http://127.0.0.1:1'))).rejects.toThrow('after close');
  });
});

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}
