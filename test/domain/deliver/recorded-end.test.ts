/** What a worker that goes on with a delivery reads from its last record. */
import { expect, it } from 'vitest';
import { releaseId } from '../../../domain/deliver/carrier.ts';
import { endOfAttempt, endOfFirstAttempt } from '../../../domain/deliver/recorded-end.ts';
import { attempted, cancelled, factsOf, held, scheduled } from '../record/delivery-history.ts';

it('a delivery that was not attempted is still to be attempted', () => {
  expect(endOfFirstAttempt(undefined)).toBeNull();
  expect(endOfFirstAttempt(scheduled(0, 10))).toBeNull();
});

it.each([
  ['succeed', { step: 'succeed' }],
  ['exhaust', { step: 'exhaust', reason: 'not_retried' }],
  ['block', { step: 'block' }],
] as const)('an attempt that was followed by %s has ended the delivery', (step, end) => {
  expect(endOfFirstAttempt(attempted(0, 10, 1, step))).toEqual(end);
});

it('an attempt that is to be followed by another leaves the number, the whole wait and the failure', () => {
  expect(endOfFirstAttempt(attempted(0, 10, 1, 'retry'))).toEqual({
    step: 'retry',
    number: 1,
    delayMs: 5_000,
    failure: 'answered 503',
  });
});

it('what is held or cancelled is not owed by its workflow any more', () => {
  expect(endOfFirstAttempt(held(0, 10))).toMatchObject({ step: 'hold', reason: 'paused' });
  expect(endOfFirstAttempt(cancelled(0, 10))).toEqual({ step: 'cancel', reason: 'subscription_deleted' });
});

it('a later attempt is told by its own record, and not by that of the one before', () => {
  expect(endOfAttempt(3, attempted(0, 10, 2, 'retry'))).toBeNull();
  expect(endOfAttempt(3, attempted(0, 10, 3, 'succeed'))).toEqual({ step: 'succeed' });
  expect(endOfAttempt(3, held(0, 10))).toMatchObject({ step: 'hold', attemptsMade: 2 });
});

it('what a release has tried since it was held is carried by that release, not by its workflow', () => {
  const released = { ...attempted(0, 20, 1, 'retry'), workflow_id: releaseId(factsOf(0).subscription_id) };
  expect(endOfFirstAttempt(released)).toMatchObject({ step: 'hold', attemptsMade: 1 });
});
