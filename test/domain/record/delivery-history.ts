/**
 * Histories of deliveries as the product writes them: scheduled by the router, attempted one after the other,
 * held and cancelled in between. The records of one delivery stand in the order of their times.
 */
import fc from 'fast-check';
import type { AfterAttempt, DeliveryEvent } from '../../../schemas/delivery-log.ts';
import { AccountId, DeliveryId, EventId, SubscriptionId } from '../../../schemas/ids.ts';

export type AttemptEnded = Extract<DeliveryEvent, { type: 'AttemptEnded' }>;

const START_MS = Date.parse('2024-01-15T10:30:00.000Z');

/** The time `ms` milliseconds after the start of every history. */
export const at = (ms: number): string => new Date(START_MS + ms).toISOString();

/** The facts of delivery number `index`, one of a few subscriptions. */
export const factsOf = (index: number) => ({
  schema_version: 1 as const,
  delivery_id: DeliveryId.parse(`del_${String(index).padStart(24, '0')}`),
  subscription_id: SubscriptionId.parse(`wh_${String(index % 3).padStart(12, '0')}`),
  account_id: AccountId.parse('default'),
  event_id: EventId.parse(`evt_${index}`),
  event_type: 'workflow.completed',
  occurred_at: at(0),
  source: { topic: 'platform.events', partition: 0, offset: String(index) },
  workflow_id: `del_${String(index).padStart(24, '0')}`,
});

export const scheduled = (index: number, ms: number): DeliveryEvent => ({
  ...factsOf(index),
  type: 'DeliveryScheduled',
  at: at(ms),
});

export const held = (index: number, ms: number): DeliveryEvent => ({
  ...factsOf(index),
  type: 'DeliveryHeld',
  at: at(ms),
  reason: 'paused',
});

export const cancelled = (index: number, ms: number): DeliveryEvent => ({
  ...factsOf(index),
  type: 'DeliveryCancelled',
  at: at(ms),
  reason: 'subscription_deleted',
});

const STATUS_CODES = { succeed: 200, retry: 503, exhaust: 404, block: null } as const;

/** Attempt `number`, ended at `ms` after `durationMs`. */
export function attempted(
  index: number,
  ms: number,
  number: number,
  step: AfterAttempt['step'],
  durationMs = 12.5,
): AttemptEnded {
  return {
    ...factsOf(index),
    type: 'AttemptEnded',
    at: at(ms),
    number,
    started_at: at(ms - durationMs),
    duration_ms: durationMs,
    url: 'https://example.com/hooks',
    request_headers: { 'X-Broxi-Attempt': String(number) },
    timings: { dns_ms: 1.5, connect_ms: 2, tls_ms: null, first_byte_ms: 7.25 },
    status_code: STATUS_CODES[step],
    error: step === 'block' ? 'blocked_target' : null,
    response_headers: { 'content-type': 'text/plain' },
    response_body: 'ok',
    next: nextOf(step, ms),
  };
}

function nextOf(step: AfterAttempt['step'], ms: number): AfterAttempt {
  switch (step) {
    case 'succeed':
      return { step };
    case 'retry':
      return { step, next_attempt_at: at(ms + 5_000) };
    case 'exhaust':
      return { step, reason: 'not_retried' };
    case 'block':
      return { step, address: '10.0.0.1' };
  }
}

const anEnd = fc.constantFrom('succeed', 'exhaust', 'block', 'retry' as const);
const aDuration = fc.oneof(
  fc.double({ min: 0, max: 120_000, noNaN: true }),
  fc.integer({ min: 0, max: 500 }),
);

/** Only what may come in any order: scheduled at least once, and attempts with a number each. */
export const scheduledAndAttempted = (index: number): fc.Arbitrary<DeliveryEvent[]> =>
  fc
    .record({
      schedules: fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 3 }),
      durations: fc.array(aDuration, { maxLength: 5 }),
      end: anEnd,
    })
    .map(({ schedules, durations, end }) => [
      ...schedules.map((ms) => scheduled(index, ms)),
      ...durations.map((durationMs, i) =>
        attempted(index, 10_000 * (i + 1), i + 1, i === durations.length - 1 ? end : 'retry', durationMs),
      ),
    ]);

/** Everything that the product records of delivery `index`, in the order of time. */
export const deliveryHistory = (index: number): fc.Arbitrary<DeliveryEvent[]> =>
  fc
    .record({
      attempts: fc.array(fc.record({ durationMs: aDuration, heldBefore: fc.boolean() }), { maxLength: 4 }),
      end: anEnd,
      restarted: fc.boolean(),
      heldAtLast: fc.boolean(),
      cancelledAtLast: fc.boolean(),
    })
    .map(({ attempts, end, restarted, heldAtLast, cancelledAtLast }) => {
      const history = [scheduled(index, 0)];
      attempts.forEach(({ durationMs, heldBefore }, i) => {
        const ms = 200_000 * (i + 1);
        if (heldBefore) history.push(held(index, ms - 150_000));
        const last = i === attempts.length - 1;
        // An operator may start an exhausted delivery again: its attempts go on counting.
        const step = last ? end : restarted && i === 0 ? 'exhaust' : 'retry';
        history.push(attempted(index, ms, i + 1, step, durationMs));
      });
      if (heldAtLast) history.push(held(index, 200_000 * (attempts.length + 1)));
      if (cancelledAtLast) history.push(cancelled(index, 200_000 * (attempts.length + 1) + 1));
      return history;
    });
