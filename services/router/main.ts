/** The router: `platform.events` in, durable deliveries out. Scale it by adding processes, up to the partitions. */
import { Counter } from 'prom-client';
import { releaseId } from '../../domain/deliver/carrier.ts';
import { groupLimits } from '../../domain/deliver/grouping.ts';
import { createSubscriptionIndex } from '../../domain/match/subscription-index.ts';
import { createSubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { keepAdmin } from '../../infra/kafka/admin.ts';
import { createAppender } from '../../infra/kafka/appender.ts';
import { startChunkConsumer } from '../../infra/kafka/chunk-consumer.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createEventLog } from '../../infra/kafka/event-log.ts';
import { measureLag } from '../../infra/kafka/lag.ts';
import { recordedDeliveries } from '../../infra/kafka/recall-deliveries.ts';
import { followEventTypes } from '../../infra/kafka/event-type-log.ts';
import { createTopics, topicPlans } from '../../infra/kafka/topics.ts';
import { createPackedMap } from '../../infra/packed/packed-map.ts';
import { findPlaces } from '../../infra/postgres/known-places.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { runProgram, type ProgramContext, type RunningService } from '../../infra/process/program.ts';
import { followSubscriptions } from '../../infra/projections/follow-subscriptions.ts';
import { createBacklog } from '../../infra/temporal/backlog.ts';
import { connectWorker, createClient } from '../../infra/temporal/client.ts';
import { forwardTemporalLogs } from '../../infra/temporal/logs.ts';
import { createReleases } from '../../infra/temporal/releases.ts';
import { GROUP_ACTOR, RELEASE_ACTOR, RELEASE_WOKEN_EVERY_MS } from '../../workflows/messages.ts';
import { createDispatch } from './dispatch.ts';
import { createEnterLanes } from './enter-lanes.ts';
import { fewLargeAtOnce } from './few-large-at-once.ts';
import { startFirstAttempts } from './first-attempts.ts';
import { followMatchable } from './follow-matchable.ts';
import { createHandOver } from './hand-over.ts';
import { createKnownDeliveries } from './known-deliveries.ts';
import { onceCaughtUp } from './once-caught-up.ts';
import { createTemporalBatches } from './temporal-batches.ts';
import { createTemporalCarriers } from './temporal-carriers.ts';

const GROUP_ID = 'webhooks-router';
/** How many records are taken, handed over and committed at once. */
const CHUNK_RECORDS = 1_000;
/** While more groups wait than this, and than workers take within seconds, reading stops: Kafka keeps what comes in. */
const GROUPS_WAITING = 10;

await runProgram({ name: 'router', healthPort: (config) => config.ports.routerHealth, start });

async function start({ config, logger, metrics, keys, crash }: ProgramContext): Promise<RunningService> {
  forwardTemporalLogs(logger);
  const kafka = createKafka(config.kafka, 'webhooks-router', logger);
  await createTopics(kafka, topicPlans(config.eventTopics));
  const directory = createSubscriptionDirectory(createPackedMap());
  const index = createSubscriptionIndex();
  const log = await followSubscriptions(kafka, config.databaseUrl, logger, {
    name: 'router',
    ...followMatchable(directory, index),
    onCrash: crash,
  });
  const eventTypes = await followEventTypes(kafka, logger, 'router', crash);
  // Matching against half of the subscriptions would lose events, and nobody would know.
  await Promise.all([log.caughtUp(), eventTypes.tail.caughtUp()]);
  logger.info({ subscriptions: directory.size }, 'the subscriptions are loaded');

  const appender = await createAppender(kafka, logger);
  const pool = createPool(config.databaseUrl, logger);
  const connection = await connectWorker(config.temporal);
  const client = createClient(connection, config.temporal.namespace, keys);
  const releases = createReleases(
    client,
    { ...RELEASE_ACTOR, idOf: releaseId },
    RELEASE_WOKEN_EVERY_MS,
    logger,
  );
  const firstAttempts = await startFirstAttempts({
    lookUp: (id, version) => directory.atLeast(id, version),
    onCrash: crash,
  });
  const counters = {
    events: new Counter({
      name: 'webhooks_router_records_total',
      help: 'Records read from the event topics.',
      registers: [metrics],
    }),
    dead_letters: new Counter({
      name: 'webhooks_router_dead_letters_total',
      help: 'Records that are no events.',
      registers: [metrics],
    }),
    deliveries: new Counter({
      name: 'webhooks_router_deliveries_total',
      help: 'Deliveries handed to Temporal.',
      registers: [metrics],
    }),
    collected: new Counter({
      name: 'webhooks_router_collected_events_total',
      help: 'Events handed to Temporal to be delivered in batches, once for each subscription.',
      registers: [metrics],
    }),
  };
  const admin = keepAdmin(kafka);
  measureLag(metrics, admin, [{ groupId: GROUP_ID, topics: config.eventTopics }]);
  const dispatch = createDispatch(
    {
      batches: createTemporalBatches(client, directory, logger),
      appender,
      directory,
      index,
      eventTypes: eventTypes.catalogue,
      known: createKnownDeliveries((ids) => findPlaces(pool, ids), logger),
      enterLanes: createEnterLanes({
        eventLog: createEventLog(appender),
        directory,
        recorded: (ids, sinceMs, signal) => recordedDeliveries(kafka, logger, ids, sinceMs, signal),
        releases,
        logger,
      }),
      handOver: createHandOver({
        carriers: createTemporalCarriers(
          client,
          directory,
          createBacklog(client, GROUP_ACTOR.taskQueue, GROUPS_WAITING, logger),
          firstAttempts,
        ),
        eventLog: createEventLog(appender),
        limits: groupLimits(config.deliveriesPerWorkflow),
        logger,
      }),
      logger,
      count: (what, by) => counters[what].inc(by),
    },
    CHUNK_RECORDS,
  );
  const consumer = await startChunkConsumer(kafka, logger, {
    groupId: GROUP_ID,
    topics: config.eventTopics,
    maxRecords: CHUNK_RECORDS,
    partitionsAtOnce: 6,
    commits: 'each_chunk',
    onCrash: crash,
    handle: fewLargeAtOnce(onceCaughtUp([log, eventTypes.tail], logger, dispatch)),
  });

  return {
    isReady: () => consumer.isReady(),
    async stop() {
      await consumer.stop();
      await firstAttempts.stop();
      await Promise.all([appender.close(), admin.close()]);
      await pool.end();
      await Promise.all([log.stop(), eventTypes.tail.stop()]);
      await connection.close();
    },
  };
}
