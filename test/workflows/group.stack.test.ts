/** Deliveries that travel together, watched from the receiver, on a Temporal that skips the waits. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
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
  stage.disabled.length = 0;
  stage.held.clear();
  stage.world.gates = newGates();
  stage.world.hasRoom = false;
  stage.world.subscription = subscriptionTo(stage.receiver.url);
  answering(() => 200);
});

/** Answers each request by its delivery and attempt number. */
const answering = (statusOf: (deliveryId: string, attempt: number) => number): void => {
  stage.receiver.script.answer = ({ headers }, response) => {
    const status = statusOf(String(headers['x-broxi-delivery']), Number(headers['x-broxi-attempt']));
    response.writeHead(status).end();
  };
};
const tasks = (count: number): readonly DeliveryTask[] => Array.from({ length: count }, () => stage.task());
const attemptsOf = ({ deliveryId }: DeliveryTask): readonly number[] =>
  stage.receiver.arrivals
    .filter(({ headers }) => headers['x-broxi-delivery'] === deliveryId)
    .map(({ attempt }) => attempt);
/** What came of its attempts. On a slow machine it is shown as under way before. */
const endsOf = ({ deliveryId }: DeliveryTask): readonly DeliveryEvent[] =>
  stage.recorded.filter(({ type, delivery_id }) => type === 'AttemptEnded' && delivery_id === deliveryId);

it('makes the first attempt of each delivery once and records it', async () => {
  const group = tasks(50);
  await stage.deliverGroup(group);
  expect(group.map(attemptsOf)).toEqual(group.map(() => [1]));
  // On a slow machine some are shown as under way before.
  const ended = stage.recorded.filter(({ type }) => type === 'AttemptEnded');
  expect(ended.map(({ delivery_id }) => delivery_id).sort()).toEqual(
    group.map(({ deliveryId }) => deliveryId).sort(),
  );
});

it('rides on with what failed, until each delivery has come to its end', async () => {
  const group = tasks(6);
  const [twice, never] = group;
  answering((id, attempt) =>
    id === never?.deliveryId || (id === twice?.deliveryId && attempt < 3) ? 503 : 200,
  );
  await stage.deliverGroup(group);
  expect(group.map((task) => attemptsOf(task).length)).toEqual([3, 4, 1, 1, 1, 1]);
  expect(endsOf(never!).at(-1)).toMatchObject({ number: 4, next: { step: 'exhaust' } });
});

it('sends nothing again that was on the wire when another attempt could not be made', async () => {
  const group = tasks(3);
  const [broken, ...others] = group;
  const { gates } = stage.world;
  let isBroken = true;
  stage.world.gates = {
    ...gates,
    enter(applicant) {
      if (applicant.deliveryId !== broken?.deliveryId || !isBroken) return gates.enter(applicant);
      isBroken = false;
      return Promise.reject(new Error('a gate that breaks once'));
    },
  };
  stage.receiver.script.answer = (_request, response) =>
    void setTimeout(() => response.writeHead(200).end(), 500);
  await stage.deliverGroup(group);
  expect(others.map(attemptsOf)).toEqual([[1], [1]]);
  expect(attemptsOf(broken!)).toEqual([1]);
});

it('waits as long as the policy of each delivery says', async () => {
  const settings = settingsFor(stage.receiver.url);
  const retry_policy = { ...settings.retry_policy, max_retries: 2, retry_delay: 600, max_delay: 3_600 };
  stage.world.subscription = subscriptionTo(stage.receiver.url, { settings: { ...settings, retry_policy } });
  answering(() => 503);
  const [task] = tasks(1);
  await stage.deliverGroup([task!]);
  const [first, second, third] = stage.receiver.arrivals.map(({ atMs }) => atMs);
  expect(second! - first!).toBeGreaterThanOrEqual(600_000);
  expect(third! - second!).toBeGreaterThanOrEqual(1_200_000);
});

it('names the group as the carrier of what rides, and the delivery itself of what leaves', async () => {
  const [riding] = tasks(1);
  answering((_id, attempt) => (attempt === 1 ? 503 : 200));
  await stage.deliverGroup([riding!]);
  expect(endsOf(riding!).map(({ workflow_id }) => workflow_id)).toEqual(
    Array(2).fill(`group:platform.events:0:${riding?.source.offset}`),
  );

  stage.world.hasRoom = true;
  const [leaving] = tasks(1);
  await stage.deliverGroup([leaving!]);
  const end = await stage.env.client.workflow.getHandle(leaving!.deliveryId).result();
  expect(end).toBe('succeeded');
  expect(attemptsOf(leaving!)).toEqual([1, 2]);
  expect(endsOf(leaving!).map(({ workflow_id }) => workflow_id)).toEqual(Array(2).fill(leaving?.deliveryId));
});

it('leaves what may not be sent now on webhooks.held, and is done with it', async () => {
  stage.world.subscription = subscriptionTo(stage.receiver.url, { status: 'paused' });
  const group = tasks(3);
  await stage.deliverGroup(group);
  expect(stage.receiver.arrivals).toEqual([]);
  const [{ subscriptionId }] = group as [DeliveryTask];
  const held = await stage.held.any(subscriptionId, new Map(), 10, 1_000_000);
  expect(held.map(({ task }) => task)).toEqual(group);
});

it('410 for one delivery disables its subscription', async () => {
  const group = tasks(2);
  answering((id) => (id === group[0]?.deliveryId ? 410 : 200));
  await stage.deliverGroup(group);
  expect(stage.disabled).toEqual([`${group[0]?.subscriptionId} DisableSubscription`]);
});

it('a circuit that opens holds the rest of the group', async () => {
  const settings = settingsFor(stage.receiver.url);
  const retry_policy = { ...settings.retry_policy, max_retries: 5 };
  stage.world.subscription = subscriptionTo(stage.receiver.url, { settings: { ...settings, retry_policy } });
  answering(() => 503);
  const group = tasks(30);
  await stage.deliverGroup(group);
  const [{ subscriptionId }] = group as [DeliveryTask];
  const held = stage.recorded.filter(({ type }) => type === 'DeliveryHeld');
  // All but one: that is the probe which was due when its turn came, and fails until it is exhausted.
  expect(held).toMatchObject(Array(29).fill({ reason: 'circuit_open' }));
  expect(await stage.held.count(subscriptionId)).toBe(29);
  expect(stage.woken).toContain(subscriptionId);
});
