/** The projector: topics in, read models out. They can be dropped and built again from Kafka. */
import { READ_MODEL_RULES } from '../../domain/record/read-model-rules.ts';
import { keepAdmin } from '../../infra/kafka/admin.ts';
import { startChunkConsumer } from '../../infra/kafka/chunk-consumer.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { measureLag } from '../../infra/kafka/lag.ts';
import { createTopics, extentOf, topicPlans } from '../../infra/kafka/topics.ts';
import { growingWith, type Spacing } from '../../infra/spaced-batches.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { runProgram, type ProgramContext, type RunningService } from '../../infra/process/program.ts';
import { readModels } from '../../infra/projections/read-models.ts';

/** Of one partition at once. */
const CHUNK_RECORDS = 500;
/** What they bring is written together. */
const PARTITIONS_AT_ONCE = 6;
/**
 * Transactions begin so far apart: small ones cost PostgreSQL and this process more than their records do. From some
 * 500 records a second on they grow until they are a second apart; in quiet times none waits.
 */
const TRANSACTION_SPACING: Spacing = { leastMs: 250, perWeightMs: 2, mostMs: 1_000 };

await runProgram({ name: 'projector', healthPort: (config) => config.ports.projectorHealth, start });

async function start({ config, logger, metrics, crash }: ProgramContext): Promise<RunningService> {
  const kafka = createKafka(config.kafka, 'webhooks-projector', logger);
  await createTopics(kafka, topicPlans(config.eventTopics));
  await migrate(config.databaseUrl);
  const pool = createPool(config.databaseUrl, logger);
  const deps = {
    pool,
    logger,
    extentOf: (topic: string, partition: number) => extentOf(kafka, topic, partition),
    everyMs: growingWith(TRANSACTION_SPACING),
  };
  const models = readModels(READ_MODEL_RULES);
  const admin = keepAdmin(kafka);
  measureLag(
    metrics,
    admin,
    models.map(({ consumerGroup: groupId, topics }) => ({ groupId, topics })),
  );
  const consumers = await Promise.all(
    models.map(({ topics, consumerGroup, project }) => {
      const projection = project(deps);
      return startChunkConsumer(kafka, logger, {
        groupId: consumerGroup,
        topics,
        maxRecords: CHUNK_RECORDS,
        partitionsAtOnce: PARTITIONS_AT_ONCE,
        // Its place stands in PostgreSQL, with the rows: one that was restored may be far behind Kafka's.
        commits: 'each_second',
        askPosition: projection.positionOf,
        onCrash: crash,
        handle: projection.handle,
      });
    }),
  );
  return {
    isReady: () => consumers.every((consumer) => consumer.isReady()),
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await Promise.all([pool.end(), admin.close()]);
    },
  };
}
