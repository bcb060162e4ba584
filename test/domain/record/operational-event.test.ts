import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isOperational,
  operationalEventOf,
  webhookDegraded,
  webhookRecovered,
} from '../../../domain/record/operational-event.ts';
import { sha256 } from '../../../infra/crypto/hash.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import { EVENT_TYPES } from '../../../schemas/event-types.ts';
import type { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../../schemas/subscription-log.ts';
import { changed, created } from '../subscription/subscription-log.ts';
import { attempted, cancelled, held, scheduled } from './delivery-history.ts';

const told = (fact: DeliveryEvent | SubscriptionEvent) => operationalEventOf(fact, sha256);
const OPERATIONAL = [...EVENT_TYPES.keys()].filter(isOperational);

it('the catalogue describes each of the four types', () => {
  expect(OPERATIONAL).toEqual([
    'webhook.disabled',
    'webhook.degraded',
    'webhook.recovered',
    'delivery.exhausted',
  ]);
});

describe('delivery.exhausted', () => {
  const exhausted = attempted(1, 60_000, 4, 'exhaust');

  it('tells of a delivery that was given up, and of what came last', () => {
    expect(told(exhausted)).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/) as string,
      event: 'delivery.exhausted',
      timestamp: exhausted.at,
      account_id: 'default',
      data: {
        webhook_id: exhausted.subscription_id,
        delivery_id: exhausted.delivery_id,
        event_id: 'evt_1',
        event: 'workflow.completed',
        reason: 'not_retried',
        attempts: 4,
        host: 'example.com',
        status_code: 404,
      },
    });
  });

  it('names the error where no answer came', () => {
    const data = told({ ...exhausted, status_code: null, error: 'connection_refused' })?.data;
    expect(data).toMatchObject({ error: 'connection_refused' });
    expect(data).not.toHaveProperty('status_code');
  });

  it('tells no path, query or fragment of the url', () => {
    const data = told({ ...exhausted, url: 'https://example.com:8443/in?token=abc#x' })?.data;
    expect(data?.['host']).toBe('example.com:8443');
    expect(JSON.stringify(data)).not.toContain('token');
  });

  it('is another event when the delivery is exhausted again', () => {
    expect(told(exhausted)?.id).not.toBe(told({ ...exhausted, number: 8 })?.id);
  });

  it.each(OPERATIONAL)('is not told of a delivery of %s', (event_type) => {
    expect(told({ ...exhausted, event_type })).toBeNull();
  });

  it('is told of no other record of a delivery', () => {
    const others = [
      scheduled(1, 0),
      held(1, 1),
      cancelled(1, 2),
      ...(['succeed', 'retry', 'block'] as const).map((step) => attempted(1, 3, 1, step)),
    ];
    expect(others.map(told)).toEqual(others.map(() => null));
  });
});

describe('webhook.disabled', () => {
  const disabled = {
    ...changed(4, { type: 'SubscriptionDisabled', reason: 'endpoint_gone' }),
    actor: 'system:delivery',
  };

  it('tells of a subscription that the system disabled', () => {
    expect(told(disabled)).toMatchObject({
      event: 'webhook.disabled',
      timestamp: disabled.at,
      account_id: 'default',
      data: { webhook_id: disabled.subscription_id, reason: 'endpoint_gone', version: 4 },
    });
  });

  it('is not told to who disabled it', () => {
    expect(told({ ...disabled, actor: 'key:test' })).toBeNull();
  });

  it('is told of no other change', () => {
    expect([created(1), changed(2, { type: 'SubscriptionPaused' })].map(told)).toEqual([null, null]);
  });
});

describe('webhook.degraded and webhook.recovered', () => {
  const health = {
    accountId: 'acme' as AccountId,
    subscriptionId: 'wh_abc12345' as SubscriptionId,
    host: 'example.com',
    since: '2024-01-15T10:30:05.123Z',
  };

  it('say since when', () => {
    expect(webhookDegraded(health, sha256)).toMatchObject({
      timestamp: health.since,
      account_id: 'acme',
      data: { webhook_id: 'wh_abc12345', host: 'example.com', since: health.since },
    });
    expect(webhookRecovered(health, '2024-01-15T11:00:00.000Z', sha256)).toMatchObject({
      timestamp: '2024-01-15T11:00:00.000Z',
      data: { webhook_id: 'wh_abc12345', host: 'example.com', degraded_since: health.since },
    });
  });

  it('are one event each per episode, whoever notices its end when', () => {
    const first = webhookRecovered(health, '2024-01-15T11:00:00.000Z', sha256);
    const second = webhookRecovered(health, '2024-01-15T11:00:01.000Z', sha256);
    expect(second.id).toBe(first.id);
    expect(webhookRecovered({ ...health, since: second.timestamp }, second.timestamp, sha256).id).not.toBe(
      first.id,
    );
  });
});

it('an id depends on what happened alone, and differs where that does', () => {
  const happening = fc.record({
    account_id: fc.constantFrom('a', 'b'),
    index: fc.integer({ min: 0, max: 3 }),
    number: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(happening, happening, fc.integer({ min: 0, max: 9 }), (a, b, ms) => {
      const idOf = (one: typeof a, atMs: number) =>
        told({
          ...attempted(one.index, atMs, one.number, 'exhaust'),
          account_id: one.account_id as AccountId,
        })?.id;
      expect(idOf(a, ms) === idOf(b, 0)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

it('every event fits the schema of its type', () => {
  const disabled = {
    ...changed(4, { type: 'SubscriptionDisabled', reason: 'gone' }),
    actor: 'system:x',
  };
  for (const event of [told(attempted(1, 5, 1, 'exhaust')), told(disabled)]) {
    expect(EVENT_TYPES.get(event!.event)!.data.safeParse(event!.data).success).toBe(true);
  }
});
