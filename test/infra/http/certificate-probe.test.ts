/** Certificates that are looked at, whether or not a request would go there. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import { createGuardedAgent } from '../../../infra/http/guarded-agent.ts';
import { issueCertificate, type CertificateRequest } from '../../receivers/certificates.ts';
import { answer, startReceiver, startSilentListener, unusedPort } from '../../receivers/hostile-receiver.ts';

const authority = issueCertificate({ commonName: 'Test Authority', isAuthority: true });
const issuer = { commonName: 'Test Authority', key: authority.key };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function startAgent(allowedNetworks: readonly string[] = ['127.0.0.1']) {
  const agent = createGuardedAgent({
    allowedNetworks,
    parseRetryAfterMs,
    ca: authority.cert,
    lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  });
  closers.push(() => agent.close());
  return agent;
}

async function lookAt(request: Partial<CertificateRequest>) {
  const certificate = issueCertificate({ commonName: 'hooks.example', hosts: ['hooks.example'], ...request });
  const receiver = await startReceiver(answer(200), { certificate });
  closers.push(() => receiver.close());
  const agent = startAgent();
  // Twice: a session that is resumed must not hide what is wrong.
  await agent.certificateOf(`https://hooks.example:${receiver.port}/`, 5_000);
  const shown = await agent.certificateOf(`https://hooks.example:${receiver.port}/`, 5_000);
  expect(receiver.requests).toHaveLength(0);
  return shown;
}

describe('a certificate', () => {
  it('that deliveries would trust has no problem, and tells its end and who issued it', async () => {
    const shown = await lookAt({ issuer });
    expect(shown).toMatchObject({ problem: null, issuer: 'Test Authority' });
    expect(Date.parse(shown?.expiresAt ?? '')).toBeGreaterThan(Date.now());
  });

  it.each<[Partial<CertificateRequest>, string]>([
    [{ issuer, daysLeft: -1 }, 'certificate has expired'],
    [{}, 'certificate is self-signed'],
    [{ issuer, hosts: ['other.example'] }, 'certificate is for another host'],
  ])('that they would refuse is told with the reason: %#', async (request, problem) => {
    expect(await lookAt(request)).toMatchObject({ problem, expiresAt: expect.any(String) });
  });
});

describe('no certificate is shown', () => {
  it('by plain http, by a closed port, and by one that never speaks', async () => {
    const silent = await startSilentListener();
    const plain = await startReceiver(answer(200));
    closers.push(
      () => silent.close(),
      () => plain.close(),
    );
    const agent = startAgent();
    expect(await agent.certificateOf(plain.url, 5_000)).toBeNull();
    expect(await agent.certificateOf(plain.url.replace('http:', 'https:'), 5_000)).toBeNull();
    expect(await agent.certificateOf(`https://127.0.0.1:${await unusedPort()}/`, 5_000)).toBeNull();
    expect(await agent.certificateOf(`https://127.0.0.1:${silent.port}/`, 100)).toBeNull();
    await silent.whenDeserted();
  });

  it('by a target that is not public, which gets no connection', async () => {
    const silent = await startSilentListener();
    closers.push(() => silent.close());
    const agent = startAgent([]);
    for (const host of ['127.0.0.1', 'hooks.example'])
      expect(await agent.certificateOf(`https://${host}:${silent.port}/`, 5_000)).toBeNull();
    expect(silent.connectionCount).toBe(0);
  });
});
