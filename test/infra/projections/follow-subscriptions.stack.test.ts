/**
 * How a service comes to know all subscriptions, against real Kafka and PostgreSQL. Deterministic: once it has caught
 * up it knows what the log tells, whatever the snapshot was like. What came as a state and what as an event is told
 * by where the projector stood.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { SUBSCRIPTION_LOG } from '../../../infra/kafka/topics.ts';
import { followSubscriptions } from '../../../infra/projections/follow-subscriptions.ts';
import { SubscriptionId } from '../../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../../schemas/subscription-log.ts';
import { changed, created } from '../../domain/subscription/subscription-log.ts';
import { silent, startTestProjector, startTestStack, type TestStack } from './test-stack.ts';

const SUBSCRIPTIONS = 200;
const NOWHERE = 'postgres://nobody@127.0.0.1:1/none';

const idOf = (number: number) => SubscriptionId.parse(`wh_${String(number).padStart(12, '0')}`);
const of = (number: number, event: SubscriptionEvent): SubscriptionEvent => ({
  ...event,
  subscription_id: idOf(number),
});
/** Each is created, described with what jsonb would refuse, and paused or deleted. */
const PAST = Array.from({ length: SUBSCRIPTIONS }, (_, number) => [
  of(number, created(1)),
  of(
    number,
    changed(2, { type: 'SubscriptionUpdated', changes: { description: 'a\0b\uD800' }, secret: null }),
  ),
  of(number, changed(3, { type: number % 3 === 0 ? 'SubscriptionDeleted' : 'SubscriptionPaused' })),
]).flat();
const PRESENT = [of(1, changed(4, { type: 'SubscriptionResumed' })), of(SUBSCRIPTIONS, created(1))];

let stack: TestStack;
const log: SubscriptionEvent[] = [];

beforeAll(async () => {
  stack = await startTestStack();
  log.push(...PAST);
  await stack.append(SUBSCRIPTION_LOG, PAST);
  const projector = await startTestProjector(stack);
  const isProjected = async () => {
    const { rows } = await stack.pool.query('select sum(version) from subscription_states');
    return rows[0].sum === String(3 * SUBSCRIPTIONS);
  };
  await vi.waitUntil(isProjected, { timeout: 60_000 });
  await projector.stop();
  log.push(...PRESENT);
  await stack.append(SUBSCRIPTION_LOG, PRESENT);
});
afterAll(() => stack.stop());

/** What a service knows once it has caught up, and what it was told on the way. */
async function follow(databaseUrl = stack.databaseUrl) {
  const directory = createSubscriptionDirectory();
  const told = { states: 0, events: 0 };
  const tail = await followSubscriptions(stack.kafka, databaseUrl, silent, {
    name: 'test',
    onState: (state) => {
      told.states += 1;
      directory.restore(state);
    },
    onEvent: (event) => {
      told.events += 1;
      directory.apply(event);
    },
    onCrash: (error) => {
      throw error;
    },
  });
  await tail.caughtUp();
  await tail.stop();
  return { told, states: Array.from({ length: SUBSCRIPTIONS + 1 }, (_, i) => directory.get(idOf(i))) };
}

function statesByLog() {
  const directory = createSubscriptionDirectory();
  for (const event of log) directory.apply(event);
  return Array.from({ length: SUBSCRIPTIONS + 1 }, (_, number) => directory.get(idOf(number)));
}

describe('following subscriptions', () => {
  it('takes the past from the snapshot, and from the log only what came after it', async () => {
    expect(await follow()).toEqual({
      told: { states: SUBSCRIPTIONS, events: PRESENT.length },
      states: statesByLog(),
    });
  });

  it('reads the log from its beginning while PostgreSQL is away', async () => {
    expect(await follow(NOWHERE)).toEqual({ told: { states: 0, events: log.length }, states: statesByLog() });
  });

  describe('where the snapshot cannot be used', () => {
    beforeEach(async () => {
      await stack.pool.query('create table kept as select * from subscription_states');
      await stack.pool.query('create table kept_offsets as select * from projection_offsets');
      return async () => {
        await stack.pool.query(
          `truncate subscription_states, projection_offsets;
           insert into subscription_states select * from kept; drop table kept;
           insert into projection_offsets select * from kept_offsets; drop table kept_offsets`,
        );
      };
    });

    it.each([
      ['is not there', 'delete from projection_offsets'],
      ['is of another log, which was longer', 'update projection_offsets set next_offset = 1000000'],
      ['holds a state that nobody understands', `update subscription_states set state = '{"status":"odd"}'`],
      ['is of another format', 'update subscription_states set format = 99; delete from projection_offsets'],
    ])('because it %s, reads the log from its beginning', async (_, spoil) => {
      await stack.pool.query(spoil);
      const { told, states } = await follow();
      expect(told.events).toBe(log.length);
      expect(states).toEqual(statesByLog());
    });
  });
});
