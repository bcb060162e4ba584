/** The worker: carries out deliveries and the commands of subscriptions. Scale it by adding processes. */
import { readFile } from 'node:fs/promises';
import { attemptDeps } from '../../activities/attempt-deps.ts';
import { createActivities } from '../../activities/index.ts';
import { shareRecalls } from '../../activities/recall.ts';
import type { ReleaseMemory } from '../../activities/release-line.ts';
import { releaseId } from '../../domain/deliver/carrier.ts';
import { groupLimits } from '../../domain/deliver/grouping.ts';
import { createSubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { type Bucket, takeToken } from '../../domain/token-bucket.ts';
import { keepAdmin } from '../../infra/kafka/admin.ts';
import { createAppender } from '../../infra/kafka/appender.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createTell } from '../../infra/kafka/operational-events.ts';
import { recallDeliveries } from '../../infra/kafka/recall-deliveries.ts';
import { createTopics, endOffsets, HELD_DELIVERIES, topicPlans } from '../../infra/kafka/topics.ts';
import { createPackedMap } from '../../infra/packed/packed-map.ts';
import { failuresOf } from '../../infra/postgres/failure-queries.ts';
import { createHeldDeliveries } from '../../infra/postgres/held-deliveries.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { runProgram, type ProgramContext, type RunningService } from '../../infra/process/program.ts';
import { followSubscriptions } from '../../infra/projections/follow-subscriptions.ts';
import { createFlushOpenBatches } from '../../infra/temporal/batch-actors.ts';
import { connectWorker, createClient, dataConverter } from '../../infra/temporal/client.ts';
import { createWorkers } from '../../infra/temporal/workers.ts';
import { startDelivery } from '../../infra/temporal/delivery-start.ts';
import { startGroup } from '../../infra/temporal/group-start.ts';
import { createReleases } from '../../infra/temporal/releases.ts';
import { createSendCommand } from '../../infra/temporal/subscription-actors.ts';
import { SHUTDOWN_GRACE_MS, workersEnded } from '../../infra/temporal/worker-shutdown.ts';
import { createWorkSlots } from '../../infra/temporal/work-slots.ts';
import { forwardTemporalLogs } from '../../infra/temporal/logs.ts';
import {
  BATCH_ACTOR,
  DELIVERY_ACTOR,
  ENDPOINT_CHECKS,
  FAILURE_WATCH,
  GROUP_ACTOR,
  RELEASE_ACTOR,
  RELEASE_LINGER_MS,
  SUBSCRIPTION_ACTOR,
  WORK_QUEUE,
} from '../../workflows/messages.ts';
import { workflowBundlePath } from '../../infra/temporal/workflow-bundle.ts';
import { createRetryCounter, measureWorker } from './metrics.ts';
import { sweepHeld } from './sweep-held.ts';

/** Deliveries with a workflow of their own that make their first attempt at once: some may hang for long. */
const ATTEMPTS_AT_ONCE = 400;
/** Groups, retries and releases at once. Small groups are many, and each stays as long as its slowest delivery. */
const WORK_AT_ONCE = 2_000;
/** How many of their workflows, with all that is in them, are kept in memory; of others the history is read again. */
const WORKFLOWS_KEPT = 100;
/**
 * One thread runs them, so more would only wait, each with the deliveries of its group in several forms: with 40 the worker
 * took 140 MiB more whenever groups had piled up.
 */
const WORKFLOW_TASKS_AT_ONCE = 8;
/**
 * No further group is taken while so many attempts wait for their turn, or their outcomes for Kafka: taken earlier, it is not
 * done sooner.
 */
const ATTEMPTS_WAITING = 1_000;
/** Nor while so many are on the wire, which bounds sockets and memory when most endpoints hang. */
const ATTEMPTS_ON_WIRE = 10_000;
/** Each takes a group before anybody knows how long its deliveries will wait. */
const WORK_POLLERS = 3;
/** Endpoints tried at once: whoever asks for more waits, and costs deliveries nothing. */
const CHECKS_AT_ONCE = 20;
/** So long after a wake-up of a release, others for the same subscription are left out. */
const WAKE_QUIET_MS = 1_000;
/** Longer than this no command waits for its subscription's actor. */
const COMMAND_PATIENCE_MS = 20_000;

await runProgram({ name: 'worker', healthPort: (config) => config.ports.workerHealth, start });

async function start({ config, logger, metrics, keys, crash }: ProgramContext): Promise<RunningService> {
  forwardTemporalLogs(logger);
  const kafka = createKafka(config.kafka, 'webhooks-worker', logger);
  await createTopics(kafka, topicPlans(config.eventTopics));
  const pool = createPool(config.databaseUrl, logger);
  const connection = await connectWorker(config.temporal);
  const client = createClient(connection, config.temporal.namespace, keys);
  const directory = createSubscriptionDirectory(createPackedMap());
  const admin = keepAdmin(kafka);
  const held = createHeldDeliveries(pool, HELD_DELIVERIES, () =>
    admin.ask((asked) => endOffsets(asked, HELD_DELIVERIES)),
  );
  const releases = createReleases(client, { ...RELEASE_ACTOR, idOf: releaseId }, WAKE_QUIET_MS, logger);
  const sweep = sweepHeld({ held, directory, releases, now: () => new Date(), logger });
  const log = await followSubscriptions(kafka, config.databaseUrl, logger, {
    name: 'worker',
    onState: directory.restore,
    onEvent(event) {
      // Any change: a corrected url may take what the one before did not.
      if (directory.apply(event) !== null) sweep.look(event.subscription_id);
    },
    onCrash: crash,
  });
  await log.caughtUp();
  sweep.start();

  const appender = await createAppender(kafka, logger);
  const cutOff = new AbortController();
  const deps = attemptDeps({
    config,
    client,
    directory,
    appender,
    keys,
    logger,
    releases,
    watch: FAILURE_WATCH,
    shutdown: cutOff.signal,
  });
  let room: Bucket | null = null;
  const retries = createRetryCounter(metrics);
  const memory: ReleaseMemory = { bytes: 0 };
  const activities = createActivities({
    ...deps,
    held,
    memory,
    lingerMs: RELEASE_LINGER_MS,
    recall: shareRecalls((ids, sinceMs, signal) => recallDeliveries(kafka, logger, ids, sinceMs, signal)),
    async startOwn(task, unfinished) {
      await startDelivery(client, DELIVERY_ACTOR, { task, url: null, state: 'retrying', unfinished });
    },
    takeRoom: () => {
      const perSecond = config.retryWorkflowsPerSecond;
      const taken = perSecond > 0 && takeToken({ perSecond, burst: perSecond }, room, performance.now());
      if (taken !== false) room = taken.bucket;
      const hasRoom = taken !== false && taken.ok;
      retries.inc({ carrier: hasRoom ? 'own' : 'group' });
      return hasRoom;
    },
    tell: createTell(appender, config.eventTopics[0]!),
    failuresOf: (id, after) => failuresOf(pool, id, after),
    get: (id) => directory.get(id),
    caughtUp: () => log.caughtUp(),
    flushOpenBatches: createFlushOpenBatches(client, BATCH_ACTOR, COMMAND_PATIENCE_MS),
    async startDelivery(task, url) {
      await startDelivery(client, DELIVERY_ACTOR, { task, url, state: 'pending' });
    },
    async startGroup(group) {
      await startGroup(client, GROUP_ACTOR, group);
    },
    groupLimits: groupLimits(config.deliveriesPerWorkflow),
    sendCommand: createSendCommand(client, SUBSCRIPTION_ACTOR, COMMAND_PATIENCE_MS),
  });
  const work = createWorkSlots({
    most: WORK_AT_ONCE,
    isFull: () =>
      deps.gates.waiting() + appender.pending() >= ATTEMPTS_WAITING ||
      deps.gates.onWire() >= ATTEMPTS_ON_WIRE,
  });
  measureWorker(metrics, { gates: deps.gates, work, memory });

  const shared = {
    connection,
    namespace: config.temporal.namespace,
    dataConverter: dataConverter(keys),
    workflowBundle: { code: await readFile(workflowBundlePath(), 'utf8') },
    activities,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
  } as const;
  const workers = await createWorkers([
    {
      ...shared,
      taskQueue: DELIVERY_ACTOR.taskQueue,
      maxConcurrentLocalActivityExecutions: ATTEMPTS_AT_ONCE,
      // A first attempt keeps its workflow task open, so there must be as many of those.
      maxConcurrentWorkflowTaskExecutions: ATTEMPTS_AT_ONCE,
      maxCachedWorkflows: 2 * ATTEMPTS_AT_ONCE,
      enableNonLocalActivities: false,
    },
    {
      ...shared,
      taskQueue: WORK_QUEUE,
      tuner: {
        workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: WORKFLOW_TASKS_AT_ONCE },
        activityTaskSlotSupplier: work,
        localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
        nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      },
      maxConcurrentActivityTaskPolls: WORK_POLLERS,
      maxCachedWorkflows: WORKFLOWS_KEPT,
      // A retry's progress is what a worker that dies leaves behind: it may not be older than this.
      defaultHeartbeatThrottleInterval: '1 second',
      maxHeartbeatThrottleInterval: '1 second',
    },
    { ...shared, taskQueue: SUBSCRIPTION_ACTOR.taskQueue },
    { ...shared, taskQueue: BATCH_ACTOR.taskQueue },
    {
      ...shared,
      taskQueue: ENDPOINT_CHECKS.taskQueue,
      maxConcurrentActivityTaskExecutions: CHECKS_AT_ONCE,
    },
  ]);
  const runs = workers.map((worker) => worker.run());
  for (const run of runs) run.catch(crash);

  return {
    isReady: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    async stop() {
      sweep.stop();
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await workersEnded(runs, cutOff);
      await deps.agent.close();
      await Promise.all([appender.close(), admin.close()]);
      await log.stop();
      await connection.close();
      await pool.end();
    },
  };
}
