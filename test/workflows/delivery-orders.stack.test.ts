/** What somebody asks of a delivery that waits for its next attempt in an hour, on a Temporal that skips the waits. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GroupOrder } from '../../schemas/delivery.ts';
import { DELIVERY_ORDERS, GROUP_ACTOR } from '../../workflows/messages.ts';
import { newGates, settingsFor, startDeliveryEnv, subscriptionTo } from './delivery-env.ts';

const HOUR_SECONDS = 3_600;
const PATIENCE = { timeout: 30_000 };

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.receiver.arrivals.length = 0;
  stage.recorded.length = 0;
  stage.disabled.length = 0;
  stage.held.clear();
  stage.world.gates = newGates();
  stage.world.hasRoom = false;
  const settings = settingsFor(stage.receiver.url);
  const retry_policy = { ...settings.retry_policy, retry_delay: HOUR_SECONDS, max_delay: HOUR_SECONDS };
  stage.world.subscription = subscriptionTo(stage.receiver.url, { settings: { ...settings, retry_policy } });
  stage.receiver.script.answer = (_request, response) => void response.writeHead(503).end();
});

const succeed = (): void => {
  stage.receiver.script.answer = (_request, response) => void response.writeHead(200).end();
};
const attemptsOf = (deliveryId: string) =>
  stage.receiver.arrivals.filter(({ headers }) => headers['x-broxi-delivery'] === deliveryId);
/** The seconds of Temporal's time between the first two attempts. */
const waitedSeconds = (deliveryId: string): number => {
  const [first, second] = attemptsOf(deliveryId);
  return (second!.atMs - first!.atMs) / 1_000;
};
/** What is recorded, but for what a slow machine shows as under way before. */
const outcomes = () => stage.recorded.filter(({ type }) => type !== 'DeliveryScheduled');
const typesOf = (deliveryId: string): readonly string[] =>
  outcomes()
    .filter(({ delivery_id }) => delivery_id === deliveryId)
    .map(({ type }) => type);
const recorded = (count: number) => expect.poll(() => outcomes().length, PATIENCE).toBe(count);

describe('a delivery with a workflow of its own', () => {
  it('is tried at once when it is asked for, and waits its hour again when that fails', async () => {
    const { deliveryId, ...task } = stage.task();
    const running = await stage.start({ deliveryId, ...task });
    await stage.untilItWaits(running);
    await running.signal(DELIVERY_ORDERS.retryNowSignal, 1);
    await recorded(2);
    succeed();
    expect(await running.result()).toBe('succeeded');
    expect(attemptsOf(deliveryId).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(waitedSeconds(deliveryId)).toBeLessThan(HOUR_SECONDS);
    const [, second, third] = attemptsOf(deliveryId);
    expect((third!.atMs - second!.atMs) / 1_000).toBeGreaterThanOrEqual(HOUR_SECONDS);
  });

  it('is tried no more when it is cancelled', async () => {
    const task = stage.task();
    const running = await stage.start(task);
    await stage.untilItWaits(running);
    await running.signal(DELIVERY_ORDERS.cancelSignal);
    expect(await running.result()).toBe('cancelled');
    expect(attemptsOf(task.deliveryId)).toHaveLength(1);
    expect(typesOf(task.deliveryId)).toEqual(['AttemptEnded', 'DeliveryCancelled']);
  });

  it('comes to what the attempt found that was on the wire when it was cancelled', async () => {
    const task = stage.task();
    expect(await stage.cancelOnTheWire(task, 410)).toBe('exhausted');
    expect(typesOf(task.deliveryId)).toEqual(['AttemptEnded', 'AttemptEnded']);
    expect(stage.disabled).toEqual([`${task.subscriptionId} DisableSubscription`]);
  });
});

describe('a delivery that rides in a group', () => {
  it('is tried at once, or no more, and the others wait their hour', async () => {
    const [retried, cancelled, left] = [stage.task(), stage.task(), stage.task()];
    const group = await stage.startGroup([retried, cancelled, left]);
    await stage.untilItWaits(group);
    succeed();
    const ask = (order: GroupOrder): Promise<void> => group.signal(GROUP_ACTOR.orderSignal, order);
    await ask({ deliveryId: retried.deliveryId, do: 'retryNow' });
    await expect.poll(() => attemptsOf(retried.deliveryId).length, PATIENCE).toBe(2);
    await stage.untilItWaits(group);
    await ask({ deliveryId: cancelled.deliveryId, do: 'cancel' });
    await group.result();
    expect(waitedSeconds(retried.deliveryId)).toBeLessThan(HOUR_SECONDS);
    expect(typesOf(cancelled.deliveryId)).toEqual(['AttemptEnded', 'DeliveryCancelled']);
    expect(attemptsOf(cancelled.deliveryId)).toHaveLength(1);
    expect(waitedSeconds(left.deliveryId)).toBeGreaterThanOrEqual(HOUR_SECONDS);
  });
});
