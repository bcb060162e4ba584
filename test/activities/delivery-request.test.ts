import { beforeEach, expect, it } from 'vitest';
import { createMakeRequest, type MakeRequest } from '../../activities/delivery-request.ts';
import type { LiveSubscription } from '../../domain/subscription/subscription.ts';
import type { Sealed } from '../../schemas/subscription-log.ts';
import { SETTINGS } from '../domain/subscription/subscription-log.ts';
import { taskOf } from './task-of.ts';

const TASK = taskOf(0);
const URL = 'https://one.example/in';
const EXPIRES_AT = '2024-01-15T10:30:00.000Z';
const SUBSCRIPTION: LiveSubscription = {
  status: 'active',
  id: TASK.subscriptionId,
  accountId: TASK.accountId,
  version: 2,
  settings: { ...SETTINGS, url: URL, events: ['*'], headers: { 'X-Key': 'v1.key' as Sealed } },
  secret: 'v1.secret' as Sealed,
  previousSecret: { secret: 'v1.previous' as Sealed, expiresAt: EXPIRES_AT },
  statusReason: null,
  activeSince: '2024-01-15T10:00:00.000Z',
  createdAt: '2024-01-15T10:00:00.000Z',
  updatedAt: '2024-01-15T10:00:00.000Z',
};

let opened: Sealed[];
let canOpen: boolean;
let makeRequest: MakeRequest;

beforeEach(() => {
  opened = [];
  canOpen = true;
  makeRequest = createMakeRequest({
    open(sealed) {
      if (!canOpen) throw new Error('the key is missing');
      opened.push(sealed);
      return `opened ${sealed}`;
    },
    newSpanId: () => '00f067aa0ba902b7',
  });
});

const requestAt = (sentAt: string, subscription = SUBSCRIPTION) =>
  makeRequest({ subscription, task: TASK, body: TASK.body, url: URL, number: 1, sentAt: new Date(sentAt) })
    .request;

it('what is sealed is opened once for each state of a subscription', () => {
  requestAt('2024-01-15T10:10:00Z');
  expect(requestAt('2024-01-15T10:20:00Z').headers).toMatchObject({ 'X-Key': 'opened v1.key' });
  expect(opened).toEqual(['v1.secret', 'v1.previous', 'v1.key']);
  requestAt('2024-01-15T10:20:00Z', { ...SUBSCRIPTION, version: 3 });
  expect(opened).toHaveLength(6);
});

it('a secret from before a rotation signs until it expires, and then no more', () => {
  expect(requestAt('2024-01-15T10:29:59Z').headers).toHaveProperty('X-Broxi-Signature-Previous');
  expect(requestAt(EXPIRES_AT).headers).not.toHaveProperty('X-Broxi-Signature-Previous');
});

it('what could not be opened is tried again', () => {
  canOpen = false;
  expect(() => requestAt('2024-01-15T10:10:00Z')).toThrow('the key is missing');
  canOpen = true;
  expect(requestAt('2024-01-15T10:10:00Z').url).toBe(URL);
});
