/** What a broker holds of an attempt when the other one, or the worker, is gone by the next moment. */
import { beforeEach, expect, it } from 'vitest';
import type { AttemptMade } from '../../activities/make-attempt.ts';
import type { AttemptEnd } from '../../domain/deliver/attempt-end.ts';
import { recordAttempt } from '../../activities/record-attempt.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';
import { attempted, held } from '../domain/record/delivery-history.ts';
import { taskOf } from './task-of.ts';

/** Each append by itself: what is within one may be taken by half. */
let appends: { readonly records: readonly string[]; readonly held: readonly DeliveryId[] }[];
let woken: SubscriptionId[];
beforeEach(() => {
  appends = [];
  woken = [];
});
const record = (
  end: AttemptEnd,
  events: readonly DeliveryEvent[],
  fallback: AttemptMade['fallback'] = null,
) =>
  recordAttempt(
    {
      eventLog: {
        appendSubscriptionEvents: () => Promise.resolve(),
        appendDeliveryEvents: (appended, changes = []) => {
          const ids = changes.flatMap((one) => (one.change === 'hold' ? [one.held.task.deliveryId] : []));
          appends.push({ records: appended.map(({ type }) => type), held: ids });
          return Promise.resolve();
        },
      },
      releases: { wake: (id) => void woken.push(id) },
    },
    { task: taskOf(0), body: taskOf(0).body },
    { end, events, fallback },
  );
const hold = (reason: 'paused' | 'circuit_open'): AttemptEnd => ({
  step: 'hold',
  reason,
  attemptsMade: 0,
  waitMs: null,
});

it('what may not be sent now is held before the log calls it held', async () => {
  await record(hold('circuit_open'), [held(0, 10)]);
  expect(appends).toEqual([
    { records: [], held: [taskOf(0).deliveryId] },
    { records: ['DeliveryHeld'], held: [] },
  ]);
  expect(woken).toEqual([taskOf(0).subscriptionId]);
});

it('nobody is woken for what a pause holds', async () => {
  await record(hold('paused'), [held(0, 10)]);
  expect(woken).toEqual([]);
});

it('what goes to the fallback is held before the log calls the delivery exhausted', async () => {
  const exhausted = attempted(0, 10, 1, 'exhaust');
  await record({ step: 'exhaust', reason: 'not_retried' }, [exhausted], taskOf(1));
  expect(appends).toEqual([
    { records: [], held: [taskOf(1).deliveryId] },
    { records: ['AttemptEnded'], held: [] },
  ]);
  expect(woken).toEqual([taskOf(0).subscriptionId]);
});

it('all else is one append', async () => {
  await record({ step: 'succeed' }, [attempted(0, 10, 1, 'succeed')]);
  expect(appends).toEqual([{ records: ['AttemptEnded'], held: [] }]);
  expect(woken).toEqual([]);
});
