import { beforeEach, describe, expect, it } from 'vitest';
import type { Applicant } from '../../activities/endpoint-gates.ts';
import { type AttemptMade, createMakeAttempt } from '../../activities/make-attempt.ts';
import type { LiveSubscription, Subscription } from '../../domain/subscription/subscription.ts';
import type { Outcome } from '../../domain/deliver/outcome.ts';
import type { GuardedAgent, HttpRequest } from '../../infra/http/guarded-agent.ts';
import type { Sealed } from '../../schemas/subscription-log.ts';
import { SETTINGS } from '../domain/subscription/subscription-log.ts';
import { taskOf } from './task-of.ts';

const TASK = taskOf(0);
const active = (url: string, more: Partial<LiveSubscription> = {}): LiveSubscription => ({
  status: 'active',
  id: TASK.subscriptionId,
  accountId: TASK.accountId,
  version: 1,
  settings: { ...SETTINGS, url, events: ['*'] },
  secret: 'v1.secret' as Sealed,
  previousSecret: null,
  statusReason: null,
  activeSince: '2024-01-15T10:00:00.000Z',
  createdAt: '2024-01-15T10:00:00.000Z',
  updatedAt: '2024-01-15T10:00:00.000Z',
  ...more,
});

let subscription: Subscription;
/** What happens while the attempt waits at its gate. */
let whileItWaits: () => void;
let hasWaited: boolean;
let asked: Applicant[];
let left: (Outcome | null)[];
let sent: HttpRequest[];
let lookUp: () => Promise<Subscription>;
let attempt: () => Promise<AttemptMade>;

beforeEach(() => {
  subscription = active('https://one.example/in');
  whileItWaits = () => undefined;
  hasWaited = true;
  asked = [];
  left = [];
  sent = [];
  lookUp = () => Promise.resolve(structuredClone(subscription));
  const agent: Pick<GuardedAgent, 'post'> = {
    post: (request) => {
      sent.push(request);
      return Promise.resolve({
        outcome: { kind: 'answered', statusCode: 200, retryAfterMs: null },
        error: null,
        durationMs: 1,
        timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
        answer: { headers: {}, body: '', truncated: false },
      });
    },
  };
  const makeAttempt = createMakeAttempt({
    agent: agent as GuardedAgent,
    gates: {
      enter: (applicant) => {
        asked.push(applicant);
        if (asked.length === 1) whileItWaits();
        return Promise.resolve({ admitted: true, hasWaited, leave: (outcome) => void left.push(outcome) });
      },
      waiting: () => 0,
      onWire: () => 0,
      openCircuits: () => 0,
    },
    // Some processes ask another one, and get a copy.
    lookUp: () => lookUp(),
    open: (sealed) => `opened ${sealed}`,
    now: () => new Date('2024-01-15T10:30:05Z'),
    random: () => 0,
    newSpanId: () => '00f067aa0ba902b7',
    shutdown: new AbortController().signal,
  });
  attempt = () => makeAttempt({ task: TASK, body: TASK.body, number: 1, carrier: TASK.deliveryId });
});

describe('an attempt whose subscription changes while it waits for its turn', () => {
  it('is held where that was paused, and its place is free again', async () => {
    whileItWaits = () => (subscription = active('https://one.example/in', { status: 'paused', version: 2 }));
    expect((await attempt()).end).toMatchObject({ step: 'hold', reason: 'paused' });
    expect([sent, left]).toEqual([[], [null]]);
  });

  it('is cancelled where that was deleted', async () => {
    whileItWaits = () => (subscription = { status: 'absent', version: 0 });
    expect((await attempt()).end).toMatchObject({ step: 'cancel', reason: 'subscription_deleted' });
    expect(sent).toEqual([]);
  });

  it('goes where it goes now, through the gate that stands there', async () => {
    whileItWaits = () => (subscription = active('https://two.example/in', { version: 2 }));
    expect((await attempt()).end).toEqual({ step: 'succeed' });
    expect(asked.map(({ url }) => url)).toEqual(['https://one.example/in', 'https://two.example/in']);
    expect(sent.map(({ url }) => url)).toEqual(['https://two.example/in']);
  });
});

it('an attempt whose subscription has not changed asks its gate once', async () => {
  await attempt();
  expect([asked.length, sent.length, left.length]).toEqual([1, 1, 1]);
});

it('an attempt whose subscription cannot be looked up any more leaves its place', async () => {
  whileItWaits = () => (lookUp = () => Promise.reject(new Error('away')));
  await expect(attempt()).rejects.toThrow('away');
  expect([sent, left]).toEqual([[], [null]]);
});

it('an attempt that went at once looks its subscription up once', async () => {
  const lookedUp: Subscription[] = [];
  lookUp = () => {
    lookedUp.push(subscription);
    return Promise.resolve(subscription);
  };
  hasWaited = false;
  await attempt();
  expect([lookedUp.length, sent.length]).toEqual([1, 1]);
});
