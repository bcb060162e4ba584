/**
 * The process of first-attempts.ts. It has a small worker on the connection on which it starts workflows, which is what
 * Temporal asks of an eager start; all that comes after the first attempt is done by the `worker`. It ends once the
 * router lets go of it, or dies, and what it has on the wire has ended.
 */
import { readFile } from 'node:fs/promises';
import { attemptDeps } from '../../activities/attempt-deps.ts';
import { createAttemptDelivery } from '../../activities/attempt-delivery.ts';
import { createMakeAttempt } from '../../activities/make-attempt.ts';
import { shareRecalls } from '../../activities/recall.ts';
import { releaseId } from '../../domain/deliver/carrier.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import { createAppender } from '../../infra/kafka/appender.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { recallDeliveries } from '../../infra/kafka/recall-deliveries.ts';
import { logFile } from '../../infra/process/data-dir.ts';
import { createDialogue } from '../../infra/process/dialogue.ts';
import { readEnvironment } from '../../infra/process/environment.ts';
import { createLogger } from '../../infra/telemetry.ts';
import { connectWorker, createClient, dataConverter } from '../../infra/temporal/client.ts';
import { createEagerSlots } from '../../infra/temporal/eager-slots.ts';
import { startDelivery } from '../../infra/temporal/delivery-start.ts';
import { forwardTemporalLogs } from '../../infra/temporal/logs.ts';
import { createReleases } from '../../infra/temporal/releases.ts';
import { SHUTDOWN_GRACE_MS, workersEnded } from '../../infra/temporal/worker-shutdown.ts';
import { workflowBundlePath } from '../../infra/temporal/workflow-bundle.ts';
import { createWorkers } from '../../infra/temporal/workers.ts';
import {
  DELIVERY_ACTOR,
  FAILURE_WATCH,
  RELEASE_ACTOR,
  RELEASE_WOKEN_EVERY_MS,
} from '../../workflows/messages.ts';
import { createEarlyAttempts } from './early-attempts.ts';
import { type AskedOfRouter, type Beginning, type Begun, MOST_UNDER_WAY } from './first-attempts.ts';

let end = (): void => process.exit(0);
process.once('disconnect', () => end());
// The router tells it when to end; Ctrl-C in a terminal reaches both.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

const { config, keys } = readEnvironment();
const logger = createLogger('router', config.logLevel, logFile(config.dataDir, 'router'));
const leave = (error: unknown): never => {
  logger.fatal({ err: error }, 'the process that begins deliveries cannot go on');
  process.exit(1);
};
process.on('uncaughtException', leave);
process.on('unhandledRejection', leave);

forwardTemporalLogs(logger);
const kafka = createKafka(config.kafka, 'webhooks-router', logger);
const appender = await createAppender(kafka, logger);
const connection = await connectWorker(config.temporal);
const { namespace } = config.temporal;
const client = createClient(connection, namespace, keys);
const cutOff = new AbortController();

const ask = createDialogue<AskedOfRouter, unknown, Beginning>(process, async (beginning) => {
  const started = await startDelivery(client, DELIVERY_ACTOR, {
    ...beginning,
    state: 'pending',
    isEager: true,
  });
  if (started !== 'here') return 'elsewhere' satisfies Begun;
  // Once the worker ends nobody waits for what is begun, and the task of the workflow goes to another one.
  if (worker.getState() === 'RUNNING') early.begin(beginning.task);
  return 'here' satisfies Begun;
});

const deps = attemptDeps({
  config,
  client,
  directory: {
    atLeast: async (id, version) => (await ask({ ask: 'subscription', id, version })) as Subscription,
  },
  appender,
  keys,
  logger,
  releases: createReleases(client, { ...RELEASE_ACTOR, idOf: releaseId }, RELEASE_WOKEN_EVERY_MS, logger),
  watch: FAILURE_WATCH,
  shutdown: cutOff.signal,
});
const attemptDelivery = createAttemptDelivery({
  ...deps,
  makeAttempt: createMakeAttempt(deps),
  recall: shareRecalls((ids, sinceMs, signal) => recallDeliveries(kafka, logger, ids, sinceMs, signal)),
});

const early = createEarlyAttempts(async (task, number, begunMs) => {
  try {
    return await attemptDelivery(task, number, begunMs);
  } finally {
    // The router may be gone; then nobody needs to know.
    ask({ ask: 'over', id: task.deliveryId }).catch(() => undefined);
  }
});

const [worker] = await createWorkers([
  {
    connection,
    namespace,
    dataConverter: dataConverter(keys),
    workflowBundle: { code: await readFile(workflowBundlePath(), 'utf8') },
    activities: { attemptDelivery: early.attemptDelivery },
    taskQueue: DELIVERY_ACTOR.taskQueue,
    enableNonLocalActivities: false,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    tuner: {
      workflowTaskSlotSupplier: createEagerSlots(MOST_UNDER_WAY),
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: MOST_UNDER_WAY },
      activityTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
    },
    maxCachedWorkflows: MOST_UNDER_WAY,
  },
]);
const run = worker.run();
run.catch(leave);

end = (): void => {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  workersEnded([run, early.ended()], cutOff)
    .then(() => Promise.all([deps.agent.close(), appender.close()]))
    .then(() => connection.close())
    .then(() => {
      logger.flush();
      process.exit(0);
    }, leave);
};
if (process.connected) await ask({ ask: 'ready' });
else end();
