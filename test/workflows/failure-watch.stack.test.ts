/** The watch of a failing subscription on a Temporal that skips time. What it sees and tells is scripted and kept. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import type { CircuitMove, FailureLook } from '../../domain/subscription/failure-watch.ts';
import { timeSkippingServerPath } from '../../infra/local-stack/time-skipping-server.ts';
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { failureWatch } from '../../workflows/failure-watch.ts';
import { FAILURE_WATCH } from '../../workflows/messages.ts';
import { bundleWorkflows } from './bundle-workflows.ts';

const accountId = 'acme' as AccountId;
const ACTIVE = { accountId, autoDisableAfterSeconds: 432_000 };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let env: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;
/** Since when everything fails, in Temporal's time; null where nothing does. */
let failingSinceMs: number | null;
let latestMs: number | null;
let active: FailureLook['active'];
let told: string[];
let count = 0;

const activities: Pick<Activities, 'lookAtFailures' | 'tellHealth' | 'disableSubscription'> = {
  async lookAtFailures() {
    const now = await env.currentTimeMs();
    return {
      active,
      failures:
        failingSinceMs === null
          ? null
          : {
              since: new Date(failingSinceMs).toISOString(),
              latest: new Date(latestMs ?? now).toISOString(),
            },
      latestSuccess: null,
    };
  },
  async tellHealth(_id, news) {
    told.push(`${news.type} ${news.endpoint.host}`);
  },
  async disableSubscription(account, id, reason) {
    const days = ((await env.currentTimeMs()) - (failingSinceMs ?? 0)) / DAY;
    told.push(`disabled ${account} ${id} ${reason} after ${Math.round(days * 100) / 100} days`);
  },
};

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const path = await timeSkippingServerPath(() => undefined);
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: FAILURE_WATCH.taskQueue,
    workflowBundle: await bundleWorkflows(),
    activities,
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await env.teardown();
});
beforeEach(async () => {
  failingSinceMs = await env.currentTimeMs();
  latestMs = null;
  active = ACTIVE;
  told = [];
});

const subscriptionOf = (): SubscriptionId =>
  `wh_watched${String(++count).padStart(4, '0')}` as SubscriptionId;
const start = (id: SubscriptionId) =>
  env.client.workflow.start<typeof failureWatch>(FAILURE_WATCH.workflowType, {
    taskQueue: FAILURE_WATCH.taskQueue,
    workflowId: `failing:${id}`,
    args: [id],
  });
const circuit = async (host: string, state: CircuitMove['state']): Promise<CircuitMove> => ({
  accountId,
  host,
  state,
  at: new Date(await env.currentTimeMs()).toISOString(),
});

it('disables a subscription after five days of nothing but failure', async () => {
  const id = subscriptionOf();
  await (await start(id)).result();
  expect(told).toEqual([`disabled acme ${id} auto_disabled after 5 days`]);
});

it('ends without a word where a success came in between', async () => {
  const watch = await start(subscriptionOf());
  await env.sleep(3 * DAY);
  failingSinceMs = null;
  await watch.result();
  expect(told).toEqual([]);
});

it('counts from the first failure after the latest success', async () => {
  const id = subscriptionOf();
  const watch = await start(id);
  await env.sleep(2 * DAY + HOUR);
  failingSinceMs = await env.currentTimeMs();
  await watch.result();
  expect(told).toEqual([`disabled acme ${id} auto_disabled after 5 days`]);
});

it('takes up a shorter time within a day', async () => {
  const id = subscriptionOf();
  const watch = await start(id);
  await env.sleep(DAY + HOUR);
  active = { accountId, autoDisableAfterSeconds: 90_000 };
  await watch.result();
  expect(told).toEqual([`disabled acme ${id} auto_disabled after 2 days`]);
});

it('ends while the subscription is paused', async () => {
  active = null;
  await (await start(subscriptionOf())).result();
  expect(told).toEqual([]);
});

it('ends where nobody has tried for days', async () => {
  latestMs = failingSinceMs;
  await (await start(subscriptionOf())).result();
  expect(told).toEqual([]);
});

it('tells once that an endpoint is degraded, and once that it has recovered', async () => {
  const watch = await start(subscriptionOf());
  for (const state of ['open', 'open', 'closed', 'closed', 'open', 'closed'] as const) {
    await watch.signal(FAILURE_WATCH.circuitSignal, await circuit('example.com', state));
    await env.sleep('1 minute');
  }
  failingSinceMs = null;
  await watch.result();
  expect(told).toEqual([
    'degraded example.com',
    'recovered example.com',
    'degraded example.com',
    'recovered example.com',
  ]);
});

it('tells of a circuit that it was started for', async () => {
  const id = subscriptionOf();
  const watch = await env.client.workflow.signalWithStart<typeof failureWatch, [CircuitMove]>(
    FAILURE_WATCH.workflowType,
    {
      taskQueue: FAILURE_WATCH.taskQueue,
      workflowId: `failing:${id}`,
      args: [id],
      signal: FAILURE_WATCH.circuitSignal,
      signalArgs: [await circuit('example.com', 'open')],
    },
  );
  await watch.result();
  expect(told).toEqual(['degraded example.com', `disabled acme ${id} auto_disabled after 5 days`]);
});
