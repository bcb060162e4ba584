import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AttemptMade, AttemptOrder, MakeAttempt } from '../../activities/make-attempt.ts';
import { ReleaseLine, type ReleaseMemory, type TargetSettings } from '../../activities/release-line.ts';
import type { KnownOutcome } from '../../domain/deliver/still-owed.ts';
import type { HeldChange } from '../../infra/kafka/event-log.ts';
import type { HeldRow } from '../../infra/postgres/held-deliveries.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

/** For a machine that is busy with other things. */
const PATIENCE = { timeout: 30_000 };
const SUBSCRIPTION = 'wh_00000000000000000001' as SubscriptionId;

let table: HeldRow[];
let appended: HeldChange[];
let sent: string[];
/** What happens between the question whether an attempt may go and its answer. */
let whileAsked: () => void;
let settings: TargetSettings;
let makeAttempt: MakeAttempt;
let memory: ReleaseMemory;
let nextDueAt: Date | null;
/** Up to how many bytes pages were asked for. */
let askedBytes: number[];
let line: ReleaseLine;

const rowOf = (id: string, known: KnownOutcome | null = null): HeldRow => ({
  task: { deliveryId: id as DeliveryId, subscriptionId: SUBSCRIPTION, body: '' } as DeliveryTask,
  attemptsMade: 0,
  notBefore: null,
  known,
});
const settingsOf = (routes: TargetSettings['routes']): TargetSettings => ({
  url: 'https://own.example/in',
  routes,
  fallback: null,
});
const routeTo = (team: string): TargetSettings['routes'][number] => ({
  when: { filters: { team: [team] } } as TargetSettings['routes'][number]['when'],
  url: `https://${team}.example/in`,
});
const ofTeam = (id: string, team: string, lane?: string): HeldRow => {
  const row = rowOf(id);
  const body = JSON.stringify({ data: { team } });
  return { ...row, task: { ...row.task, body, ...(lane === undefined ? {} : { lane }) } };
};
/** The gate of team a does not let anything pass before a minute is over. */
const refuseTeamA = (order: AttemptOrder): Promise<AttemptMade> =>
  order.body.includes('"a"')
    ? Promise.resolve({
        end: { step: 'hold', reason: 'circuit_open', attemptsMade: 0, waitMs: 60_000 },
        events: [],
        fallback: null,
      })
    : succeed(order);
const succeed = async ({ task, number, onAdmitted }: AttemptOrder): Promise<AttemptMade> => {
  await Promise.resolve();
  whileAsked();
  sent.push(`${task.deliveryId} ${number}`);
  onAdmitted?.();
  return { end: { step: 'succeed' }, events: [], fallback: null };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  appended = [];
  sent = [];
  whileAsked = () => undefined;
  settings = settingsOf([]);
  makeAttempt = succeed;
  memory = { bytes: 0 };
  nextDueAt = null;
  askedBytes = [];
  line = new ReleaseLine(
    {
      makeAttempt: (order) => makeAttempt(order),
      eventLog: {
        appendSubscriptionEvents: () => Promise.resolve(),
        appendDeliveryEvents: (_events, held = []) => Promise.resolve(void appended.push(...held)),
      },
      held: {
        caughtUp: () => Promise.resolve(),
        page: ({ taken, heads, bytes }) => {
          askedBytes.push(bytes);
          return Promise.resolve(table.filter(({ task }) => !taken.has(task.deliveryId)).slice(0, heads));
        },
        any: () => Promise.resolve(table),
        unchanged: (taken) => Promise.resolve(new Set(taken.keys())),
        count: () => Promise.resolve(table.length),
        nextDueAt: () => Promise.resolve(nextDueAt),
        subscriptions: () => Promise.resolve([{ id: SUBSCRIPTION, isDue: true }]),
      },
      disableSubscription: () => Promise.resolve(),
      now: () => new Date(),
      memory,
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
  await line.advance(settings);
  await line.settle();
  expect(sent).toEqual(['del_owed 1']);
  expect(appended).toContainEqual({ change: 'end', task: ended.task });
});

it('numbers the attempts of what was held once more from those that are known', async () => {
  table = [rowOf('del_again', { status: 'retrying', attempts: 2 })];
  await line.advance(settings);
  expect(sent).toEqual(['del_again 3']);
});

it('looks again before it sends what was read long ago', async () => {
  table = [rowOf('del_first'), rowOf('del_cancelled'), rowOf('del_last')];
  whileAsked = () => {
    vi.advanceTimersByTime(60_000);
    table = table.filter(({ task }) => task.deliveryId !== 'del_cancelled');
  };
  for (let turn = 0; turn < 3; turn += 1) await line.advance(settings);
  expect(sent).toEqual(['del_first 1', 'del_last 1']);
});

describe('an origin that takes nothing now', () => {
  /** Advances until there is something to wait for, which is answered. */
  const advanceAsFarAsMayBe = async (): Promise<number | null> => {
    for (;;) {
      const waitMs = await line.advance(settings);
      if (waitMs !== 0 && waitMs !== 50) return waitMs;
    }
  };
  beforeEach(() => {
    settings = settingsOf([routeTo('a'), routeTo('b')]);
    makeAttempt = refuseTeamA;
  });

  it('holds none that go elsewhere, however many of its own stand before them', async () => {
    const ofA = Array.from({ length: 1_000 }, (_, index) => ofTeam(`del_a${index}`, 'a'));
    table = [...ofA, ofTeam('del_b1', 'b'), ofTeam('del_b2', 'b')];
    expect(await advanceAsFarAsMayBe()).toBeGreaterThan(50_000);
    expect(sent).toEqual(['del_b1 1', 'del_b2 1']);
  });

  it('is not waited for longer than until a retry is due that may go elsewhere', async () => {
    table = [ofTeam('del_a1', 'a')];
    nextDueAt = new Date(Date.now() + 5_000);
    expect(await advanceAsFarAsMayBe()).toBe(5_000);
  });

  it('holds its own lane, and no other', async () => {
    table = [
      ofTeam('del_a1', 'a', 'stuck'),
      ofTeam('del_b1', 'b', 'stuck'),
      ofTeam('del_b2', 'b', 'free'),
      ofTeam('del_b3', 'b', 'free'),
    ];
    await advanceAsFarAsMayBe();
    expect(sent).toEqual(['del_b2 1', 'del_b3 1']);
  });

  it('gets all that it is owed, in order, once it takes something again', async () => {
    table = Array.from({ length: 600 }, (_, index) =>
      index % 2 === 0 ? ofTeam(`del_a${index}`, 'a') : ofTeam(`del_b${index}`, 'b'),
    );
    await advanceAsFarAsMayBe();
    makeAttempt = succeed;
    vi.advanceTimersByTime(60_000);
    await vi.waitFor(async () => {
      await line.advance(settings);
      expect(sent).toHaveLength(600);
    }, PATIENCE);
    const toA = table.filter(({ task }) => task.body.includes('"a"'));
    expect(sent.filter((one) => one.startsWith('del_a'))).toEqual(
      toA.map(({ task }) => `${task.deliveryId} 1`),
    );
  });
});

it('an attempt that has ended is reason enough to ask again, whatever its gate has said before', async () => {
  table = [rowOf('del_probe'), rowOf('del_next')];
  let answer = (): void => undefined;
  makeAttempt = async (order) => {
    if (order.task.deliveryId === 'del_probe') {
      order.onAdmitted?.();
      await new Promise<void>((resolve) => (answer = resolve));
      makeAttempt = succeed;
      sent.push('del_probe 1');
      return { end: { step: 'succeed' }, events: [], fallback: null };
    }
    return refuseTeamA({ ...order, body: '"a"' });
  };
  await line.advance(settings);
  await line.advance(settings);
  expect(sent).toEqual([]);
  answer();
  await vi.waitFor(async () => {
    await line.advance(settings);
    expect(sent).toEqual(['del_probe 1', 'del_next 1']);
  }, PATIENCE);
});

it('what all lines of a process have read bounds what each reads, and counts until it is sent', async () => {
  const body = 'x'.repeat(1_000);
  const large = (id: string): HeldRow => ({ ...rowOf(id), task: { ...rowOf(id).task, body } });
  table = [large('del_1'), large('del_2')];
  const answers: (() => void)[] = [];
  makeAttempt = async (order) => {
    order.onAdmitted?.();
    await new Promise<void>((resolve) => answers.push(resolve));
    return succeed(order);
  };
  await line.advance(settings);
  expect(memory.bytes).toBe(2_000);
  for (const answer of answers) answer();
  await line.settle();
  expect(memory.bytes).toBe(0);

  memory.bytes = 1_000_000_000;
  await line.advance(settings);
  expect(askedBytes.map((bytes) => bytes > 1)).toEqual([true, false]);
});

it('an url that is corrected is tried at once, though the one before takes nothing for a minute', async () => {
  makeAttempt = refuseTeamA;
  table = [ofTeam('del_1', 'a')];
  await vi.waitFor(async () => expect(await line.advance(settings)).toBeGreaterThan(50_000), PATIENCE);
  makeAttempt = succeed;
  vi.advanceTimersByTime(3_000);
  await vi.waitFor(async () => {
    await line.advance({ ...settings, url: 'https://corrected.example/in' });
    expect(sent).toEqual(['del_1 1']);
  }, PATIENCE);
});
