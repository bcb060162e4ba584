/** Requests with TLS settings of their own, against real servers that look at them. */
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import { createGuardedAgent, type HttpRequest } from '../../../infra/http/guarded-agent.ts';
import { createIdentityCache, type TlsIdentity } from '../../../infra/http/tls-identity.ts';
import { issueCertificate } from '../../receivers/certificates.ts';
import { answer, startReceiver, type ReceiverOptions } from '../../receivers/hostile-receiver.ts';

const authorityOf = (commonName: string) => {
  const { cert, key } = issueCertificate({ commonName, isAuthority: true });
  return { cert, issuer: { commonName, key } };
};
const servers = authorityOf('Authority of Servers');
const clients = authorityOf('Authority of Clients');
const strangers = authorityOf('Authority of Strangers');
const server = issueCertificate({
  commonName: 'hooks.example',
  hosts: ['127.0.0.1'],
  issuer: servers.issuer,
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function identityOf(commonName: string, { issuer } = clients, daysLeft = 7): TlsIdentity {
  const { cert, key } = issueCertificate({ commonName, issuer, daysLeft });
  return { ca: servers.cert, clientCertificate: cert, clientKey: key };
}
const trusting: TlsIdentity = { ca: servers.cert, clientCertificate: null, clientKey: null };

async function start(options: ReceiverOptions = {}) {
  const receiver = await startReceiver(answer(200), { certificate: server, ...options });
  const agent = createGuardedAgent({ allowedNetworks: ['127.0.0.1'], parseRetryAfterMs });
  closers.push(
    () => receiver.close(),
    () => agent.close(),
  );
  const post = (tls?: TlsIdentity | null) => {
    const request: HttpRequest = { url: receiver.url, headers: {}, body: '{}', timeoutMs: 5_000 };
    return agent.post(tls === undefined ? request : { ...request, tls });
  };
  return { receiver, post };
}
const shownBy = (socket: unknown): string =>
  String((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');

describe('an authority of the subscription', () => {
  it('is trusted for its requests, and for no others', async () => {
    const { receiver, post } = await start();
    expect((await post(trusting)).outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    for (const tls of [undefined, null, { ...trusting, ca: strangers.cert }])
      expect((await post(tls)).outcome).toEqual({ kind: 'unreachable', failure: 'tls_failure' });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('a server that asks for a client certificate', () => {
  const asking = { clientAuthority: clients.cert };

  it('is shown the one of the subscription, and each request its own', async () => {
    const { receiver, post } = await start(asking);
    const [ours, theirs] = [identityOf('ours'), identityOf('theirs')];
    for (const identity of [ours, theirs, ours, theirs])
      expect((await post(identity)).outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(receiver.requests.map(({ request }) => shownBy(request.socket))).toEqual([
      'ours',
      'theirs',
      'ours',
      'theirs',
    ]);
    // Each kept its connection alive, and neither used the other's.
    expect(receiver.connectionCount).toBe(2);
  });

  it.each<[string, TlsIdentity]>([
    ['no certificate', trusting],
    ['one of another authority', identityOf('ours', strangers)],
    ['one that has expired', identityOf('ours', clients, -1)],
  ])('takes no request with %s', async (_, identity) => {
    const { receiver, post } = await start(asking);
    // Node closes the connection without a word; servers that send an alert are in network-failure.test.ts.
    expect((await post(identity)).outcome).toEqual({ kind: 'unreachable', failure: 'connection_reset' });
    expect(receiver.requests).toHaveLength(0);
  });
});

it('a key that OpenSSL cannot read is a TLS failure, with nothing of it told', async () => {
  const { receiver, post } = await start();
  const { outcome, error } = await post({ ...identityOf('ours'), clientKey: 'a secret that is no key' });
  expect(outcome).toEqual({ kind: 'unreachable', failure: 'tls_failure' });
  expect(error).not.toContain('secret');
  expect(receiver.connectionCount).toBe(0);
});

describe('what is kept for identities', () => {
  const identity = (ca: string): TlsIdentity => ({ ca, clientCertificate: null, clientKey: null });
  function startCache(limit: number, idleMs = 60_000) {
    const closed: string[] = [];
    const cache = createIdentityCache({
      open: ({ ca }) => ({ name: ca, close: () => Promise.resolve(void closed.push(String(ca))) }),
      limit,
      idleMs,
    });
    closers.push(() => cache.close());
    return { cache, closed, use: (ca: string) => cache.use(identity(ca), () => Promise.resolve()) };
  }

  it('is opened once for each, and closed in the end', async () => {
    const { cache, closed, use } = startCache(10);
    for (const ca of ['a', 'b', 'a', 'b']) await use(ca);
    expect(cache.size).toBe(2);
    await cache.close();
    expect(closed).toEqual(['a', 'b']);
  });

  it('never grows over its limit: the least recently used one goes', async () => {
    const { cache, closed, use } = startCache(2);
    for (const ca of ['a', 'b', 'a', 'c']) await use(ca);
    expect(cache.size).toBe(2);
    expect(closed).toEqual(['b']);
  });

  it('is not closed while a request runs in it', async () => {
    const { cache, closed, use } = startCache(1);
    let finish = (): void => {};
    const running = cache.use(identity('a'), () => new Promise<void>((resolve) => (finish = resolve)));
    await use('b');
    expect(closed).toEqual([]);
    finish();
    await running;
    await use('c');
    expect(closed).toEqual(['a']);
  });

  it('is closed when nobody has used it for a while', async () => {
    const { cache, closed, use } = startCache(10, 1);
    await use('a');
    await expect.poll(() => closed).toEqual(['a']);
    expect(cache.size).toBe(0);
  });
});
