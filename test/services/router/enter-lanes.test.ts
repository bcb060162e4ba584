import { expect, it } from 'vitest';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { HeldChange } from '../../../infra/kafka/event-log.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../../schemas/ids.ts';
import { createEnterLanes } from '../../../services/router/enter-lanes.ts';
import { changed, created } from '../../domain/subscription/subscription-log.ts';

const SUBSCRIPTION = 'wh_abc12345' as SubscriptionId;
const idOf = (index: number): DeliveryId => `del_${String(index).padStart(32, '0')}` as DeliveryId;
const taskOf = (index: number): DeliveryTask => ({
  deliveryId: idOf(index),
  subscriptionId: SUBSCRIPTION,
  subscriptionVersion: 1,
  accountId: 'default' as AccountId,
  eventId: `evt_${index}` as EventId,
  eventType: 'workflow.completed',
  occurredAt: '2024-01-15T10:30:05.123Z',
  source: { topic: 'platform.events', partition: 0, offset: String(index) },
  appendedAtMs: 1_705_314_600_000 + index,
  body: '{}',
  traceId: '0'.repeat(32),
  lane: 'a',
});
const TASKS = [taskOf(1), taskOf(2), taskOf(3)];

/** A router whose log has records of `recorded`. */
function router(recorded: readonly DeliveryId[] = []) {
  const directory = createSubscriptionDirectory();
  directory.apply(created(1, { ordered_by: 'user_id' }));
  const appended: { events: readonly DeliveryEvent[]; held: readonly HeldChange[] }[] = [];
  const woken: SubscriptionId[] = [];
  const asked: number[] = [];
  let failures = 1;
  const enter = createEnterLanes({
    directory,
    eventLog: {
      appendDeliveryEvents: (events, held = []) => Promise.resolve(void appended.push({ events, held })),
    },
    recorded: (ids, sinceMs) => {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new Error('the log cannot be read'));
      asked.push(sinceMs);
      return Promise.resolve(new Set(recorded.filter((id) => ids.has(id))));
    },
    releases: { wake: (id) => void woken.push(id) },
    logger: { warn: () => undefined },
  });
  return {
    directory,
    woken,
    asked,
    enter: (isInDoubt: boolean) => enter(TASKS, isInDoubt, new AbortController().signal),
    held: () =>
      appended.flatMap(({ held }) =>
        held.map((change) => (change.change === 'hold' ? change.held.task.deliveryId : change)),
      ),
    recordedAs: () => appended.flatMap(({ events }) => events.map(({ type }) => type)),
    /** How many were held when the first record was appended. */
    heldBeforeRecords: () => appended.findIndex(({ events }) => events.length > 0),
  };
}

it('holds all of them in their order before it records any, and wakes their release once', async () => {
  const { enter, held, heldBeforeRecords, recordedAs, woken } = router();
  await enter(false);
  expect(held()).toEqual(TASKS.map(({ deliveryId }) => deliveryId));
  expect(heldBeforeRecords()).toBe(3);
  expect(recordedAs()).toEqual(['DeliveryScheduled', 'DeliveryScheduled', 'DeliveryScheduled']);
  expect(woken).toEqual([SUBSCRIPTION]);
});

it('enters what is in doubt only where the log has no record of it, and asks until the log answers', async () => {
  const { enter, held, asked } = router([idOf(1), idOf(3)]);
  await enter(true);
  expect(held()).toEqual([idOf(2)]);
  expect(asked[0]).toBeLessThan(TASKS[0]!.appendedAtMs);
});

it('tells of what is paused that it is held, and wakes nobody', async () => {
  const { directory, enter, recordedAs, woken } = router();
  directory.apply(changed(2, { type: 'SubscriptionPaused' }));
  await enter(false);
  expect(recordedAs()).toEqual(['DeliveryHeld', 'DeliveryHeld', 'DeliveryHeld']);
  expect(woken).toEqual([]);
});
