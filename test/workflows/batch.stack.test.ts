/** Batches that are collected and delivered, watched from the receiver, on a Temporal that skips the waits. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchAddress } from '../../domain/batch/batch-address.ts';
import type { BatchItem, BatchTerms } from '../../domain/batch/batch.ts';
import { initialState } from '../../domain/subscription/subscription.ts';
import { createSendCommand } from '../../infra/temporal/subscription-actors.ts';
import type { EventId, SubscriptionId } from '../../schemas/ids.ts';
import type { batch } from '../../workflows/batch.ts';
import type { Sealed } from '../../schemas/subscription-log.ts';
import { BATCH_ACTOR, LONG_LIVED_ACTORS, SUBSCRIPTION_ACTOR } from '../../workflows/messages.ts';
import { itemsFrom } from '../domain/batch/batch-items.ts';
import { ACCOUNT, settingsFor, startDeliveryEnv, subscriptionTo } from './delivery-env.ts';

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
let actors = 0;
let actorId: string;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.receiver.arrivals.length = 0;
  stage.recorded.length = 0;
  stage.world.subscription = subscriptionTo(stage.receiver.url);
  stage.receiver.script.answer = (_request, response) => void response.writeHead(200).end();
  actors += 1;
  actorId = `batch:test:${actors}`;
});

/** Each actor of these tests is another event type's, so that no two of them make the same delivery. */
const addressOf = (): BatchAddress => ({
  accountId: ACCOUNT,
  subscriptionId: subscriptionTo('').id,
  eventType: `type.${actors}`,
});

const tell = (items: readonly BatchItem[], terms: Partial<BatchTerms> = {}) =>
  stage.env.client.workflow.signalWithStart<typeof batch, [BatchTerms, readonly BatchItem[]]>('batch', {
    taskQueue: BATCH_ACTOR.taskQueue,
    workflowId: actorId,
    args: [addressOf(), null],
    signal: BATCH_ACTOR.collectSignal,
    signalArgs: [{ version: 1, size: 10, timeoutMs: 30_000, ...terms }, items],
  });

interface Body {
  readonly event: string;
  readonly timestamp: string;
  readonly data: { count: number; flushed_by: string; events: { id: EventId }[] };
}
const arrived = () =>
  stage.receiver.arrivals.map(({ body, headers }) => ({
    ...(JSON.parse(body) as Body),
    header: headers['x-broxi-event'],
  }));
/** Without what deliveries of the tests before record late. */
const recorded = () =>
  stage.recorded.filter(({ event_type: eventType }) => eventType === addressOf().eventType);
const idsIn = (body: Body): string[] => body.data.events.map(({ id }) => id);
/** Lets Temporal's time pass; what is due meanwhile happens. */
const pass = (ms: number) => stage.env.sleep(ms);
const batchesArrive = (count: number) =>
  expect.poll(() => stage.receiver.arrivals.length, { timeout: 20_000 }).toBe(count);

describe('25 events of a subscription with batches of 10', () => {
  it('are delivered as 10, 10 and, 30 s after the first of them, 5', async () => {
    await tell(itemsFrom(0, 25));
    await batchesArrive(2);
    await pass(31_000);
    await batchesArrive(3);
    const batches = arrived();
    expect(batches.map(({ data }) => [data.count, data.flushed_by])).toEqual(
      expect.arrayContaining([
        [10, 'size'],
        [10, 'size'],
        [5, 'timeout'],
      ]),
    );
    expect(batches.flatMap(idsIn).sort()).toEqual(
      itemsFrom(0, 25)
        .map(({ eventId }) => eventId)
        .sort(),
    );
    expect(batches[2]!.data.flushed_by).toBe('timeout');
    // By Temporal's clock: the first two were flushed when the first event of the third arrived.
    const [first, , third] = batches.map(({ timestamp }) => Date.parse(timestamp));
    expect(third! - first!).toBeGreaterThanOrEqual(30_000);
    expect(batches.map(({ event, header }) => [event, header])).toEqual(Array(3).fill(['batch', 'batch']));
  });
});

describe('an actor that is told twice', () => {
  it('delivers each event once, and waits from its first event on', async () => {
    await tell(itemsFrom(0, 4));
    await pass(20_000);
    await tell(itemsFrom(2, 6));
    await pass(11_000);
    await batchesArrive(1);
    expect(idsIn(arrived()[0]!)).toEqual(itemsFrom(0, 6).map(({ eventId }) => eventId));
  });
});

describe('an actor that is renewed for the key of today', () => {
  it('goes on in a new run, and loses none of what it has collected', async () => {
    const first = await tell(itemsFrom(0, 3));
    await stage.env.client.workflow.getHandle(actorId).signal(LONG_LIVED_ACTORS.renewSignal);
    const runOf = async () => (await stage.env.client.workflow.getHandle(actorId).describe()).runId;
    await expect.poll(runOf, { timeout: 20_000 }).not.toBe(first.signaledRunId);
    await tell(itemsFrom(2, 5));
    await pass(31_000);
    await batchesArrive(1);
    expect(idsIn(arrived()[0]!)).toEqual(itemsFrom(0, 5).map(({ eventId }) => eventId));
  });
});

describe('a batch that an operator flushes', () => {
  it('is delivered at once, and the operator learns how many events it has', async () => {
    const handle = await tell(itemsFrom(0, 3));
    const flush = () => handle.executeUpdate(BATCH_ACTOR.flushUpdate, { args: [2] });
    expect(await flush()).toBe(3);
    expect(await flush()).toBe(0);
    await batchesArrive(1);
    expect(arrived()[0]!.data).toMatchObject({ count: 3, flushed_by: 'manual' });
  });
});

describe('batches that are flushed together', () => {
  it('share a workflow, which their records name, and each is tried again with its own bytes', async () => {
    stage.receiver.script.answer = (request, response) =>
      void response.writeHead(Number(request.headers['x-broxi-attempt']) < 2 ? 503 : 200).end();
    stage.world.hasRoom = false;
    await tell(itemsFrom(0, 30));
    await pass(60_000);
    await batchesArrive(6);
    const bodies = new Map<unknown, typeof stage.receiver.arrivals>();
    for (const arrival of stage.receiver.arrivals) {
      const id = arrival.headers['x-broxi-delivery'];
      bodies.set(id, [...(bodies.get(id) ?? []), arrival]);
    }
    expect([...bodies.values()].map((same) => same.map(({ attempt }) => attempt))).toEqual(
      Array(3).fill([1, 2]),
    );
    for (const same of bodies.values()) expect(new Set(same.map(({ body }) => body)).size).toBe(1);
    const [first] = recorded();
    expect(first?.workflow_id).toMatch(/^group:batches:del_/);
    expect(new Set(recorded().map(({ workflow_id }) => workflow_id))).toEqual(new Set([first?.workflow_id]));
    const ids = recorded().flatMap((event) =>
      event.type === 'DeliveryScheduled' ? (event.events ?? []) : [],
    );
    expect(ids.map(({ event_id }) => event_id)).toEqual(itemsFrom(0, 30).map(({ eventId }) => eventId));
  });
});

describe('a batch that fails', () => {
  it('is tried again with the same bytes under the same id', async () => {
    stage.receiver.script.answer = (request, response) =>
      void response.writeHead(Number(request.headers['x-broxi-attempt']) < 3 ? 503 : 200).end();
    await tell(itemsFrom(0, 10));
    await pass(60_000);
    await batchesArrive(3);
    const { arrivals } = stage.receiver;
    expect(arrivals.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1);
    expect(new Set(arrivals.map(({ headers }) => headers['x-broxi-delivery'])).size).toBe(1);
  });

  it('has its events on record, and is counted once', async () => {
    await tell(itemsFrom(0, 10));
    await batchesArrive(1);
    await expect.poll(() => recorded().length).toBe(2);
    const scheduled = recorded().find((event) => event.type === 'DeliveryScheduled');
    expect(scheduled?.events?.map(({ event_id }) => event_id)).toEqual(
      itemsFrom(0, 10).map(({ eventId }) => eventId),
    );
    expect(recorded().map(({ batched_events }) => batched_events)).toEqual([10, 10]);
  });
});

describe('an actor that hears nothing for a week', () => {
  it('ends', async () => {
    const handle = await tell(itemsFrom(0, 10));
    await handle.result();
    expect((await handle.describe()).status.name).toBe('COMPLETED');
  });
});

describe('the actor of a subscription', () => {
  it('has its batches flushed when it is paused, with the version that the pause made', async () => {
    stage.world.subscription = initialState();
    const send = createSendCommand(stage.env.client, SUBSCRIPTION_ACTOR, 20_000);
    const id = 'wh_batchingsubscription' as SubscriptionId;
    const from = { actor: 'key:admin', accountId: ACCOUNT, expectedVersion: null };
    const settings = {
      ...settingsFor(stage.receiver.url),
      aggregation: { batch_size: 10, batch_timeout: 30 },
    };
    await send(id, { ...from, type: 'CreateSubscription', settings, secret: 'v1.s' as Sealed, active: true });
    await send(id, { ...from, type: 'PauseSubscription' });
    await expect.poll(() => stage.flushed).toEqual([`${id} 2`]);
    await stage.env.client.workflow.getHandle(id).terminate();
  });
});
