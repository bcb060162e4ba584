/**
 * A delivery workflow with its real activities, on a Temporal that skips time, against a real HTTP receiver
 * whose answers are scripted. What is recorded is collected instead of being put on Kafka.
 */
import { activityInfo } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createEndpointGates, type EndpointGates } from '../../activities/endpoint-gates.ts';
import { createActivities } from '../../activities/index.ts';
import { groupLimits } from '../../domain/deliver/grouping.ts';
import { releaseId } from '../../domain/deliver/carrier.ts';
import { parseRetryAfterMs } from '../../domain/deliver/retry-after.ts';
import type { Failures } from '../../domain/subscription/failure-watch.ts';
import type { LiveSubscription, Subscription } from '../../domain/subscription/subscription.ts';
import { createGuardedAgent } from '../../infra/http/guarded-agent.ts';
import { timeSkippingServerPath } from '../../infra/local-stack/time-skipping-server.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { EventLog, HeldChange } from '../../infra/kafka/event-log.ts';
import type { HeldDeliveries, HeldRow } from '../../infra/postgres/held-deliveries.ts';
import { packGroup } from '../../infra/temporal/packed-group.ts';
import type { DeliveryGroup, DeliveryStatus, DeliveryTask, HeldDelivery } from '../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed } from '../../schemas/subscription-log.ts';
import type { delivery } from '../../workflows/delivery.ts';
import { SETTINGS } from '../domain/subscription/subscription-log.ts';
import type { deliveryGroup } from '../../workflows/delivery-group.ts';
import {
  BATCH_ACTOR,
  DELIVERY_ACTOR,
  DELIVERY_ORDERS,
  ENDPOINT_CHECKS,
  GROUP_ACTOR,
  RELEASE_ACTOR,
  SUBSCRIPTION_ACTOR,
  WORK_QUEUE,
} from '../../workflows/messages.ts';
import type { release } from '../../workflows/release.ts';
import { bundleWorkflows } from './bundle-workflows.ts';

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

/** Temporal's time, which skips: when the execution that asks was scheduled. */
const temporalNow = (): Date => new Date(activityInfo().currentAttemptScheduledTimestampMs);

/** Gates that know nothing of any endpoint yet. */
export const newGates = (now = temporalNow): EndpointGates =>
  createEndpointGates({ now, isBusy: () => false, onCircuit: () => undefined });

/** What the activities find at each attempt. */
interface World {
  subscription: Subscription;
  jitter: number;
  failures: Failures | null;
  /** Whether what fails in a group may leave it for a workflow of its own. */
  hasRoom: boolean;
  gates: EndpointGates;
  /** Where an actor's records go. */
  appendSubscription: EventLog['appendSubscriptionEvents'];
}

/** What `webhooks.held` and its table are to a product: what is held, in order, as soon as it is recorded. */
function heldInMemory() {
  const held = new Map<DeliveryId, HeldDelivery>();
  const inOrder = (line: readonly HeldDelivery[]): HeldDelivery[] =>
    [...line].sort((a, b) => a.task.appendedAtMs - b.task.appendedAtMs);
  const ordered = (): HeldDelivery[] => inOrder([...held.values()]);
  const behind = (head: HeldDelivery, line: readonly HeldDelivery[]): readonly HeldDelivery[] =>
    head.task.lane === undefined
      ? []
      : line.filter((one) => one !== head && one.task.lane === head.task.lane);
  const isHead = (one: HeldDelivery, line: readonly HeldDelivery[]): boolean =>
    one.task.lane === undefined || line.find(({ task }) => task.lane === one.task.lane) === one;
  const rowOf = ({ task, attempts_made: attemptsMade, not_before }: HeldDelivery): HeldRow => ({
    task,
    attemptsMade,
    notBefore: not_before === null ? null : new Date(not_before),
    known: null,
  });
  const dueAt = (one: HeldDelivery): number => (one.not_before === null ? 0 : Date.parse(one.not_before));
  const store: HeldDeliveries = {
    caughtUp: () => Promise.resolve(),
    page: ({ standsIn, now, taken, busyLanes, heads, perLane }) => {
      const line = ordered().filter(({ task }) => (task.standsInFor !== undefined) === standsIn);
      const pages = line
        .filter((one) => isHead(one, line))
        .filter((one) => now === null || dueAt(one) <= now.getTime())
        .filter((one) => (taken.get(one.task.deliveryId) ?? -1) < one.attempts_made)
        .filter(({ task }) => task.lane === undefined || !busyLanes.has(task.lane))
        .slice(0, heads)
        .map((head) => [head, ...behind(head, line)].slice(0, perLane));
      return Promise.resolve(inOrder(pages.flat()).map(rowOf));
    },
    any: (_id, taken, limit) =>
      Promise.resolve(
        ordered()
          .filter((one) => (taken.get(one.task.deliveryId) ?? -1) < one.attempts_made)
          .slice(0, limit)
          .map(rowOf),
      ),
    unchanged: (taken) =>
      Promise.resolve(
        new Set(
          [...taken]
            .filter(([id, made]) => (held.get(id)?.attempts_made ?? Infinity) <= made)
            .map(([id]) => id),
        ),
      ),
    count: () => Promise.resolve(held.size),
    nextDueAt: (_id, standsIn) => {
      const line = ordered().filter(({ task }) => (task.standsInFor !== undefined) === standsIn);
      const heads = line.filter((one) => isHead(one, line));
      return Promise.resolve(heads.length === 0 ? null : new Date(Math.min(...heads.map(dueAt))));
    },
    subscriptions: () =>
      Promise.resolve(ordered().map(({ task }) => ({ id: task.subscriptionId, isDue: true }))),
  };
  return {
    ...store,
    clear: () => held.clear(),
    apply(changes: readonly HeldChange[]) {
      for (const change of changes) {
        if (change.change === 'hold') held.set(change.held.task.deliveryId, change.held);
        if (change.change === 'end') held.delete(change.task.deliveryId);
      }
    },
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
  const woken: SubscriptionId[] = [];
  const held = heldInMemory();
  const world: World = {
    subscription: subscriptionTo(receiver.url),
    jitter: 0,
    failures: null,
    hasRoom: true,
    gates: newGates(),
    appendSubscription: () => Promise.resolve(),
  };
  const agent = createGuardedAgent({ allowedNetworks: ['127.0.0.1/32'], parseRetryAfterMs });
  const workflowBundle = await bundleWorkflows();
  let count = 0;
  const start = (task: DeliveryTask) =>
    env.client.workflow.start<typeof delivery>(DELIVERY_ACTOR.workflowType, {
      taskQueue: DELIVERY_ACTOR.taskQueue,
      workflowId: task.deliveryId,
      args: [task],
    });
  const startGroup = (tasks: readonly DeliveryTask[]) => {
    const group: DeliveryGroup = {
      id: `group:platform.events:0:${tasks[0]?.source.offset}`,
      startedAt: new Date().toISOString(),
      tasks,
    };
    return env.client.workflow.start<typeof deliveryGroup>(GROUP_ACTOR.workflowType, {
      taskQueue: GROUP_ACTOR.taskQueue,
      workflowId: group.id,
      args: [packGroup(group), { orders: [], known: null }],
    });
  };
  const shared = {
    connection: env.nativeConnection,
    workflowBundle,
    activities: createActivities({
      eventLog: {
        appendDeliveryEvents: (events, changes = []) => {
          recorded.push(...events);
          held.apply(changes);
          return Promise.resolve();
        },
        appendSubscriptionEvents: (events) => world.appendSubscription(events),
      },
      releases: { wake: (id) => void woken.push(id) },
      held,
      memory: { bytes: 0 },
      lingerMs: 0,
      agent,
      gates: {
        enter: (applicant) => world.gates.enter(applicant),
        openCircuits: () => 0,
        waiting: () => 0,
        onWire: () => 0,
      },
      takeRoom: () => world.hasRoom,
      startOwn: async (task, unfinished) => {
        await env.client.workflow.start<typeof delivery>(DELIVERY_ACTOR.workflowType, {
          taskQueue: DELIVERY_ACTOR.taskQueue,
          workflowId: task.deliveryId,
          args: [task, unfinished],
        });
      },
      recall: (ids) => {
        const last = recorded.filter((event) => ids.has(event.delivery_id));
        return Promise.resolve(new Map(last.map((event) => [event.delivery_id, event])));
      },
      lookUp: () => Promise.resolve(world.subscription),
      shutdown: new AbortController().signal,
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
      startGroup: async (group) => {
        await env.client.workflow.start<typeof deliveryGroup>(GROUP_ACTOR.workflowType, {
          taskQueue: GROUP_ACTOR.taskQueue,
          workflowId: group.id,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          args: [packGroup(group), { orders: [], known: null }],
        });
      },
      groupLimits: groupLimits(250),
      open: (sealed) => SECRETS[sealed] ?? '',
      now: temporalNow,
      random: () => world.jitter,
      newSpanId: () => '00f067aa0ba902b7',
    }),
  };
  /**
   * Resolves once the next attempt is the server's to begin. Asked to end before, the activity would fail after it was
   * asked, and this server, unlike a real one, begins such a one again.
   */
  const untilItWaits = async (running: WorkflowHandle): Promise<void> => {
    const isWaiting = async (): Promise<boolean> => {
      const { pendingActivities } = (await running.describe()).raw;
      return pendingActivities?.some(({ attempt }) => Number(attempt) > 1) === true;
    };
    while (!(await isWaiting())) await setImmediate();
  };
  const workers = await Promise.all(
    [
      DELIVERY_ACTOR.taskQueue,
      WORK_QUEUE,
      SUBSCRIPTION_ACTOR.taskQueue,
      BATCH_ACTOR.taskQueue,
      ENDPOINT_CHECKS.taskQueue,
    ].map((taskQueue) => Worker.create({ ...shared, taskQueue })),
  );
  const runs = workers.map((worker) => worker.run());

  return {
    env,
    receiver,
    recorded,
    disabled,
    flushed,
    woken,
    held,
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
        appendedAtMs: 1_705_314_605_123 + count,
        body: `{"event":"workflow.completed","timestamp":"2024-01-15T10:30:05.123Z","webhook_id":"${SUBSCRIPTION}","delivery_id":"${deliveryId}","data":{}}`,
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        ...more,
      };
    },
    start,
    untilItWaits,
    deliver: async (task: DeliveryTask) => (await start(task)).result(),
    /** Answers how a delivery ends whose second attempt was on the wire when it was cancelled, and came to `status`. */
    async cancelOnTheWire(task: DeliveryTask, status: number): Promise<DeliveryStatus> {
      const retried = new Promise<ServerResponse>((resolve) => {
        receiver.script.answer = (request, response) => {
          if (request.headers['x-broxi-attempt'] === '1') response.writeHead(503).end();
          else resolve(response);
        };
      });
      const running = await start(task);
      await untilItWaits(running);
      await running.signal(DELIVERY_ORDERS.retryNowSignal, 1);
      const answer = await retried;
      const ordersTaken = async (): Promise<number> => {
        const { events } = await running.fetchHistory();
        return (events ?? []).filter((event) => event.activityTaskCancelRequestedEventAttributes).length;
      };
      const takenBefore = await ordersTaken();
      await running.signal(DELIVERY_ORDERS.cancelSignal);
      while ((await ordersTaken()) === takenBefore) await setImmediate();
      answer.writeHead(status).end();
      return running.result();
    },
    startGroup,
    deliverGroup: async (tasks: readonly DeliveryTask[]) => (await startGroup(tasks)).result(),
    release: () =>
      env.client.workflow.execute<typeof release>(RELEASE_ACTOR.workflowType, {
        taskQueue: RELEASE_ACTOR.taskQueue,
        workflowId: releaseId(SUBSCRIPTION),
        args: [SUBSCRIPTION],
      }),
    /** How many rounds a release took that was told something in its first wait. */
    async releaseRounds(during: (wake: (inMs: number) => Promise<void>) => Promise<void>): Promise<number> {
      const handle = await env.client.workflow.start<typeof release>(RELEASE_ACTOR.workflowType, {
        taskQueue: RELEASE_ACTOR.taskQueue,
        workflowId: releaseId(SUBSCRIPTION),
        args: [SUBSCRIPTION],
      });
      const countOf = async (type: 'timerStarted' | 'activityTaskScheduled'): Promise<number> => {
        const { events } = await handle.fetchHistory();
        return (events ?? []).filter((event) => event[`${type}EventAttributes`]).length;
      };
      while ((await countOf('timerStarted')) === 0) await setImmediate();
      await during((inMs) => handle.signal(RELEASE_ACTOR.wakeSignal, inMs));
      await handle.result();
      return countOf('activityTaskScheduled');
    },
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(runs);
      await agent.close();
      await receiver.stop();
      await env.teardown();
    },
  };
}
