/**
 * What is deterministic here: a server that resets a connection on reading its second request looks to the
 * client just like one whose idle timeout fired while that request was on its way. The race itself is run
 * too, many times, against a server that closes each connection right after answering on it.
 */
import { afterEach, expect, it, vi } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';
import {
  createGuardedAgent,
  type GuardedAgent,
  type HttpRequest,
} from '../../../infra/http/guarded-agent.ts';
import {
  answer,
  answerAndClose,
  answerOnceThen,
  closeBeforeHeaders,
  closeInHeaders,
  hangBeforeHeaders,
  resetBeforeHeaders,
  startReceiver,
  type Behaviour,
  type HostileReceiver,
} from '../../receivers/hostile-receiver.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function agentAndReceiver(
  behaviour: Behaviour,
  connectionsPerOrigin = 1,
): Promise<{ agent: GuardedAgent; receiver: HostileReceiver }> {
  const receiver = await startReceiver(behaviour);
  const agent = createGuardedAgent({
    allowedNetworks: ['127.0.0.1'],
    parseRetryAfterMs,
    connectionsPerOrigin,
  });
  closers.push(
    () => receiver.close(),
    () => agent.close(),
  );
  return { agent, receiver };
}

function requestTo(receiver: HostileReceiver, timeoutMs = 5_000): HttpRequest {
  return { url: receiver.url, headers: {}, body: '{}', timeoutMs };
}

it.each<[string, Behaviour]>([
  ['reset', resetBeforeHeaders],
  ['closed', closeBeforeHeaders],
])('a request that meets a connection being %s goes out again over a new one', async (_, end) => {
  const { agent, receiver } = await agentAndReceiver(answerOnceThen(end));
  await agent.post(requestTo(receiver));
  expect((await agent.post(requestTo(receiver))).outcome).toMatchObject({
    kind: 'answered',
    statusCode: 200,
  });
  expect(receiver.requests).toHaveLength(3);
  expect(receiver.connectionCount).toBe(2);
});

it('goes around the other stale connections of the pool', async () => {
  const { agent, receiver } = await agentAndReceiver(answerOnceThen(resetBeforeHeaders), 10);
  await Promise.all(Array.from({ length: 10 }, () => agent.post(requestTo(receiver))));
  expect(receiver.connectionCount).toBe(10);
  for (let count = 0; count < 5; count += 1) {
    const requestsBefore = receiver.requests.length;
    expect((await agent.post(requestTo(receiver))).outcome).toMatchObject({ kind: 'answered' });
    expect(receiver.requests.length - requestsBefore).toBeLessThanOrEqual(2);
  }
});

it('goes out no third time', async () => {
  let visits = 0;
  const { agent, receiver } = await agentAndReceiver((visit) =>
    (visits += 1) === 1 ? answerOnceThen(resetBeforeHeaders)(visit) : resetBeforeHeaders(visit),
  );
  await agent.post(requestTo(receiver));
  const { outcome } = await agent.post(requestTo(receiver));
  expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_reset' });
  expect(receiver.requests).toHaveLength(3);
});

it('goes out once when its connection was new', async () => {
  const { agent, receiver } = await agentAndReceiver(resetBeforeHeaders);
  const { outcome } = await agent.post(requestTo(receiver));
  expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_reset' });
  expect(receiver.requests).toHaveLength(1);
});

it('goes out once when its connection was new, in a place where another had been', async () => {
  const { agent, receiver } = await agentAndReceiver((visit) =>
    receiver.requests.length === 1 ? answer(200, { connection: 'close' })(visit) : resetBeforeHeaders(visit),
  );
  await agent.post(requestTo(receiver));
  const { outcome } = await agent.post(requestTo(receiver));
  expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_reset' });
  expect(receiver.requests).toHaveLength(2);
});

it('goes out once when a part of an answer came', async () => {
  const { agent, receiver } = await agentAndReceiver(answerOnceThen(closeInHeaders));
  await agent.post(requestTo(receiver));
  const { outcome } = await agent.post(requestTo(receiver));
  expect(outcome).toEqual({ kind: 'unreachable', failure: 'connection_reset' });
  expect(receiver.requests).toHaveLength(2);
});

it('keeps the deadline that it had at first', async () => {
  const turns: [Behaviour, number][] = [
    [answer(200), 0],
    [resetBeforeHeaders, 200],
    [hangBeforeHeaders, 100],
  ];
  const { agent, receiver } = await agentAndReceiver((visit) => {
    // The second request is reset late, and sent again it hangs: only what is left of its time may pass.
    const [behave, afterMs] = turns.shift()!;
    vi.advanceTimersByTime(afterMs);
    behave(visit);
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  await agent.post(requestTo(receiver));
  const { outcome, durationMs } = await agent.post(requestTo(receiver, 300));
  expect(outcome).toEqual({ kind: 'unreachable', failure: 'timeout' });
  expect(receiver.requests).toHaveLength(3);
  expect(durationMs).toBe(300);
});

it('answers every request of many to a server that closes each connection after its answer', async () => {
  const { agent, receiver } = await agentAndReceiver(answerAndClose, 4);
  const oneAfterTheOther = async (): Promise<string[]> => {
    const kinds = [];
    for (let count = 0; count < 100; count += 1) {
      const { outcome } = await agent.post(requestTo(receiver));
      kinds.push(outcome.kind);
    }
    return kinds;
  };
  const kinds = await Promise.all(Array.from({ length: 4 }, oneAfterTheOther));
  expect(kinds.flat()).toEqual(Array(400).fill('answered'));
});

it('closes the new connection when the agent closes', async () => {
  const { agent, receiver } = await agentAndReceiver(answerOnceThen(resetBeforeHeaders));
  await agent.post(requestTo(receiver));
  await agent.post(requestTo(receiver));
  await agent.close();
  await receiver.whenDeserted();
});
