import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NextStep } from '../../../domain/deliver/after-attempt.ts';
import { afterFallbackAttempt, fallbackTask, owesFallback } from '../../../domain/deliver/fallback.ts';
import { urlNow } from '../../../domain/deliver/target.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';
import { SETTINGS } from '../subscription/subscription-log.ts';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const TASK = {
  deliveryId: 'del_00000000000000000000000000000001',
  body: '{"event":"a"}',
  eventType: 'a',
  attemptsBefore: 4,
  lane: 'a lane',
} as DeliveryTask;
const SETTINGS_WITH = { ...SETTINGS, fallback: { url: 'https://example.com/fallback' } };
const used: NextStep = { step: 'exhaust', reason: 'retries_used_up' };

describe('a delivery that was exhausted', () => {
  it('has one fallback, whenever it is made: the same bytes under another id, with retries of its own', () => {
    expect(owesFallback(used, TASK, SETTINGS_WITH)).toBe(true);
    const fallback = fallbackTask(TASK, sha256);
    expect(fallback).toEqual({
      deliveryId: fallbackTask({ ...TASK, attemptsBefore: 9 }, sha256).deliveryId,
      standsInFor: TASK.deliveryId,
      body: TASK.body,
      eventType: 'a',
      lane: 'fallback:a lane',
    });
    expect(fallback.deliveryId).toMatch(/^del_[0-9a-z]{32}$/);
    expect(fallback.deliveryId).not.toBe(TASK.deliveryId);
  });

  it('has none where its subscription has none, or its receiver is gone', () => {
    expect(owesFallback(used, TASK, SETTINGS)).toBe(false);
    expect(owesFallback({ step: 'exhaust', reason: 'gone' }, TASK, SETTINGS_WITH)).toBe(false);
  });
});

it('one that did not end, succeeded or was blocked has no fallback', () => {
  const others: NextStep[] = [
    { step: 'succeed' },
    { step: 'retry', delayMs: 1 },
    { step: 'block', address: '10.0.0.1' },
  ];
  for (const next of others) expect(owesFallback(next, TASK, SETTINGS_WITH)).toBe(false);
});

describe('a fallback', () => {
  const fallback = fallbackTask(TASK, sha256);

  it('has none of its own', () => {
    expect(owesFallback(used, fallback, SETTINGS_WITH)).toBe(false);
  });

  it('goes to the url of now, whatever the routes say, and nowhere once that was removed', () => {
    const routes = [{ when: { events: ['a'] }, url: 'https://example.com/route' }];
    expect(urlNow({ ...SETTINGS_WITH, routes }, fallback, fallback.body)).toBe(
      'https://example.com/fallback',
    );
    expect(urlNow(SETTINGS, fallback, fallback.body)).toBeNull();
    expect(urlNow(SETTINGS_WITH, TASK, TASK.body)).toBe(SETTINGS.url);
  });

  it('that is gone is given up like any that refuses, and disables nothing', () => {
    expect(afterFallbackAttempt({ step: 'exhaust', reason: 'gone' })).toEqual({
      step: 'exhaust',
      reason: 'not_retried',
    });
    expect(afterFallbackAttempt({ step: 'retry', delayMs: 5 })).toEqual({ step: 'retry', delayMs: 5 });
  });
});
