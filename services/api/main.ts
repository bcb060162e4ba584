/** The API: commands to the actors, answers from memory and from the read models. Scale it by adding processes. */
import { createApiKeyDirectory } from '../../domain/api-key/directory.ts';
import { createApiKeyUses } from '../../domain/api-key/uses.ts';
import { statsOf } from '../../domain/record/stats.ts';
import { isGroupId, releaseId } from '../../domain/deliver/carrier.ts';
import { createSubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { createSealer } from '../../infra/crypto/sealed-secret.ts';
import { createApiKeyLog, followApiKeyLog } from '../../infra/kafka/api-key-log.ts';
import { createAppender } from '../../infra/kafka/appender.ts';
import { createAuditLog } from '../../infra/kafka/audit-log.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createEventLog } from '../../infra/kafka/event-log.ts';
import { createEventTypeLog, followEventTypes } from '../../infra/kafka/event-type-log.ts';
import { readSubscriptionHistory } from '../../infra/kafka/subscription-history.ts';
import { createTopics, topicPlans } from '../../infra/kafka/topics.ts';
import { createAuditQueries } from '../../infra/postgres/audit-queries.ts';
import { createDeliveryQueries } from '../../infra/postgres/delivery-queries.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { runProgram, type ProgramContext, type RunningService } from '../../infra/process/program.ts';
import { followSubscriptions } from '../../infra/projections/follow-subscriptions.ts';
import { createFlushOpenBatches } from '../../infra/temporal/batch-actors.ts';
import { connectClient, createClient } from '../../infra/temporal/client.ts';
import { heldDeliveryOf } from '../../infra/postgres/held-deliveries.ts';
import { createReleases } from '../../infra/temporal/releases.ts';
import { createDeliveryOrders } from '../../infra/temporal/delivery-orders.ts';
import { countRunningSince, renewStartedBefore } from '../../infra/temporal/running-workflows.ts';
import { createSendCommand } from '../../infra/temporal/subscription-actors.ts';
import {
  BATCH_ACTOR,
  DELIVERY_ACTOR,
  DELIVERY_ORDERS,
  GROUP_ACTOR,
  LONG_LIVED_ACTORS,
  RELEASE_ACTOR,
  SUBSCRIPTION_ACTOR,
} from '../../workflows/messages.ts';
import { createAdmit } from './admit.ts';
import { createAuthenticate } from './authenticate.ts';
import { appenderOfRequests } from './away.ts';
import { createEndpointChecks } from './endpoint-checks.ts';
import { keepUses } from './keep-uses.ts';
import { auditReadModel, orUnavailable, readModels } from './read-models.ts';
import { createRecordAudit } from './record-audit.ts';
import { createReencrypt } from './reencrypt.ts';
import { createServer } from './server.ts';
import { createSubscriptionCommands } from './subscription-commands.ts';

/** A change is answered with 503 when no worker has taken it by then. */
const COMMAND_PATIENCE_MS = 15_000;

/** A person's orders come one by one: each counts at once. */
const WAKE_QUIET_MS = 0;

await runProgram({ name: 'api', healthPort: null, start });

async function start({ config, logger, metrics, keys, crash }: ProgramContext): Promise<RunningService> {
  if (config.adminKey === null) throw new Error('WEBHOOKS_API_KEY: expected at least 16 characters');
  const kafka = createKafka(config.kafka, 'webhooks-api', logger);
  await createTopics(kafka, topicPlans(config.eventTopics));
  await migrate(config.databaseUrl);
  const directory = createSubscriptionDirectory();
  const apiKeys = createApiKeyDirectory();
  const apiKeyUses = createApiKeyUses();
  const logs = await Promise.all([
    followSubscriptions(kafka, config.databaseUrl, logger, {
      name: 'api',
      onState: directory.restore,
      onEvent: directory.apply,
      onCrash: crash,
    }),
    followApiKeyLog(kafka, logger, 'api', {
      onEvent: apiKeys.apply,
      onUse: apiKeyUses.apply,
      onCrash: crash,
    }),
  ]);
  const followedTypes = await followEventTypes(kafka, logger, 'api', crash);
  logs.push(followedTypes.tail);
  await Promise.all(logs.map((log) => log.caughtUp()));

  const pool = createPool(config.databaseUrl, logger);
  const appender = await createAppender(kafka, logger);
  const asked = appenderOfRequests(appender);
  const connection = await connectClient(config.temporal);
  const client = createClient(connection, config.temporal.namespace, keys);
  const sealer = createSealer(keys);
  const send = createSendCommand(client, SUBSCRIPTION_ACTOR, COMMAND_PATIENCE_MS);
  const keptUses = keepUses(apiKeyUses, createApiKeyLog(appender), logger);
  let ready = true;
  const server = createServer({
    admit: createAdmit({ authenticate: createAuthenticate(config.adminKey, apiKeys), uses: apiKeyUses }),
    apiKeys,
    apiKeyUses,
    apiKeyLog: createApiKeyLog(asked),
    commands: createSubscriptionCommands({ directory, sealer, send }),
    flushOpenBatches: createFlushOpenBatches(client, BATCH_ACTOR, COMMAND_PATIENCE_MS),
    checks: createEndpointChecks(client),
    orders: createDeliveryOrders(client, {
      ...DELIVERY_ACTOR,
      ...DELIVERY_ORDERS,
      groupOrderSignal: GROUP_ACTOR.orderSignal,
      isGroup: isGroupId,
    }),
    heldDelivery: orUnavailable((id) => heldDeliveryOf(pool, id)),
    releases: createReleases(client, { ...RELEASE_ACTOR, idOf: releaseId }, WAKE_QUIET_MS, logger),
    eventLog: createEventLog(asked),
    keys,
    reencrypt: createReencrypt({ directory, sealer, currentKeyId: keys.currentKeyId, send }),
    runningSince: (before) => countRunningSince(client, before),
    renewStartedBefore: (before) => renewStartedBefore(client, LONG_LIVED_ACTORS, before),
    queries: readModels(createDeliveryQueries(pool, statsOf)),
    auditQueries: auditReadModel(createAuditQueries(pool)),
    recordAudit: createRecordAudit(createAuditLog(asked)),
    readHistory: (id, signal) => readSubscriptionHistory(kafka, logger, id, signal),
    temporalUrl: (workflowId) =>
      `${config.temporal.uiUrl}/namespaces/${config.temporal.namespace}/workflows/${workflowId}`,
    topic: config.eventTopics[0]!,
    eventTopics: config.eventTopics,
    eventTypes: followedTypes.catalogue,
    followedTypes,
    eventTypeLog: createEventTypeLog(asked),
    kafka,
    senderIps: config.senderIps,
    trustedProxies: config.trustedProxies,
    allowHttp: config.allowHttp,
    directory,
    sealer,
    appender: asked,
    metrics,
    logger,
    isReady: () => ready,
  });
  await server.listen({ host: config.host, port: config.ports.api });

  return {
    isReady: () => ready,
    async stop() {
      ready = false;
      await server.close();
      // Not one after the other: while Kafka is away, only the closing appender gives up.
      await Promise.all([keptUses.stop(), appender.close()]);
      await Promise.all(logs.map((log) => log.stop()));
      await connection.close();
      await pool.end();
    },
  };
}
