/** The retry table of deliveries, watched from the receiver, on a Temporal that skips the waits. */
import pMap from 'p-map';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import { newGates, settingsFor, startDeliveryEnv, subscriptionTo } from './delivery-env.ts';
import { issueCertificate } from '../receivers/certificates.ts';
import {
  answer,
  drip,
  hangBeforeHeaders,
  hangInBody,
  raw,
  resetBeforeHeaders,
  resetInBody,
  startReceiver,
  unusedPort,
  type Behaviour,
} from '../receivers/hostile-receiver.ts';

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.receiver.arrivals.length = 0;
  stage.recorded.length = 0;
  stage.disabled.length = 0;
  stage.world.jitter = 0;
  stage.world.gates = newGates();
  stage.world.subscription = subscriptionTo(stage.receiver.url);
  stage.receiver.script.answer = (_request, response) => void response.writeHead(200).end();
});

type AttemptEnded = Extract<DeliveryEvent, { type: 'AttemptEnded' }>;
const attemptsOf = (task: DeliveryTask): AttemptEnded[] =>
  stage.recorded.filter(
    (event): event is AttemptEnded => event.type === 'AttemptEnded' && event.delivery_id === task.deliveryId,
  );
/** The waits that were decided, in seconds. */
const decidedWaits = (task: DeliveryTask): number[] =>
  attemptsOf(task).flatMap(({ at, next }) =>
    next.step === 'retry' ? [(Date.parse(next.next_attempt_at) - Date.parse(at)) / 1_000] : [],
  );
/** The waits that the receiver saw, in seconds of Temporal's time. */
const observedWaits = (task: DeliveryTask): number[] => {
  const arrivals = stage.receiver.arrivals.filter(
    ({ headers }) => headers['x-broxi-delivery'] === task.deliveryId,
  );
  return arrivals.slice(1).map(({ atMs }, index) => (atMs - arrivals[index]!.atMs) / 1_000);
};
const answering = (status: number, headers: Record<string, string> = {}) => {
  stage.receiver.script.answer = (_request, response) => void response.writeHead(status, headers).end();
};
const withPolicy = (policy: object) => {
  const settings = settingsFor(stage.receiver.url);
  stage.world.subscription = subscriptionTo(stage.receiver.url, {
    settings: { ...settings, retry_policy: { ...settings.retry_policy, ...policy } },
  });
};

describe('each status from 200 to 599', () => {
  const statuses = Array.from({ length: 400 }, (_, index) => 200 + index);
  const retried = [408, 429, 500, 502, 503, 504];
  const tasks = new Map<number, DeliveryTask>();
  const ends = new Map<number, string>();

  beforeAll(async () => {
    const statusOf = new Map<string, number>();
    for (const status of statuses) {
      const task = stage.task();
      tasks.set(status, task);
      statusOf.set(task.deliveryId, status);
    }
    stage.world.subscription = subscriptionTo(stage.receiver.url);
    stage.receiver.script.answer = (request, response) =>
      void response.writeHead(statusOf.get(String(request.headers['x-broxi-delivery'])) ?? 200).end();
    await pMap(statuses, async (status) => ends.set(status, await stage.deliver(tasks.get(status)!)), {
      concurrency: 1,
    });
    snapshot = [...stage.recorded];
  });
  let snapshot: DeliveryEvent[] = [];
  const attemptsWith = (status: number) =>
    snapshot.filter(
      (event) => event.type === 'AttemptEnded' && event.delivery_id === tasks.get(status)!.deliveryId,
    );

  it('succeeds at once with every 2xx', () => {
    const ok = statuses.filter((status) => status < 300);
    expect(ok.map((status) => [status, ends.get(status), attemptsWith(status).length])).toEqual(
      ok.map((status) => [status, 'succeeded', 1]),
    );
  });
  it('makes four attempts with 408, 429, 500, 502, 503 and 504', () => {
    expect(retried.map((status) => [status, ends.get(status), attemptsWith(status).length])).toEqual(
      retried.map((status) => [status, 'exhausted', 4]),
    );
  });
  it('waits 5, 10 and 20 seconds between them', () => {
    const waits = (status: number) =>
      attemptsWith(status).flatMap((event) =>
        event.type === 'AttemptEnded' && event.next.step === 'retry'
          ? [Date.parse(event.next.next_attempt_at) - Date.parse(event.at)]
          : [],
      );
    expect(retried.map(waits)).toEqual(retried.map(() => [5_000, 10_000, 20_000]));
  });
  it('gives up at once with every other, redirects included', () => {
    const refused = statuses.filter((status) => status >= 300 && !retried.includes(status));
    expect(refused.map((status) => [status, ends.get(status), attemptsWith(status).length])).toEqual(
      refused.map((status) => [status, 'exhausted', 1]),
    );
  });
});

describe('the waits', () => {
  it.each([
    ['double from retry to retry', {}, 0, [5, 10, 20]],
    ['stay the same without exponential_backoff', { exponential_backoff: false }, 0, [5, 5, 5]],
    ['never exceed max_delay', { retry_delay: 40 }, 0, [40, 60, 60]],
    ['grow by at most a tenth of jitter', {}, 0.5, [5.25, 10.5, 21]],
    ['are as many as max_retries', { max_retries: 5, max_delay: 1_000 }, 0, [5, 10, 20, 40, 80]],
    ['are none with max_retries 0', { max_retries: 0 }, 0, []],
  ])('%s', async (_name, policy, jitter, expected) => {
    answering(503);
    withPolicy(policy);
    stage.world.jitter = jitter;
    const task = stage.task();
    expect(await stage.deliver(task)).toBe('exhausted');
    expect(decidedWaits(task)).toEqual(expected);
    const observed = observedWaits(task);
    expect(observed).toHaveLength(expected.length);
    // The receiver's clock goes on while an attempt runs, so it sees the wait and what that took.
    for (const [index, wait] of expected.entries()) expect(observed[index]).toBeGreaterThanOrEqual(wait);
  });

  it.each([
    ['is honoured where it is longer', '120', [120, 120, 120]],
    ['is passed over where it is shorter', '1', [5, 10, 20]],
    ['is honoured up to one hour', '86400', [3_600, 3_600, 3_600]],
    ['is passed over where it is garbage', 'soon', [5, 10, 20]],
  ])('Retry-After %s', async (_name, retryAfter, expected) => {
    answering(429, { 'retry-after': retryAfter });
    const task = stage.task();
    await stage.deliver(task);
    expect(decidedWaits(task)).toEqual(expected);
  });

  it('honours Retry-After as a date', async () => {
    answering(503, { 'retry-after': new Date(Date.now() + 600_000).toUTCString() });
    withPolicy({ max_retries: 1 });
    const task = stage.task();
    await stage.deliver(task);
    const [wait] = decidedWaits(task);
    expect(wait).toBeGreaterThan(590);
    expect(wait).toBeLessThanOrEqual(600);
  });
});

describe('an endpoint without an answer', () => {
  const targets: Record<string, () => Promise<{ url: string; close: () => Promise<void> }>> = {
    'refuses the connection': async () => ({
      url: `http://127.0.0.1:${await unusedPort()}/`,
      close: async () => undefined,
    }),
    'cannot be found by its name': async () => ({
      url: 'http://no-such-host.invalid/',
      close: async () => undefined,
    }),
    'shows a certificate that nobody trusts': () => listening(answer(200), 'tls'),
    'resets the connection before the headers': () => listening(resetBeforeHeaders),
    'resets the connection in the body': () => listening(resetInBody()),
    'hangs before the headers': () => listening(hangBeforeHeaders),
    'hangs in the body': () => listening(hangInBody()),
    'answers byte by byte': () => listening(drip),
    'speaks no HTTP': () => listening(raw('hello\r\n\r\n')),
  };
  const failures: Record<string, string> = {
    'refuses the connection': 'refused',
    'cannot be found by its name': 'does not resolve',
    'shows a certificate that nobody trusts': 'certificate',
    'resets the connection before the headers': 'connection closed before',
    'resets the connection in the body': "connection closed in the answer's body",
    'hangs before the headers': 'within',
    'hangs in the body': 'within',
    'answers byte by byte': 'within',
    'speaks no HTTP': 'HTTP',
  };
  const listening = async (behave: Behaviour, tls?: 'tls') =>
    startReceiver(
      behave,
      tls === undefined ? {} : { certificate: issueCertificate({ commonName: 'nobody' }) },
    );

  it.each(Object.keys(targets))('that %s is tried again after 5, 10 and 20 seconds', async (kind) => {
    const target = await targets[kind]!();
    // Long where it is not the timeout that is to end the attempt.
    const settings = { ...settingsFor(target.url), timeout: failures[kind] === 'within' ? 0.3 : 30 };
    stage.world.subscription = subscriptionTo(target.url, { settings });
    const task = stage.task();
    expect(await stage.deliver(task)).toBe('exhausted');
    await target.close();
    expect(decidedWaits(task)).toEqual([5, 10, 20]);
    const attempts = attemptsOf(task);
    expect(attempts.map(({ number, status_code }) => [number, status_code])).toEqual(
      [1, 2, 3, 4].map((number) => [number, null]),
    );
    expect(attempts[0]?.error).toContain(failures[kind]);
  });

  it('that is no public address is refused at once, with no request sent', async () => {
    const elsewhere = await startReceiver(answer(200), { host: '127.0.0.2' });
    stage.world.subscription = subscriptionTo(elsewhere.url);
    const task = stage.task();
    expect(await stage.deliver(task)).toBe('blocked');
    expect(elsewhere.connectionCount).toBe(0);
    expect(attemptsOf(task).map(({ next }) => next)).toEqual([{ step: 'block', address: '127.0.0.2' }]);
    await elsewhere.close();
  });
});

describe('from attempt to attempt', () => {
  it('body and delivery id stay the same, and the numbers go up by one', async () => {
    answering(503);
    const task = stage.task();
    await stage.deliver(task);
    const { arrivals } = stage.receiver;
    expect(arrivals.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(new Set(arrivals.map(({ body }) => body))).toEqual(new Set([task.body]));
    expect(new Set(arrivals.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([task.deliveryId]));
  });

  it('a corrected url takes effect', async () => {
    const old = await startReceiver(({ response }) => {
      stage.world.subscription = subscriptionTo(stage.receiver.url, { version: 2 });
      response.writeHead(503).end();
    });
    stage.world.subscription = subscriptionTo(old.url);
    const task = stage.task();
    expect(await stage.deliver(task)).toBe('succeeded');
    expect(attemptsOf(task).map(({ url }) => new URL(url).origin)).toEqual([
      old.url,
      new URL(stage.receiver.url).origin,
    ]);
    await old.close();
  });

  it('a pause that comes during the backoff ends the workflow and leaves the delivery held', async () => {
    stage.receiver.script.answer = (_request, response) => {
      stage.world.subscription = subscriptionTo(stage.receiver.url, { status: 'paused', version: 2 });
      response.writeHead(503).end();
    };
    const task = stage.task();
    expect(await stage.deliver(task)).toBe('held');
    expect(stage.receiver.arrivals.map(({ attempt }) => attempt)).toEqual([1]);
    expect(stage.recorded.map(({ type }) => type)).toEqual(['AttemptEnded', 'DeliveryHeld']);
    expect(await stage.held.any(task.subscriptionId, new Map(), 10, 1_000_000)).toMatchObject([
      { task, attemptsMade: 1 },
    ]);
    stage.held.clear();
  });

  it.each([
    [
      'deleted',
      { status: 'deleted', id: settingsId(), accountId: 'default', version: 2 },
      'subscription_deleted',
    ],
    ['disabled', { status: 'disabled', version: 2 }, 'subscription_disabled'],
  ])('a subscription that is %s is owed nothing any more', async (_name, change, reason) => {
    stage.world.subscription = { ...subscriptionTo(stage.receiver.url), ...change } as never;
    const task = stage.task();
    expect(await stage.deliver(task)).toBe('cancelled');
    expect(stage.receiver.arrivals).toEqual([]);
    expect(stage.recorded).toMatchObject([{ type: 'DeliveryCancelled', reason }]);
  });

  it('410 ends the delivery and disables the subscription', async () => {
    answering(410);
    expect(await stage.deliver(stage.task())).toBe('exhausted');
    expect(stage.disabled).toEqual([`${settingsId()} DisableSubscription`]);
  });
});

function settingsId(): string {
  return subscriptionTo('http://127.0.0.1/').id;
}
