/** What becomes of an exhausted delivery's event, by whichever way it was exhausted, on a Temporal that skips waits. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { heldDelivery } from '../../domain/record/delivery-event.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import { newGates, settingsFor, startDeliveryEnv, subscriptionTo } from './delivery-env.ts';

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.receiver.arrivals.length = 0;
  stage.recorded.length = 0;
  stage.woken.length = 0;
  stage.disabled.length = 0;
  stage.held.clear();
  stage.world.gates = newGates();
  stage.world.subscription = withFallback();
  answering({ main: 503, fallback: 200 });
});

const withFallback = (fallback: { url: string } | null = { url: `${stage.receiver.url}fallback` }) =>
  subscriptionTo(stage.receiver.url, { settings: { ...settingsFor(stage.receiver.url), fallback } });
function answering(statuses: { main: number; fallback: number }): void {
  stage.receiver.script.answer = (request, response) =>
    void response.writeHead(request.url === '/fallback' ? statuses.fallback : statuses.main).end();
}
/** A delivery that stands on `webhooks.held`. */
function heldTask(): DeliveryTask {
  const task = stage.task();
  stage.held.apply([{ change: 'hold', held: heldDelivery(task, 0, null) }]);
  return task;
}
const recordsOf = (id: string) => stage.recorded.filter(({ delivery_id }) => delivery_id === id);
/** The name that the exhausted delivery gives its fallback. */
function fallbackOf(task: DeliveryTask): string | undefined {
  const last = recordsOf(task.deliveryId).at(-1);
  return last?.type === 'AttemptEnded' ? last.fallback_id : undefined;
}

it.each([
  ['its own workflow', (task: DeliveryTask) => stage.deliver(task)],
  ['a group', (task: DeliveryTask) => stage.deliverGroup([task])],
] as const)('goes to the fallback once it was exhausted by %s', async (_way, deliver) => {
  stage.world.hasRoom = false;
  const task = stage.task();
  await deliver(task);
  expect(stage.woken).toEqual([task.subscriptionId]);
  await stage.release();

  const fallback = fallbackOf(task)!;
  const last = stage.receiver.arrivals.at(-1)!;
  expect(last.headers['x-broxi-delivery']).toBe(fallback);
  expect(last.attempt).toBe(1);
  expect(last.body).toBe(task.body);
  expect(stage.receiver.arrivals.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 1]);
  expect(recordsOf(fallback)).toMatchObject([
    { type: 'DeliveryScheduled', stands_in_for: task.deliveryId },
    { type: 'AttemptEnded', stands_in_for: task.deliveryId, next: { step: 'succeed' } },
  ]);
});

it('goes to the fallback once it was exhausted while it was released', async () => {
  const task = heldTask();
  await stage.release();
  expect(recordsOf(fallbackOf(task)!).at(-1)).toMatchObject({ next: { step: 'succeed' } });
  expect(await stage.held.count(task.subscriptionId)).toBe(0);
});

it('a fallback is tried as the subscription says, and then given up without another', async () => {
  answering({ main: 404, fallback: 503 });
  const task = heldTask();
  await stage.release();
  const attempts = recordsOf(fallbackOf(task)!).filter(({ type }) => type === 'AttemptEnded');
  expect(attempts).toHaveLength(4);
  expect(attempts.at(-1)).toMatchObject({ next: { step: 'exhaust', reason: 'retries_used_up' } });
  expect(attempts.at(-1)).not.toHaveProperty('fallback_id');
  expect(await stage.held.count(task.subscriptionId)).toBe(0);
});

it('a fallback that is gone disables nothing', async () => {
  answering({ main: 404, fallback: 410 });
  const task = heldTask();
  await stage.release();
  expect(recordsOf(fallbackOf(task)!).at(-1)).toMatchObject({ next: { reason: 'not_retried' } });
  expect(stage.disabled).toEqual([]);
});

it('a fallback that was removed meanwhile gets nothing', async () => {
  const task = stage.task();
  await stage.deliver(task);
  stage.world.subscription = withFallback(null);
  await stage.release();
  expect(recordsOf(fallbackOf(task)!).at(-1)).toMatchObject({
    type: 'DeliveryCancelled',
    reason: 'fallback_removed',
  });
});

it('a fallback whose circuit is open holds no other delivery', async () => {
  const gates = newGates();
  stage.world.gates = {
    ...gates,
    enter: (applicant) =>
      applicant.url.endsWith('fallback')
        ? Promise.resolve({ admitted: false, reason: 'circuit_open', waitMs: 1_000 })
        : gates.enter(applicant),
  };
  answering({ main: 404, fallback: 200 });
  const exhausted = heldTask();
  let later: DeliveryTask | null = null;
  stage.receiver.script.answer = ({ headers }, response) => {
    // Comes while the fallback is refused.
    later ??= heldTask();
    const isFirst = headers['x-broxi-delivery'] === exhausted.deliveryId;
    response.writeHead(isFirst ? 404 : 200).end();
    if (!isFirst) stage.world.gates = gates;
  };
  await stage.release();
  const order = stage.receiver.arrivals.map(({ headers }) => headers['x-broxi-delivery']);
  expect(order).toEqual([exhausted.deliveryId, later!.deliveryId, fallbackOf(exhausted)]);
});
