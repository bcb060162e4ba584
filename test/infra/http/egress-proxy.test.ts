/** Requests through a real CONNECT proxy. The proxy stands on 127.0.0.1, where no target may be unless allowed. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import { createGuardedAgent, type GuardedAgentOptions } from '../../../infra/http/guarded-agent.ts';
import { issueCertificate } from '../../receivers/certificates.ts';
import { startConnectProxy, type ConnectProxyOptions } from '../../receivers/connect-proxy.ts';
import { answer, startReceiver, unusedPort, type ReceiverOptions } from '../../receivers/hostile-receiver.ts';

const HOSTS = { 'hooks.example': '127.0.0.1' };
const certificate = issueCertificate({ commonName: 'hooks.example', hosts: ['hooks.example'] });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function startAgent(egressProxy: string, options: Partial<GuardedAgentOptions> = {}) {
  const agent = createGuardedAgent({
    allowedNetworks: [],
    parseRetryAfterMs,
    egressProxy,
    connectionsPerOrigin: 1,
    lookup: (hostname) => Promise.reject(new Error(`nobody here should resolve ${hostname}`)),
    ...options,
  });
  closers.push(() => agent.close());
  return agent;
}

async function start(proxyOptions: ConnectProxyOptions = {}, receiverOptions: ReceiverOptions = {}) {
  const receiver = await startReceiver(answer(200, {}, 'ok'), receiverOptions);
  const proxy = await startConnectProxy({ hosts: HOSTS, ...proxyOptions });
  closers.push(
    () => receiver.close(),
    () => proxy.close(),
  );
  return { receiver, proxy };
}
const to = (url: string, timeoutMs = 5_000) => ({ url, headers: { 'x-secret': 's' }, body: '{}', timeoutMs });

describe('through a proxy', () => {
  it('http goes by CONNECT, with the name for the proxy to resolve, over one connection for many', async () => {
    const { receiver, proxy } = await start();
    const agent = startAgent(proxy.url);
    for (let count = 0; count < 3; count += 1) {
      const { outcome, timings } = await agent.post(to(`http://hooks.example:${receiver.port}/hook`));
      expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
      expect(timings.dnsMs).toBeNull();
    }
    expect(proxy.asked).toEqual([`hooks.example:${receiver.port}`]);
    expect(receiver.requests.map(({ request }) => request.headers.host)).toEqual(
      Array.from({ length: 3 }, () => `hooks.example:${receiver.port}`),
    );
  });

  it('https is checked against the target’s certificate, and the proxy sees nothing of the request', async () => {
    const { receiver, proxy } = await start({}, { certificate });
    const url = `https://hooks.example:${receiver.port}/hook`;
    const exchange = await startAgent(proxy.url, { ca: certificate.cert }).post(to(url));
    expect(exchange.outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(exchange.timings).toMatchObject({ connectMs: expect.any(Number), tlsMs: expect.any(Number) });
    expect(proxy.seen[0]?.includes('x-secret')).toBe(false);
    expect((await startAgent(proxy.url).post(to(url))).outcome).toEqual({
      kind: 'unreachable',
      failure: 'tls_failure',
    });
    expect(receiver.requests).toHaveLength(1);
  });

  it('that speaks https itself goes out the same, where its certificate is trusted', async () => {
    const own = issueCertificate({ commonName: 'proxy', hosts: ['127.0.0.1'] });
    const { receiver, proxy } = await start({ certificate: own });
    const url = `http://hooks.example:${receiver.port}/`;
    const { outcome, error } = await startAgent(proxy.url).post(to(url));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_failed' });
    expect(error).toBe('egress proxy cannot be used (DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(receiver.connectionCount).toBe(0);
    const trusting = startAgent(proxy.url, { ca: own.cert });
    expect(await trusting.post(to(url))).toMatchObject({ error: null, outcome: { kind: 'answered' } });
  });

  it('the credentials go to the proxy, and never to the target', async () => {
    const { receiver, proxy } = await start({ credentials: 'worker:p%40ss' });
    const right = proxy.url.replace('p%40ss', 'p%2540ss');
    const { outcome } = await startAgent(right).post(to(`http://hooks.example:${receiver.port}/`));
    expect(outcome).toMatchObject({ kind: 'answered' });
    expect(receiver.requests[0]!.request.headers).not.toHaveProperty('proxy-authorization');
  });

  it('wrong credentials are told by the proxy’s status, without the credentials', async () => {
    const { receiver, proxy } = await start({ credentials: 'worker:right' });
    const wrong = proxy.url.replace('right', 'wrong');
    const { outcome, error } = await startAgent(wrong).post(to(`http://hooks.example:${receiver.port}/`));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_failed' });
    expect(error).toBe('egress proxy answered 407');
    expect(receiver.connectionCount).toBe(0);
  });

  it('a target that the proxy refuses is a failed connection', async () => {
    const { proxy } = await start();
    const { outcome, error } = await startAgent(proxy.url).post(to('http://inside.example/'));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_failed' });
    expect(error).toBe('egress proxy answered 502');
  });

  it.each([
    ['closes', (socket: { destroy(): unknown }) => void socket.destroy()],
    ['answers no HTTP', (socket: { end(text: string): unknown }) => void socket.end('SSH-2.0\r\n\r\n')],
  ])('a proxy that %s is a failed connection', async (_, instead) => {
    const { proxy } = await start({ instead });
    const { outcome, error } = await startAgent(proxy.url).post(to('http://hooks.example/'));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_failed' });
    expect(error).toMatch(/^egress proxy cannot be used/);
  });

  it('a proxy that is not there is a failed connection', async () => {
    const agent = startAgent(`http://127.0.0.1:${await unusedPort()}`);
    expect((await agent.post(to('http://hooks.example/'))).error).toBe(
      'egress proxy cannot be used (ECONNREFUSED)',
    );
  });

  it('a proxy that never answers ends at the deadline, and the connection to it with it', async () => {
    const { proxy } = await start({ instead: (socket) => socket.resume().on('end', () => socket.destroy()) });
    const { outcome } = await startAgent(proxy.url).post(to('http://hooks.example/', 200));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'timeout' });
    await proxy.whenDeserted();
  });
});

describe('what needs no resolving is judged before the proxy is asked', () => {
  it.each([
    ['http://127.0.0.1:9/', '127.0.0.1'],
    ['https://127.0.0.1:9/', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['http://169.254.169.254/', '169.254.169.254'],
    ['http://[::1]/', '::1'],
    ['http://[::ffff:10.0.0.1]/', '::ffff:a00:1'],
    ['http://localhost/', '127.0.0.1'],
    ['http://LOCALHOST./', '127.0.0.1'],
    ['http://metadata.localhost/', '127.0.0.1'],
  ])('%s is blocked as %s', async (url, address) => {
    const { proxy } = await start();
    expect((await startAgent(proxy.url).post(to(url))).outcome).toEqual({ kind: 'blocked', address });
    expect(proxy.connectionCount).toBe(0);
  });

  it('and goes to the proxy where it is allowed', async () => {
    const { receiver, proxy } = await start();
    const agent = startAgent(proxy.url, { allowedNetworks: ['127.0.0.1'] });
    expect((await agent.post(to(receiver.url))).outcome).toMatchObject({ kind: 'answered' });
    expect(proxy.asked).toEqual([`127.0.0.1:${receiver.port}`]);
  });
});
