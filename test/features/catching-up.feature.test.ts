/**
 * A router that starts takes no event before it knows all subscriptions. Deterministic here: what the snapshot does
 * not know stands in the log alone, and Kafka hands the log to no router until it is told to.
 */
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import {
  eventsOf,
  kafkaOf,
  type Platform,
  product,
  startPlatform,
  subscribe,
  unique,
  unsubscribe,
} from './customer.ts';
import { runKafkaJava } from './kafka-java.ts';
import { killAndAwaitNext } from './kill-and-await-next.ts';
import { pidOf } from './product.ts';

const EVENTS = 50;
const TOPIC = 'platform.events';
const GROUP = 'webhooks-router';
const PATIENCE = { timeout: 60_000 };
const HEALTH_PORT = 8081;

let receiver: CustomerReceiver;
let platform: Platform;
let admin: Admin;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
  platform = await startPlatform();
  admin = kafkaOf().admin();
  await admin.connect();
});
afterAll(async () => {
  await admin.disconnect();
  await platform.stop();
  await receiver.stop();
});

/** How many bytes a second Kafka gives routers; with 1, all that they fetch is empty. Nothing else is limited. */
async function fetchAtMost(bytesPerSecond: number): Promise<void> {
  const to = ['--bootstrap-server', product().kafkaBrokers, '--alter'];
  const who = ['--entity-type', 'clients', '--entity-name', GROUP];
  const what = ['--add-config', `consumer_byte_rate=${bytesPerSecond}`];
  expect(await runKafkaJava('kafka.admin.ConfigCommand', [...to, ...who, ...what])).toBe(0);
}
const UNLIMITED = 1_000_000_000;

/** The groups of processes that read a topic whole, as a router does to know all subscriptions and event types. */
async function readersOfLogs(): Promise<readonly string[]> {
  const { groups } = await admin.listGroups();
  const ids = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(`${GROUP}-`));
  const described = await admin.describeGroups(ids);
  return described.groups.filter(({ state }) => state === 'Stable').map(({ groupId }) => groupId);
}
const groupState = async (): Promise<string | undefined> =>
  (await admin.describeGroups([GROUP])).groups[0]?.state;
const committed = () => admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
const readiness = async (): Promise<number> =>
  (await fetch(`http://127.0.0.1:${HEALTH_PORT + product().portOffset}/readyz`)).status;

it('a router that does not know all subscriptions yet takes no event', { timeout: 240_000 }, async () => {
  const type = unique('catching.up');
  const arrived = (): number =>
    receiver.deliveries.filter(({ headers }) => headers['x-broxi-event'] === type).length;
  const projector = pidOf(product(), 'projector');
  process.kill(projector, 'SIGSTOP');
  try {
    const { id } = await subscribe({ url: receiver.url, events: [type] });
    const readersBefore = await readersOfLogs();
    await fetchAtMost(1);
    await killAndAwaitNext('router');
    const offsets = await committed();
    await platform.publish(eventsOf(type, EVENTS));

    const newReaders = async () => (await readersOfLogs()).filter((one) => !readersBefore.includes(one));
    await expect.poll(newReaders, PATIENCE).toHaveLength(2);
    // The one that was killed is forgotten, and nobody has come in its place.
    await expect.poll(groupState, PATIENCE).toBe('Empty');
    expect(await readiness()).toBe(503);
    expect(await committed()).toEqual(offsets);
    expect(arrived()).toBe(0);

    await fetchAtMost(UNLIMITED);
    // Kafka still answers this one late, for all that it has asked for too early.
    await killAndAwaitNext('router');
    await expect.poll(arrived, PATIENCE).toBe(EVENTS);
    await expect.poll(readiness, PATIENCE).toBe(200);
    await unsubscribe(id);
  } finally {
    await fetchAtMost(UNLIMITED);
    process.kill(projector, 'SIGCONT');
  }
});
