/** The worker: carries out deliveries and the commands of subscriptions. Scale it by adding processes. */
import { Worker } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createActivities } from '../../activities/index.ts';
import { parseRetryAfterMs } from '../../domain/deliver/retry-after.ts';
import { operationalEventOf } from '../../domain/record/operational-event.ts';
import { createSubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import { createSealer } from '../../infra/crypto/sealed-secret.ts';
import { createGuardedAgent } from '../../infra/http/guarded-agent.ts';
import { createAppender } from '../../infra/kafka/appender.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createEventLog } from '../../infra/kafka/event-log.ts';
import { announceOn, createTell } from '../../infra/kafka/operational-events.ts';
import { createTopics, topicPlans } from '../../infra/kafka/topics.ts';
import { failuresOf } from '../../infra/postgres/failure-queries.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { runProgram, type ProgramContext, type RunningService } from '../../infra/process/program.ts';
import { followSubscriptions } from '../../infra/projections/follow-subscriptions.ts';
import { createFlushOpenBatches } from '../../infra/temporal/batch-actors.ts';
import { connectWorker, createClient, dataConverter } from '../../infra/temporal/client.ts';
import { startDelivery } from '../../infra/temporal/delivery-start.ts';
import { createFailureWatches, watchingFailures } from '../../infra/temporal/failure-watches.ts';
import { createSendCommand } from '../../infra/temporal/subscription-actors.ts';
import { forwardTemporalLogs } from '../../infra/temporal/logs.ts';
import {
  BATCH_ACTOR,
  DELIVERY_ACTOR,
  ENDPOINT_CHECKS,
  FAILURE_WATCH,
  SEARCH_ATTRIBUTES,
  SUBSCRIPTION_ACTOR,
} from '../../workflows/messages.ts';
import { workflowBundlePath } from './workflow-bundle.ts';

/** Requests on the wire at once. A hanging endpoint keeps its slots for its whole timeout. */
const ATTEMPTS_AT_ONCE = 500;
/** Endpoints tried at once: whoever asks for more waits, and costs deliveries nothing. */
const CHECKS_AT_ONCE = 20;
/** Longer than this no command waits for its subscription's actor. */
const COMMAND_PATIENCE_MS = 20_000;

await runProgram({ name: 'worker', healthPort: (config) => config.ports.workerHealth, start });

async function start({ config, logger, keys, crash }: ProgramContext): Promise<RunningService> {
  forwardTemporalLogs(logger);
  const kafka = createKafka(config.kafka, 'webhooks-worker', logger);
  await createTopics(kafka, topicPlans(config.eventTopics));
  const directory = createSubscriptionDirectory();
  const log = await followSubscriptions(kafka, config.databaseUrl, logger, {
    name: 'worker',
    onState: directory.restore,
    onEvent: directory.apply,
    onCrash: crash,
  });
  await log.caughtUp();

  const sealer = createSealer(keys);
  const appender = await createAppender(kafka, logger);
  const { allowedNetworks, egressProxy } = config;
  const agent = createGuardedAgent({ allowedNetworks, egressProxy, parseRetryAfterMs });
  const connection = await connectWorker(config.temporal);
  const client = createClient(connection, config.temporal.namespace, keys);
  const pool = createPool(config.databaseUrl, logger);
  const operationalTopic = config.eventTopics[0]!;
  const activities = createActivities({
    eventLog: watchingFailures(
      createEventLog(
        appender,
        announceOn(operationalTopic, (fact) => operationalEventOf(fact, sha256)),
      ),
      createFailureWatches(client, FAILURE_WATCH, logger),
    ),
    tell: createTell(appender, operationalTopic),
    failuresOf: (id, after) => failuresOf(pool, id, after),
    agent,
    lookUp: (id, version) => directory.atLeast(id, version),
    get: (id) => directory.get(id),
    caughtUp: () => log.caughtUp(),
    flushOpenBatches: createFlushOpenBatches(client, BATCH_ACTOR, COMMAND_PATIENCE_MS),
    startDelivery: (task, url) =>
      startDelivery(
        client,
        { ...DELIVERY_ACTOR, searchAttributes: SEARCH_ATTRIBUTES },
        { task, url, state: 'pending' },
      ),
    sendCommand: createSendCommand(client, SUBSCRIPTION_ACTOR, COMMAND_PATIENCE_MS),
    open: (sealed, id) => {
      const opened = sealer.open(sealed, id);
      if (!opened.ok) throw new Error(`a secret of ${id} cannot be opened: ${opened.failure}`);
      return opened.plain;
    },
    now: () => new Date(),
    random: () => Math.random(),
    newSpanId: () => randomBytes(8).toString('hex'),
  });

  const shared = {
    connection,
    namespace: config.temporal.namespace,
    dataConverter: dataConverter(keys),
    workflowBundle: { code: await readFile(workflowBundlePath(), 'utf8') },
    activities,
    // What is cut off then is attempted again, so it stays below what an orchestrator waits before it kills.
    shutdownGraceTime: '15 seconds',
  } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: DELIVERY_ACTOR.taskQueue,
      maxConcurrentLocalActivityExecutions: ATTEMPTS_AT_ONCE,
      maxConcurrentActivityTaskExecutions: ATTEMPTS_AT_ONCE,
      // A first attempt keeps its workflow task open, so there must be as many of those.
      maxConcurrentWorkflowTaskExecutions: ATTEMPTS_AT_ONCE,
      maxCachedWorkflows: 2 * ATTEMPTS_AT_ONCE,
    }),
    Worker.create({ ...shared, taskQueue: SUBSCRIPTION_ACTOR.taskQueue }),
    Worker.create({ ...shared, taskQueue: BATCH_ACTOR.taskQueue }),
    Worker.create({
      ...shared,
      taskQueue: ENDPOINT_CHECKS.taskQueue,
      maxConcurrentActivityTaskExecutions: CHECKS_AT_ONCE,
    }),
  ]);
  const runs = workers.map((worker) => worker.run());
  for (const run of runs) run.catch(crash);

  return {
    isReady: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(runs);
      await agent.close();
      await appender.close();
      await log.stop();
      await connection.close();
      await pool.end();
    },
  };
}
