/** What was held is released, watched from the receiver, on a Temporal that skips the waits. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { EndpointGates } from '../../activities/endpoint-gates.ts';
import { heldDelivery } from '../../domain/record/delivery-event.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import { newGates, startDeliveryEnv, subscriptionTo } from './delivery-env.ts';

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.receiver.arrivals.length = 0;
  stage.recorded.length = 0;
  stage.held.clear();
  stage.world.gates = newGates();
  stage.receiver.script.answer = (_request, response) => void response.writeHead(200).end();
});

/** Deliveries that came while the subscription was paused. */
async function heldWhilePaused(count: number): Promise<readonly DeliveryTask[]> {
  stage.world.subscription = subscriptionTo(stage.receiver.url, { status: 'paused' });
  const tasks = Array.from({ length: count }, () => stage.task());
  await stage.deliverGroup(tasks);
  stage.world.subscription = subscriptionTo(stage.receiver.url, { version: 2 });
  return tasks;
}
/** Gates of an endpoint that takes one request at a time. */
function oneAtATime(): EndpointGates {
  let last = Promise.resolve();
  return {
    openCircuits: () => 0,
    waiting: () => 0,
    onWire: () => 0,
    async enter() {
      const before = last;
      let leave = (): void => undefined;
      last = new Promise((resolve) => (leave = resolve));
      await before;
      return { admitted: true, hasWaited: true, leave };
    },
  };
}
/** Deliveries of these lanes, in this order, as a router has entered them. */
function entered(lanes: readonly string[]): readonly DeliveryTask[] {
  const tasks = lanes.map((lane) => stage.task({ lane }));
  stage.held.apply(tasks.map((task) => ({ change: 'hold', held: heldDelivery(task, 0, null) })));
  stage.world.subscription = subscriptionTo(stage.receiver.url);
  return tasks;
}
const idsOf = (tasks: readonly DeliveryTask[], lane?: string): string[] =>
  tasks.filter((task) => lane === undefined || task.lane === lane).map(({ deliveryId }) => deliveryId);
const arrived = (): string[] =>
  stage.receiver.arrivals.map(({ headers }) => String(headers['x-broxi-delivery']));

it('sends everything once', async () => {
  const tasks = await heldWhilePaused(300);
  await stage.release();
  expect(arrived().sort()).toEqual(tasks.map(({ deliveryId }) => deliveryId).sort());
  expect(await stage.held.count(tasks[0]!.subscriptionId)).toBe(0);
});

it('sends the oldest first, one after the other where the endpoint takes one at a time', async () => {
  const tasks = await heldWhilePaused(40);
  stage.world.gates = oneAtATime();
  await stage.release();
  expect(arrived()).toEqual(tasks.map(({ deliveryId }) => deliveryId));
});

it('tries again what fails, after the wait that its policy says, and keeps counting attempts', async () => {
  const [task] = await heldWhilePaused(1);
  stage.receiver.script.answer = ({ headers }, response) =>
    void response.writeHead(headers['x-broxi-attempt'] === '3' ? 200 : 503).end();
  await stage.release();
  const { arrivals } = stage.receiver;
  expect(arrivals.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(arrivals[1]!.atMs - arrivals[0]!.atMs).toBeGreaterThanOrEqual(5_000);
  expect(stage.recorded.filter(({ delivery_id }) => delivery_id === task?.deliveryId).at(-1)).toMatchObject({
    number: 3,
    next: { step: 'succeed' },
  });
});

it('stops where the subscription is paused again, and loses nothing', async () => {
  const tasks = await heldWhilePaused(400);
  let count = 0;
  stage.receiver.script.answer = (_request, response) => {
    count += 1;
    if (count === 20) {
      stage.world.subscription = subscriptionTo(stage.receiver.url, { status: 'paused', version: 3 });
    }
    response.writeHead(200).end();
  };
  await stage.release();
  const left = await stage.held.count(tasks[0]!.subscriptionId);
  expect(left).toBeGreaterThan(0);
  expect(arrived().length + left).toBe(400);

  stage.world.subscription = subscriptionTo(stage.receiver.url, { version: 4 });
  await stage.release();
  expect(new Set(arrived()).size).toBe(400);
  expect(arrived()).toHaveLength(400);
});

it('cancels what is held where the subscription was disabled', async () => {
  const tasks = await heldWhilePaused(3);
  stage.world.subscription = subscriptionTo(stage.receiver.url, { status: 'disabled', version: 2 });
  stage.recorded.length = 0;
  await stage.release();
  expect(arrived()).toEqual([]);
  expect(stage.recorded.map(({ type }) => type)).toEqual(tasks.map(() => 'DeliveryCancelled'));
  expect(await stage.held.count(tasks[0]!.subscriptionId)).toBe(0);
});

it('probes an endpoint whose circuit is open, and goes on when it answers again', async () => {
  let isDown = true;
  stage.receiver.script.answer = (_request, response) => void response.writeHead(isDown ? 503 : 200).end();
  stage.world.hasRoom = false;
  stage.world.subscription = subscriptionTo(stage.receiver.url, { version: 2 });
  const [first, ...others] = Array.from({ length: 30 }, () => stage.task());
  await stage.deliverGroup([first!, ...others]);
  const count = await stage.held.count(first!.subscriptionId);
  expect(count).toBeGreaterThan(20);

  isDown = false;
  await stage.release();
  const succeeded = stage.recorded.filter(
    (event) => event.type === 'AttemptEnded' && event.next.step === 'succeed',
  );
  expect(succeeded).toHaveLength(count);
  expect(await stage.held.count(first!.subscriptionId)).toBe(0);
});

it('goes on waiting for a retry when something is held that is not due before it', async () => {
  await heldWhilePaused(1);
  stage.receiver.script.answer = ({ headers }, response) =>
    void response.writeHead(headers['x-broxi-attempt'] === '2' ? 200 : 503).end();
  const rounds = await stage.releaseRounds(async (wake) => {
    for (let count = 0; count < 10; count += 1) await wake(3_600_000);
  });
  // One for the first attempt, one for the retry, and one that finds nothing more to send.
  expect(rounds).toBeLessThanOrEqual(3);
  expect(arrived()).toHaveLength(2);
});

it('looks at once when it is woken for now', async () => {
  await heldWhilePaused(1);
  stage.receiver.script.answer = ({ headers }, response) =>
    void response.writeHead(headers['x-broxi-attempt'] === '2' ? 200 : 503).end();
  const rounds = await stage.releaseRounds((wake) => wake(0));
  expect(rounds).toBeGreaterThan(2);
  expect(arrived()).toHaveLength(2);
});

it('sends the deliveries of a lane one after the other, each after the one before has ended', async () => {
  const tasks = entered(Array.from({ length: 60 }, (_, index) => `lane ${index % 3}`));
  const onWire = new Set<string>();
  const together: string[] = [];
  stage.receiver.script.answer = ({ headers }, response) => {
    const lane = tasks.find(({ deliveryId }) => deliveryId === headers['x-broxi-delivery'])!.lane!;
    if (onWire.has(lane)) together.push(lane);
    onWire.add(lane);
    setImmediate(() => {
      onWire.delete(lane);
      response.writeHead(200).end();
    });
  };
  await stage.release();
  for (const lane of ['lane 0', 'lane 1', 'lane 2']) {
    const ids = idsOf(tasks, lane);
    expect(arrived().filter((id) => ids.includes(id))).toEqual(ids);
  }
  expect(arrived()).toHaveLength(60);
  expect(together).toEqual([]);
});

it('a lane waits for its first delivery until that has succeeded, and no other lane waits', async () => {
  const tasks = entered(['stuck', 'free', 'stuck', 'free', 'stuck']);
  const [head] = tasks;
  stage.receiver.script.answer = ({ headers }, response) => {
    const fails = headers['x-broxi-delivery'] === head!.deliveryId && headers['x-broxi-attempt'] !== '3';
    response.writeHead(fails ? 503 : 200).end();
  };
  await stage.release();
  const ofStuck = idsOf(tasks, 'stuck');
  const id = head!.deliveryId;
  expect(arrived().filter((one) => ofStuck.includes(one))).toEqual([id, id, ...ofStuck]);
  // Of the other lane all have arrived before the first wait.
  expect(arrived().indexOf(idsOf(tasks, 'free')[1]!)).toBeLessThan(arrived().lastIndexOf(id) - 1);
});

it('a lane goes on behind a delivery that was given up', async () => {
  const tasks = entered(['one', 'one', 'one']);
  stage.receiver.script.answer = ({ headers }, response) =>
    void response.writeHead(headers['x-broxi-delivery'] === tasks[1]!.deliveryId ? 404 : 200).end();
  await stage.release();
  expect(arrived()).toEqual(idsOf(tasks));
});
