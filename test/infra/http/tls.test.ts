import { afterEach, describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import { createGuardedAgent, type HttpExchange } from '../../../infra/http/guarded-agent.ts';
import { issueCertificate, type Certificate } from '../../receivers/certificates.ts';
import { answer, startReceiver, startSilentListener } from '../../receivers/hostile-receiver.ts';

const authority = issueCertificate({ commonName: 'Test Authority', isAuthority: true });
const issuer = { commonName: 'Test Authority', key: authority.key };
const HOSTS = ['hooks.example', '127.0.0.1'];

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Posts several times to a server that shows `certificate`, as `host`, over new connections. */
async function post(certificate: Certificate, host: string, ca?: string): Promise<HttpExchange[]> {
  const receiver = await startReceiver(answer(200, { connection: 'close' }), { certificate });
  const agent = createGuardedAgent({
    allowedNetworks: ['127.0.0.1'],
    parseRetryAfterMs,
    lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    ...(ca === undefined ? {} : { ca }),
  });
  closers.push(
    () => receiver.close(),
    () => agent.close(),
  );
  const exchanges = [];
  for (let count = 0; count < 3; count += 1)
    exchanges.push(
      await agent.post({
        url: `https://${host}:${receiver.port}/`,
        headers: {},
        body: '{}',
        timeoutMs: 5_000,
      }),
    );
  if (exchanges[0]!.outcome.kind !== 'answered') expect(receiver.requests).toHaveLength(0);
  return exchanges;
}

describe('a certificate', () => {
  it.each(['hooks.example', '127.0.0.1'])(
    'for %s, by a trusted authority, lets requests through',
    async (host) => {
      const certificate = issueCertificate({ commonName: 'hooks.example', hosts: HOSTS, issuer });
      for (const { outcome } of await post(certificate, host, authority.cert))
        expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    },
  );

  it.each([
    [
      'has expired',
      { commonName: 'hooks.example', hosts: HOSTS, issuer, daysLeft: -1 },
      'certificate has expired',
    ],
    [
      'is not valid yet',
      { commonName: 'hooks.example', hosts: HOSTS, issuer, daysLeft: 700 },
      'certificate is not valid yet',
    ],
    ['signed itself', { commonName: 'hooks.example', hosts: HOSTS }, 'certificate is self-signed'],
    [
      'is for another host',
      { commonName: 'other.example', hosts: ['other.example'], issuer },
      'certificate is for another host',
    ],
  ])('that %s lets nothing through, however often', async (_, request, error) => {
    for (const exchange of await post(issueCertificate(request), 'hooks.example', authority.cert)) {
      expect(exchange.outcome).toEqual({ kind: 'unreachable', failure: 'tls_failure' });
      expect(exchange.error).toBe(error);
    }
  });

  it('by an authority that nobody trusts lets nothing through', async () => {
    const certificate = issueCertificate({ commonName: 'hooks.example', hosts: HOSTS, issuer });
    for (const { outcome } of await post(certificate, 'hooks.example'))
      expect(outcome).toEqual({ kind: 'unreachable', failure: 'tls_failure' });
  });
});

describe('https to a server', () => {
  it('that speaks plain http is a TLS failure', async () => {
    const receiver = await startReceiver(answer(200));
    const agent = createGuardedAgent({ allowedNetworks: ['127.0.0.1'], parseRetryAfterMs });
    closers.push(
      () => receiver.close(),
      () => agent.close(),
    );
    const url = `https://127.0.0.1:${receiver.port}/`;
    const { outcome } = await agent.post({ url, headers: {}, body: '{}', timeoutMs: 5_000 });
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'tls_failure' });
  });

  it('that never shakes hands ends at the deadline, and the connection with it', async () => {
    const listener = await startSilentListener();
    const agent = createGuardedAgent({ allowedNetworks: ['127.0.0.1'], parseRetryAfterMs });
    closers.push(
      () => listener.close(),
      () => agent.close(),
    );
    const url = `https://127.0.0.1:${listener.port}/`;
    const { outcome, error } = await agent.post({ url, headers: {}, body: '{}', timeoutMs: 200 });
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'timeout' });
    expect(error).toBe('no connection within 0.2 s');
    await listener.whenDeserted();
  });
});
