import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AttemptMade, AttemptOrder } from '../../activities/make-attempt.ts';
import { ReleaseLine } from '../../activities/release-line.ts';
import type { KnownOutcome } from '../../domain/deliver/still-owed.ts';
import type { HeldChange } from '../../infra/kafka/event-log.ts';
import type { HeldRow } from '../../infra/postgres/held-deliveries.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

const SUBSCRIPTION = 'wh_00000000000000000001' as SubscriptionId;

let table: HeldRow[];
let appended: HeldChange[];
let sent: string[];
/** What happens between the question whether an attempt may go and its answer. */
let whileAsked: () => void;
let line: ReleaseLine;

const rowOf = (id: string, known: KnownOutcome | null = null): HeldRow => ({
  task: { deliveryId: id as DeliveryId, subscriptionId: SUBSCRIPTION } as DeliveryTask,
  attemptsMade: 0,
  notBefore: null,
  known,
});
const succeed = async ({ task, number, onAdmitted }: AttemptOrder): Promise<AttemptMade> => {
  await Promise.resolve();
  whileAsked();
  sent.push(`${task.deliveryId} ${number}`);
  onAdmitted?.();
  return { end: { step: 'succeed' }, events: [], fallback: null };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  appended = [];
  sent = [];
  whileAsked = () => undefined;
  line = new ReleaseLine(
    {
      makeAttempt: succeed,
      eventLog: {
        appendSubscriptionEvents: () => Promise.resolve(),
        appendDeliveryEvents: (_events, held = []) => Promise.resolve(void appended.push(...held)),
      },
      held: {
        caughtUp: () => Promise.resolve(),
        page: ({ taken }) => Promise.resolve(table.filter(({ task }) => !taken.has(task.deliveryId))),
        any: () => Promise.resolve(table),
        unchanged: (taken) => Promise.resolve(new Set(taken.keys())),
        count: () => Promise.resolve(table.length),
        nextDueAt: () => Promise.resolve(null),
        subscriptions: () => Promise.resolve([SUBSCRIPTION]),
      },
      disableSubscription: () => Promise.resolve(),
      now: () => new Date(),
    },
    {
      subscriptionId: SUBSCRIPTION,
      standsIn: false,
      onReleased: () => undefined,
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
});

it('sends nothing that has ended although it is held, and says that it is held no longer', async () => {
  const ended = rowOf('del_ended', { status: 'succeeded', attempts: 1 });
  table = [ended, rowOf('del_owed')];
  await line.advance();
  await line.settle();
  expect(sent).toEqual(['del_owed 1']);
  expect(appended).toContainEqual({ change: 'end', task: ended.task });
});

it('numbers the attempts of what was held once more from those that are known', async () => {
  table = [rowOf('del_again', { status: 'retrying', attempts: 2 })];
  await line.advance();
  expect(sent).toEqual(['del_again 3']);
});

it('looks again before it sends what was read long ago', async () => {
  table = [rowOf('del_first'), rowOf('del_cancelled'), rowOf('del_last')];
  whileAsked = () => {
    vi.advanceTimersByTime(60_000);
    table = table.filter(({ task }) => task.deliveryId !== 'del_cancelled');
  };
  for (let turn = 0; turn < 3; turn += 1) await line.advance();
  expect(sent).toEqual(['del_first 1', 'del_last 1']);
});
