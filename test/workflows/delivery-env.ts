/**
 * A delivery workflow with its real activities, on a Temporal that skips time, against a real HTTP receiver
 * whose answers are scripted. What is recorded is collected instead of being put on Kafka.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createActivities } from '../../activities/index.ts';
import { parseRetryAfterMs } from '../../domain/deliver/retry-after.ts';
import type { Failures } from '../../domain/subscription/failure-watch.ts';
import type { LiveSubscription, Subscription } from '../../domain/subscription/subscription.ts';
import { createGuardedAgent } from '../../infra/http/guarded-agent.ts';
import { timeSkippingServerPath } from '../../infra/local-stack/time-skipping-server.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed } from '../../schemas/subscription-log.ts';
import type { delivery } from '../../workflows/delivery.ts';
import { SETTINGS } from '../domain/subscription/subscription-log.ts';
import { BATCH_ACTOR, DELIVERY_ACTOR, SUBSCRIPTION_ACTOR } from '../../workflows/messages.ts';

/** One request as the receiver saw it. `atMs` is Temporal's time, which skips. */
export interface Arrival {
  readonly atMs: number;
  readonly attempt: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const ACCOUNT = 'default' as AccountId;
const SUBSCRIPTION = 'wh_00000000000000000001' as SubscriptionId;

const SECRETS: Readonly<Record<string, string>> = {
  'v1.secret-of-the-test': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'v1.secret-before-a-rotation': 'secret-before-a-rotation',
};

/** Settings as `POST /v1/subscriptions` would store them with nothing but a url. */
export const settingsFor = (url: string): LiveSubscription['settings'] => ({
  ...SETTINGS,
  url,
  events: ['*'],
});

export const subscriptionTo = (url: string, more: Partial<LiveSubscription> = {}): LiveSubscription => ({
  status: 'active',
  id: SUBSCRIPTION,
  accountId: ACCOUNT,
  version: 1,
  settings: settingsFor(url),
  secret: 'v1.secret-of-the-test' as Sealed,
  previousSecret: null,
  statusReason: null,
  activeSince: '2024-01-15T10:00:00.000Z',
  createdAt: '2024-01-15T10:00:00.000Z',
  updatedAt: '2024-01-15T10:00:00.000Z',
  ...more,
});

/** A receiver on a port of its own; `answer` may be changed at any time. */
async function startScriptedReceiver(clock: () => Promise<number>) {
  const arrivals: Arrival[] = [];
  const script: { answer: Answer } = { answer: (_request, response) => void response.writeHead(200).end() };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void clock().then((atMs) => {
        const attempt = Number(request.headers['x-broxi-attempt']);
        arrivals.push({ atMs, attempt, body: Buffer.concat(chunks).toString(), headers: request.headers });
        script.answer(request, response);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    arrivals,
    script,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The whole environment. `world.subscription` is what the activities find at each attempt. */
export async function startDeliveryEnv() {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const path = await timeSkippingServerPath(() => undefined);
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: { DeliveryState: 2 /* keyword */ },
  });
  const receiver = await startScriptedReceiver(() => env.currentTimeMs());
  const recorded: DeliveryEvent[] = [];
  const disabled: string[] = [];
  const flushed: string[] = [];
  const world: { subscription: Subscription; jitter: number; failures: Failures | null } = {
    subscription: subscriptionTo(receiver.url),
    jitter: 0,
    failures: null,
  };
  const agent = createGuardedAgent({ allowedNetworks: ['127.0.0.1/32'], parseRetryAfterMs });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error },
  });
  let count = 0;
  const start = (task: DeliveryTask) =>
    env.client.workflow.start<typeof delivery>(DELIVERY_ACTOR.workflowType, {
      taskQueue: DELIVERY_ACTOR.taskQueue,
      workflowId: task.deliveryId,
      args: [task],
    });
  const shared = {
    connection: env.nativeConnection,
    workflowBundle,
    activities: createActivities({
      eventLog: {
        appendDeliveryEvents: (events) => Promise.resolve(void recorded.push(...events)),
        appendSubscriptionEvents: () => Promise.resolve(),
      },
      agent,
      lookUp: () => Promise.resolve(world.subscription),
      get: () => world.subscription,
      caughtUp: () => Promise.resolve(),
      failuresOf: () => Promise.resolve({ failures: world.failures, latestSuccess: null }),
      tell: () => Promise.resolve(),
      sendCommand: (id, command) => {
        disabled.push(`${id} ${command.type}`);
        return Promise.resolve({ answered: true });
      },
      flushOpenBatches: (id, version) => {
        flushed.push(`${id} ${version}`);
        return Promise.resolve({ answered: true });
      },
      startDelivery: async (task) => void (await start(task)),
      open: (sealed) => SECRETS[sealed] ?? '',
      now: () => new Date(),
      random: () => world.jitter,
      newSpanId: () => '00f067aa0ba902b7',
    }),
  };
  const workers = await Promise.all(
    [DELIVERY_ACTOR, SUBSCRIPTION_ACTOR, BATCH_ACTOR].map(({ taskQueue }) =>
      Worker.create({ ...shared, taskQueue }),
    ),
  );
  const runs = workers.map((worker) => worker.run());

  return {
    env,
    receiver,
    recorded,
    disabled,
    flushed,
    world,
    agent,
    task: (more: Partial<DeliveryTask> = {}): DeliveryTask => {
      count += 1;
      const deliveryId = `del_${String(count).padStart(32, '0')}` as DeliveryId;
      return {
        deliveryId,
        subscriptionId: SUBSCRIPTION,
        subscriptionVersion: 1,
        accountId: ACCOUNT,
        eventId: `evt_${count}` as EventId,
        eventType: 'workflow.completed',
        occurredAt: '2024-01-15T10:30:05.123Z',
        source: { topic: 'platform.events', partition: 0, offset: String(count) },
        appendedAtMs: 0,
        body: `{"event":"workflow.completed","timestamp":"2024-01-15T10:30:05.123Z","webhook_id":"${SUBSCRIPTION}","delivery_id":"${deliveryId}","data":{}}`,
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        ...more,
      };
    },
    deliver: (task: DeliveryTask) =>
      env.client.workflow.execute<typeof delivery>(DELIVERY_ACTOR.workflowType, {
        taskQueue: DELIVERY_ACTOR.taskQueue,
        workflowId: task.deliveryId,
        args: [task],
      }),
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(runs);
      await agent.close();
      await receiver.stop();
      await env.teardown();
    },
  };
}
