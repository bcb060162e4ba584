/**
 * `npm run histories` records test/histories anew: runs every way that a workflow can take on a Temporal that
 * skips time, and keeps what Temporal kept of it. To be run only after a change that is meant to break replay. With
 * names behind it (`npm run histories -- subscription-refused`) it keeps those alone: the ways that are new.
 */
import { WorkflowContinuedAsNewError } from '@temporalio/client';
import type { BatchAddress } from '../../domain/batch/batch-address.ts';
import type { BatchItem, BatchTerms } from '../../domain/batch/batch.ts';
import { releaseId } from '../../domain/deliver/carrier.ts';
import type { CircuitMove } from '../../domain/subscription/failure-watch.ts';
import { initialState } from '../../domain/subscription/subscription.ts';
import { createSendCommand } from '../../infra/temporal/subscription-actors.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed, SubscriptionCommand } from '../../schemas/subscription-log.ts';
import type { batch } from '../../workflows/batch.ts';
import {
  BATCH_ACTOR,
  ENDPOINT_CHECKS,
  FAILURE_WATCH,
  LONG_LIVED_ACTORS,
  SUBSCRIPTION_ACTOR,
} from '../../workflows/messages.ts';
import { itemAt, itemsFrom } from '../domain/batch/batch-items.ts';
import {
  ACCOUNT,
  type Answer,
  newGates,
  settingsFor,
  startDeliveryEnv,
  subscriptionTo,
} from './delivery-env.ts';
import { writeHistory } from './history-file.ts';

const stage = await startDeliveryEnv();
const { env, receiver, world } = stage;

const wanted: readonly string[] = process.argv.slice(2);

/** Without a run, the latest. */
async function keep(name: string, workflowId: string, runId?: string): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const history = await env.client.workflow.getHandle(workflowId, runId).fetchHistory();
  writeHistory(name, history);
  console.log(`${name}: ${history.events?.length ?? 0} events`);
}

const answering =
  (...statuses: readonly number[]): Answer =>
  (request, response) => {
    const attempt = Number(request.headers['x-broxi-attempt']);
    response.writeHead(statuses[Math.min(attempt, statuses.length) - 1] ?? 200).end();
  };

async function recordDelivery(
  name: string,
  answer: Answer,
  subscription = subscriptionTo(receiver.url),
): Promise<void> {
  receiver.script.answer = answer;
  world.subscription = subscription;
  const task = stage.task();
  await stage.deliver(task);
  await keep(name, task.deliveryId);
}

await recordDelivery('delivery-succeeded', answering(200));
await recordDelivery('delivery-retried', answering(503, 503, 200));
await recordDelivery('delivery-exhausted', answering(503));
await recordDelivery('delivery-gone', answering(410));
await recordDelivery(
  'delivery-cancelled',
  answering(200),
  subscriptionTo(receiver.url, { status: 'disabled' }),
);
await recordDelivery('delivery-held', answering(200), subscriptionTo(receiver.url, { status: 'paused' }));

world.subscription = subscriptionTo(receiver.url);
world.gates = newGates();
const cancelled = stage.task();
await stage.cancelOnTheWire(cancelled, 410);
await keep('delivery-cancelled-on-the-wire', cancelled.deliveryId);

receiver.script.answer = answering(200);
world.subscription = subscriptionTo(receiver.url);
await stage.release();
await keep('release-done', releaseId(world.subscription.id));

receiver.script.answer = answering(503, 200);
world.subscription = subscriptionTo(receiver.url, { status: 'paused' });
await stage.deliverGroup([stage.task()]);
world.subscription = subscriptionTo(receiver.url, { version: 2 });
await stage.releaseRounds(async (wake) => {
  await wake(3_600_000);
  await wake(2_000);
});
await keep('release-woken', releaseId(world.subscription.id));

stage.world.hasRoom = false;
receiver.script.answer = answering(503, 200);
const tasks = [stage.task(), stage.task()];
await stage.deliverGroup(tasks);
await keep('group-with-retries', `group:platform.events:0:${tasks[0]?.source.offset}`);

const address: BatchAddress = {
  accountId: ACCOUNT,
  subscriptionId: world.subscription.id,
  eventType: 'workflow.completed',
};
/** By size, by time and by hand, with an event that was written twice. */
async function recordBatches(name: string): Promise<void> {
  const tell = (items: readonly BatchItem[]) =>
    env.client.workflow.signalWithStart<typeof batch, [BatchTerms, readonly BatchItem[]]>('batch', {
      taskQueue: BATCH_ACTOR.taskQueue,
      workflowId: 'batch:recorded',
      args: [address, null],
      signal: BATCH_ACTOR.collectSignal,
      signalArgs: [{ version: 1, size: 10, timeoutMs: 30_000 }, items],
    });
  await tell(itemsFrom(0, 6));
  await tell([{ ...itemAt(6), eventId: itemAt(1).eventId }, ...itemsFrom(7, 12)]);
  await env.sleep(31_000);
  const actor = await tell(itemsFrom(12, 15));
  await actor.executeUpdate(BATCH_ACTOR.flushUpdate, { args: [2] });
  await tell(itemsFrom(15, 36));
  await actor.result();
  await keep(name, actor.workflowId);
}
await recordBatches('batch-flushed');

async function recordWatch(name: string, id: SubscriptionId): Promise<void> {
  const { circuitSignal, ...address } = FAILURE_WATCH;
  const at = (seconds: number) => `2024-01-15T10:30:${String(seconds).padStart(2, '0')}.000Z`;
  const watch = await env.client.workflow.start(address.workflowType, {
    ...address,
    workflowId: `failing:${id}`,
    args: [id],
  });
  for (const [second, state] of (['open', 'closed'] as const).entries()) {
    const move: CircuitMove = { accountId: ACCOUNT, host: 'example.com', state, at: at(second) };
    await watch.signal(circuitSignal, move);
  }
  await watch.result();
  await keep(name, watch.workflowId);
}
world.subscription = subscriptionTo(receiver.url);
await recordWatch('failure-watch-recovered', 'wh_recordedrecovered' as SubscriptionId);
world.failures = { since: '2024-01-15T10:30:00.000Z', latest: '2024-01-20T10:30:00.000Z' };
await recordWatch('failure-watch-disabled', 'wh_recordeddisabled' as SubscriptionId);

const send = createSendCommand(env.client, SUBSCRIPTION_ACTOR, 20_000);
const from = { actor: 'key:admin', accountId: ACCOUNT, expectedVersion: null };
const create: SubscriptionCommand = {
  ...from,
  type: 'CreateSubscription',
  settings: settingsFor('https://example.com/webhooks'),
  secret: 'v1.sealed' as Sealed,
  active: true,
};
const changes: SubscriptionCommand[] = [
  create,
  { ...from, type: 'UpdateSubscription', changes: { description: 'changed' }, secret: null, active: null },
  { ...from, type: 'PauseSubscription' },
  { ...from, type: 'PauseSubscription', expectedVersion: 99 },
  { ...from, type: 'ResumeSubscription' },
];
async function recordSubscription(
  name: string,
  id: SubscriptionId,
  commands: readonly SubscriptionCommand[],
): Promise<void> {
  world.subscription = initialState();
  for (const command of commands) await send(id, command);
  await keep(name, id);
}
await recordSubscription('subscription-changed', 'wh_recordedchanged' as SubscriptionId, changes);
await recordSubscription('subscription-deleted', 'wh_recordeddeleted' as SubscriptionId, [
  create,
  { ...from, type: 'DeleteSubscription' },
]);

await recordSubscription('subscription-refused', 'wh_recordedrefused' as SubscriptionId, [
  { ...from, type: 'PauseSubscription' },
]);

/** Keeps the first run of an actor that `renew` has begin another. */
async function recordRenewal(name: string, workflowId: string, renew: () => Promise<unknown>): Promise<void> {
  const { runId } = await env.client.workflow.getHandle(workflowId).describe();
  await renew();
  const ended = env.client.workflow.getHandle(workflowId, runId, { followRuns: false }).result();
  await ended.catch((error: unknown) => {
    if (!(error instanceof WorkflowContinuedAsNewError)) throw error;
  });
  await keep(name, workflowId, runId);
}

const RENEWED = 'wh_recordedrenewed' as SubscriptionId;
world.subscription = initialState();
await send(RENEWED, create);
await recordRenewal('subscription-renewed', RENEWED, () =>
  send(RENEWED, { ...from, type: 'ReencryptSubscription', resealed: {} }),
);

world.subscription = subscriptionTo(receiver.url);
const renewed: BatchAddress = { ...address, subscriptionId: world.subscription.id };
const terms: BatchTerms = { version: 1, size: 2, timeoutMs: 30_000 };
await env.client.workflow.signalWithStart(BATCH_ACTOR.workflowType, {
  taskQueue: BATCH_ACTOR.taskQueue,
  workflowId: 'batch:renewed',
  args: [renewed, null],
  signal: BATCH_ACTOR.collectSignal,
  signalArgs: [terms, itemsFrom(0, 3)],
});
const collecting = env.client.workflow.getHandle('batch:renewed');
await collecting.executeUpdate(BATCH_ACTOR.flushUpdate, { args: [2] });
await recordRenewal('batch-renewed', 'batch:renewed', () => collecting.signal(LONG_LIVED_ACTORS.renewSignal));

async function recordCheck(name: string, workflowType: string, ...args: readonly unknown[]): Promise<void> {
  const { taskQueue } = ENDPOINT_CHECKS;
  await env.client.workflow.execute(workflowType, { taskQueue, workflowId: name, args: [...args] });
  await keep(name, name);
}
await recordCheck('diagnosis-made', ENDPOINT_CHECKS.diagnosisWorkflowType, receiver.url);
await recordCheck('test-sent', ENDPOINT_CHECKS.testWorkflowType, stage.task());

// Ends the actors that would go on for ever; their histories are kept already.
for (const id of ['wh_recordedchanged', RENEWED, 'batch:renewed']) {
  await env.client.workflow.getHandle(id).terminate();
}
await stage.stop();
