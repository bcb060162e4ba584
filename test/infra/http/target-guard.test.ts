/** The guard in front of real sockets: what is refused gets no connection, whatever it is called. */
import type { LookupAddress } from 'node:dns';
import { isIPv6 } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import {
  createGuardedAgent,
  type GuardedAgent,
  type HttpRequest,
} from '../../../infra/http/guarded-agent.ts';
import { answer, startReceiver, type HostileReceiver } from '../../receivers/hostile-receiver.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

function startAgent(allowedNetworks: readonly string[], lookup?: Lookup): GuardedAgent {
  const agent = createGuardedAgent({
    allowedNetworks,
    parseRetryAfterMs,
    ...(lookup === undefined ? {} : { lookup }),
  });
  closers.push(() => agent.close());
  return agent;
}

async function receivingOn(host: string): Promise<HostileReceiver> {
  const receiver = await startReceiver(answer(200), { host });
  closers.push(() => receiver.close());
  return receiver;
}

function requestTo(url: string): HttpRequest {
  return { url, headers: {}, body: '{}', timeoutMs: 5_000 };
}

/** A resolver that gives one list after the other, and the last one for ever. */
function resolving(...answers: readonly (readonly string[])[]): Lookup & { readonly asked: string[] } {
  const asked: string[] = [];
  const lookup = (hostname: string): Promise<LookupAddress[]> => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push(hostname);
    return Promise.resolve(addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })));
  };
  return Object.assign(lookup, { asked });
}

describe('an address in the url', () => {
  const noLookup: Lookup = (hostname) => Promise.reject(new Error(`nobody should resolve ${hostname}`));

  it.each([
    ['http://127.0.0.1/', '127.0.0.1'],
    ['https://127.0.0.1/', '127.0.0.1'],
    ['http://127.1/', '127.0.0.1'],
    ['http://127.0.1/', '127.0.0.1'],
    ['http://127.000.000.001/', '127.0.0.1'],
    ['http://0177.0.0.1/', '127.0.0.1'],
    ['http://0x7f.0.0.1/', '127.0.0.1'],
    ['http://0x7f000001/', '127.0.0.1'],
    ['http://0X7F.1/', '127.0.0.1'],
    ['http://017700000001/', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['http://127.0.0.1./', '127.0.0.1'],
    ['http://127。0。0。1/', '127.0.0.1'],
    ['http://127.0.0.1/', '127.0.0.1'],
    ['http://①②⑦.⓪.⓪.①/', '127.0.0.1'],
    ['http://%31%32%37.0.0.1/', '127.0.0.1'],
    ['http://127.0.0.1\t/', '127.0.0.1'],
    ['http:\\\\127.0.0.1\\', '127.0.0.1'],
    ['http:127.0.0.1', '127.0.0.1'],
    ['http://example.com@127.0.0.1/', '127.0.0.1'],
    ['http://example.com:80@127.0.0.1/', '127.0.0.1'],
    ['http://example.com%2f@127.0.0.1/', '127.0.0.1'],
    ['http://127.0.0.1#@example.com/', '127.0.0.1'],
    ['http://127.0.0.1?@example.com/', '127.0.0.1'],
    ['http://127.0.0.1\\@example.com/', '127.0.0.1'],
    ['http://127.0.0.1:6379/', '127.0.0.1'],
    ['http://0/', '0.0.0.0'],
    ['http://0.0.0.0/', '0.0.0.0'],
    ['http://169.254.169.254/latest/meta-data/', '169.254.169.254'],
    ['http://0xa9fea9fe/', '169.254.169.254'],
    ['http://2852039166/', '169.254.169.254'],
    ['http://0251.0376.0251.0376/', '169.254.169.254'],
    ['http://100.100.100.200/', '100.100.100.200'],
    ['http://168.63.129.16/', '168.63.129.16'],
    ['http://10.0.0.1/', '10.0.0.1'],
    ['http://167772161/', '10.0.0.1'],
    ['http://192.168.257/', '192.168.1.1'],
    ['http://255.255.255.255/', '255.255.255.255'],
    ['http://[::]/', '::'],
    ['http://[::1]/', '::1'],
    ['https://[::1]/', '::1'],
    ['http://[0:0:0:0:0:0:0:1]/', '::1'],
    ['http://[0000::0001]/', '::1'],
    ['http://[::127.0.0.1]/', '::7f00:1'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://[::ffff:7f00:1]/', '::ffff:7f00:1'],
    ['http://[::FFFF:A9FE:A9FE]/', '::ffff:a9fe:a9fe'],
    ['http://[64:ff9b::169.254.169.254]/', '64:ff9b::a9fe:a9fe'],
    ['http://[2002:7f00:1::]/', '2002:7f00:1::'],
    ['http://[fd00:ec2::254]/', 'fd00:ec2::254'],
    ['http://[fe80::1]/', 'fe80::1'],
    ['http://[ff02::1]/', 'ff02::1'],
  ])('%s is blocked as %s', async (url, address) => {
    const exchange = await startAgent([], noLookup).post(requestTo(url));
    expect(exchange).toMatchObject({
      outcome: { kind: 'blocked', address },
      answer: null,
      error: `blocked_target: ${address} is not a public address`,
    });
  });

  it.each([['http://[fe80::1%25eth0]/'], ['http://256.256.256.256/'], ['http://[::ffff:127.0.0.1/']])(
    '%s is no url, and is not sent',
    async (url) => {
      const { outcome } = await startAgent([], noLookup).post(requestTo(url));
      expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_failed' });
    },
  );

  it('beside the allowed network gets no connection', async () => {
    const allowed = await receivingOn('127.0.0.1');
    const beside = await receivingOn('127.0.0.2');
    const agent = startAgent(['127.0.0.1/32']);
    expect((await agent.post(requestTo(beside.url))).outcome).toEqual({
      kind: 'blocked',
      address: '127.0.0.2',
    });
    expect((await agent.post(requestTo(allowed.url))).outcome).toMatchObject({ kind: 'answered' });
    expect(beside.connectionCount).toBe(0);
  });

  it('on ::1 is reached where that is allowed', async () => {
    const receiver = await receivingOn('::1');
    const url = `http://[::1]:${receiver.port}/`;
    expect((await startAgent(['127.0.0.0/8']).post(requestTo(url))).outcome).toMatchObject({
      kind: 'blocked',
    });
    expect(receiver.connectionCount).toBe(0);
    expect((await startAgent(['::1']).post(requestTo(url))).outcome).toMatchObject({ kind: 'answered' });
  });
});

describe('a name', () => {
  it('is blocked when it resolves to a refused address', async () => {
    const receiver = await receivingOn('127.0.0.2');
    const agent = startAgent(['127.0.0.1/32'], resolving(['127.0.0.2']));
    const { outcome } = await agent.post(requestTo(`http://rebind.example:${receiver.port}`));
    expect(outcome).toEqual({ kind: 'blocked', address: '127.0.0.2' });
    expect(receiver.connectionCount).toBe(0);
  });

  it('is blocked by the system’s own resolver too', async () => {
    const { outcome } = await startAgent([]).post(requestTo('http://localhost:9/'));
    expect(outcome.kind).toBe('blocked');
  });

  it.each(['localhost', 'localhost.', 'LOCALHOST', 'a.localhost', 'A.LocalHost.'])(
    '%s is blocked, whatever name the resolver was asked for',
    async (name) => {
      const agent = startAgent([], () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));
      const { outcome } = await agent.post(requestTo(`http://${name}:9/`));
      expect(outcome).toEqual({ kind: 'blocked', address: '127.0.0.1' });
    },
  );

  it.each([
    [['127.0.0.1', '10.0.0.1'], '10.0.0.1'],
    [['10.0.0.1', '127.0.0.1'], '10.0.0.1'],
    [['127.0.0.1', '8.8.8.8', '::1'], '::1'],
    [['127.0.0.1', '::ffff:169.254.169.254'], '::ffff:169.254.169.254'],
    [['127.0.0.1', 'fe80::1%lo'], 'fe80::1%lo'],
    [['127.0.0.1', 'not an address'], 'not an address'],
  ])('is blocked when one of its addresses is refused: %j', async (addresses, address) => {
    const receiver = await receivingOn('127.0.0.1');
    const agent = startAgent(['127.0.0.1'], resolving(addresses));
    const { outcome } = await agent.post(requestTo(`http://mixed.example:${receiver.port}`));
    expect(outcome).toEqual({ kind: 'blocked', address });
    expect(receiver.connectionCount).toBe(0);
  });

  it('is resolved once for a connection, which goes to the address that was judged', async () => {
    const judged = await receivingOn('127.0.0.1');
    const lookup = resolving(['127.0.0.1'], ['127.0.0.2']);
    const agent = startAgent(['127.0.0.1/32'], lookup);
    const { outcome } = await agent.post(requestTo(`http://rebind.example:${judged.port}`));
    expect(outcome).toMatchObject({ kind: 'answered' });
    expect(lookup.asked).toEqual(['rebind.example']);
    expect(judged.requests[0]!.request.headers.host).toBe(`rebind.example:${judged.port}`);
  });

  it('is judged again for the next connection', async () => {
    const judged = await startReceiver(answer(200, { connection: 'close' }), { host: '127.0.0.1' });
    closers.push(() => judged.close());
    const agent = startAgent(['127.0.0.1/32'], resolving(['127.0.0.1'], ['127.0.0.2']));
    const url = `http://rebind.example:${judged.port}`;
    expect((await agent.post(requestTo(url))).outcome).toMatchObject({ kind: 'answered' });
    expect((await agent.post(requestTo(url))).outcome).toEqual({ kind: 'blocked', address: '127.0.0.2' });
  });

  it('keeps the connection of an address that was judged when its answer changes', async () => {
    const judged = await receivingOn('127.0.0.1');
    const agent = createGuardedAgent({
      allowedNetworks: ['127.0.0.1/32'],
      parseRetryAfterMs,
      connectionsPerOrigin: 1,
      lookup: resolving(['127.0.0.1'], ['127.0.0.2']),
    });
    closers.push(() => agent.close());
    const url = `http://rebind.example:${judged.port}`;
    await agent.post(requestTo(url));
    expect((await agent.post(requestTo(url))).outcome).toMatchObject({ kind: 'answered' });
    expect(judged.connectionCount).toBe(1);
  });

  it('with several addresses is reached at the next one when the first refuses', async () => {
    const receiver = await receivingOn('127.0.0.1');
    const agent = startAgent(['127.0.0.0/8'], resolving(['127.0.0.2', '127.0.0.1']));
    const { outcome } = await agent.post(requestTo(`http://both.example:${receiver.port}`));
    expect(outcome).toMatchObject({ kind: 'answered' });
  });

  it('is refused as a whole when each of its addresses refuses', async () => {
    const receiver = await receivingOn('127.0.0.1');
    const agent = startAgent(['127.0.0.0/8'], resolving(['127.0.0.2', '127.0.0.3']));
    const { outcome } = await agent.post(requestTo(`http://none.example:${receiver.port}`));
    expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_refused' });
  });

  it('is resolved once for many connections that begin together', async () => {
    const receiver = await receivingOn('127.0.0.1');
    const lookup = resolving(['127.0.0.1']);
    const agent = startAgent(['127.0.0.1'], lookup);
    const url = `http://busy.example:${receiver.port}`;
    await Promise.all(Array.from({ length: 20 }, () => agent.post(requestTo(url))));
    expect(receiver.requests).toHaveLength(20);
    expect(lookup.asked).toHaveLength(1);
  });
});

it.each([301, 302, 303, 307, 308])('a redirect by %i to a refused address leads nowhere', async (status) => {
  const inside = await receivingOn('127.0.0.2');
  const receiver = await startReceiver(answer(status, { location: inside.url }), { host: '127.0.0.1' });
  closers.push(() => receiver.close());
  const { outcome } = await startAgent(['127.0.0.1/32']).post(requestTo(receiver.url));
  expect(outcome).toEqual({ kind: 'answered', statusCode: status, retryAfterMs: null });
  expect(inside.connectionCount).toBe(0);
});
