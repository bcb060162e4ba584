/** Which phases an attempt tells of. How long they took is not tested: that is the machine's affair. */
import { afterEach, expect, it } from 'vitest';
import type { PhaseTimings } from '../../../domain/deliver/outcome.ts';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import { createGuardedAgent, type GuardedAgentOptions } from '../../../infra/http/guarded-agent.ts';
import type { ResolveName } from '../../../infra/http/guarded-connector.ts';
import { issueCertificate } from '../../receivers/certificates.ts';
import {
  answer,
  answerOnceThen,
  hangBeforeHeaders,
  resetBeforeHeaders,
  startReceiver,
  unusedPort,
  type Behaviour,
  type ReceiverOptions,
} from '../../receivers/hostile-receiver.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const toLoopback: ResolveName = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

function startAgent(options: Partial<GuardedAgentOptions> = {}) {
  const agent = createGuardedAgent({
    allowedNetworks: ['127.0.0.1'],
    parseRetryAfterMs,
    connectionsPerOrigin: 1,
    lookup: toLoopback,
    ...options,
  });
  closers.push(() => agent.close());
  return agent;
}

async function receiving(behaviour: Behaviour, options?: ReceiverOptions) {
  const receiver = await startReceiver(behaviour, options);
  closers.push(() => receiver.close());
  return receiver;
}

const to = (url: string, timeoutMs = 5_000) => ({ url, headers: {}, body: '{}', timeoutMs });

/** The names of the phases that were measured, in their order. */
const measured = (timings: PhaseTimings): string[] =>
  Object.entries(timings).flatMap(([name, ms]) => (ms === null ? [] : [name]));

it('an https request by name has every phase, and none takes longer than the whole', async () => {
  const certificate = issueCertificate({ commonName: 'hooks.example', hosts: ['hooks.example'] });
  const receiver = await receiving(answer(200), { certificate });
  const exchange = await startAgent({ ca: certificate.cert }).post(
    to(`https://hooks.example:${receiver.port}/`),
  );
  expect(exchange.error).toBeNull();
  expect(measured(exchange.timings)).toEqual(['dnsMs', 'connectMs', 'tlsMs', 'firstByteMs']);
  const sum = Object.values(exchange.timings).reduce<number>((total, ms) => total + (ms ?? 0), 0);
  expect(sum).toBeLessThanOrEqual(exchange.durationMs + 1);
});

it('an http request to an address needs neither DNS nor TLS', async () => {
  const receiver = await receiving(answer(200));
  const { timings } = await startAgent().post(to(receiver.url));
  expect(measured(timings)).toEqual(['connectMs', 'firstByteMs']);
});

it('a request over a connection kept alive needs only to be answered', async () => {
  const receiver = await receiving(answer(200));
  const agent = startAgent();
  await agent.post(to(receiver.url));
  const { timings } = await agent.post(to(receiver.url));
  expect(receiver.connectionCount).toBe(1);
  expect(measured(timings)).toEqual(['firstByteMs']);
});

it('a request that met a stale connection tells of the new one', async () => {
  const receiver = await receiving(answerOnceThen(resetBeforeHeaders));
  const agent = startAgent();
  await agent.post(to(receiver.url));
  const { timings } = await agent.post(to(receiver.url));
  expect(receiver.connectionCount).toBe(2);
  expect(measured(timings)).toEqual(['connectMs', 'firstByteMs']);
});

it('a request that is never answered has no first byte', async () => {
  const receiver = await receiving(hangBeforeHeaders);
  const { timings } = await startAgent().post(to(receiver.url, 200));
  expect(measured(timings)).toEqual(['connectMs']);
});

it('a refused connection has come no further than DNS', async () => {
  const { timings } = await startAgent().post(to(`http://hooks.example:${await unusedPort()}/`));
  expect(measured(timings)).toEqual(['dnsMs']);
});

it('a blocked address has no phase, and a blocked name was resolved', async () => {
  const agent = startAgent({ allowedNetworks: [] });
  expect(measured((await agent.post(to('http://127.0.0.1:9/'))).timings)).toEqual([]);
  expect(measured((await agent.post(to('http://hooks.example:9/'))).timings)).toEqual(['dnsMs']);
});

it('a request that waited for another one in vain has no phase', async () => {
  const receiver = await receiving(hangBeforeHeaders);
  const agent = startAgent();
  const first = agent.post(to(receiver.url, 300));
  const second = await agent.post(to(receiver.url, 100));
  expect(measured(second.timings)).toEqual([]);
  await first;
});
