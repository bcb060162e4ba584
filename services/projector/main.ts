/** The projector: `webhooks.deliveries` in, read models out. They can be dropped and built again from Kafka. */
import { startChunkConsumer } from '../../infra/kafka/chunk-consumer.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createTopics, DELIVERY_LOG, earliestOffset, topicPlans } from '../../infra/kafka/topics.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { runProgram, type ProgramContext, type RunningService } from '../../infra/process/program.ts';
import { createDeliveryProjection } from './project-deliveries.ts';

/** One transaction takes so many records. */
const CHUNK_RECORDS = 500;

await runProgram({ name: 'projector', healthPort: (config) => config.ports.projectorHealth, start });

async function start({ config, logger, crash }: ProgramContext): Promise<RunningService> {
  const kafka = createKafka(config.kafka, 'webhooks-projector', logger);
  await createTopics(kafka, topicPlans(config.eventTopics));
  await migrate(config.databaseUrl);
  const pool = createPool(config.databaseUrl, logger);
  const consumer = await startChunkConsumer(kafka, logger, {
    groupId: 'webhooks-projector',
    topics: [DELIVERY_LOG],
    maxRecords: CHUNK_RECORDS,
    partitionsAtOnce: 3,
    onCrash: crash,
    handle: createDeliveryProjection(pool, logger, (topic, partition) =>
      earliestOffset(kafka, topic, partition),
    ).handle,
  });
  return {
    isReady: () => consumer.isReady(),
    async stop() {
      await consumer.stop();
      await pool.end();
    },
  };
}
