/** A real Kafka and a real PostgreSQL for one test file, alone, with their data in a fresh folder. */
import { Kafka, logLevel } from 'kafkajs';
import type pg from 'pg';
import { pino } from 'pino';
import { READ_MODEL_RULES } from '../../../domain/record/read-model-rules.ts';
import { startChunkConsumer } from '../../../infra/kafka/chunk-consumer.ts';
import { createTopics } from '../../../infra/kafka/topics.ts';
import { startLocalStack } from '../../../infra/local-stack/local-stack.ts';
import { migrate } from '../../../infra/postgres/migrate.ts';
import { createPool } from '../../../infra/postgres/pool.ts';
import { readModels } from '../../../infra/projections/read-models.ts';
import { makeDataDir, randomPortOffset, removeDataDir } from '../local-stack/stack-probe.ts';

const NOWHERE = '127.0.0.1:1';

export const silent = pino({ level: 'silent' });
export const models = readModels(READ_MODEL_RULES);

export interface TestStack {
  readonly kafka: Kafka;
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  /** Appends records, keyed as the product does. */
  append(topic: string, events: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

/** With empty tables, and the topics that read models are made from. */
export async function startTestStack(): Promise<TestStack> {
  const dataDir = makeDataDir(0o755);
  const stack = await startLocalStack({
    dataDir,
    portOffset: randomPortOffset(),
    environment: { ...process.env, TEMPORAL_ADDRESS: NOWHERE },
    report: () => undefined,
  });
  const kafka = new Kafka({
    clientId: 'test',
    brokers: stack.kafkaBrokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  await createTopics(
    kafka,
    [...new Set(models.flatMap(({ topics }) => topics))].map((topic) => ({
      topic,
      partitions: 3,
      retentionMs: -1,
      maxMessageBytes: 1_048_588,
    })),
  );
  await migrate(stack.databaseUrl);
  const pool = createPool(stack.databaseUrl, silent);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return {
    kafka,
    brokers: stack.kafkaBrokers,
    databaseUrl: stack.databaseUrl,
    pool,
    async append(topic, events) {
      const messages = (events as readonly { delivery_id?: string; subscription_id: string }[]).map(
        (event) => ({
          key: event.delivery_id ?? event.subscription_id,
          value: JSON.stringify(event),
        }),
      );
      for (let from = 0; from < messages.length; from += 1_000) {
        await producer.send({ topic, messages: messages.slice(from, from + 1_000) });
      }
    },
    async stop() {
      await producer.disconnect();
      await pool.end();
      await stack.stop();
      removeDataDir(dataDir);
    },
  };
}

/** Runs every projection, as the projector does. */
export async function startTestProjector({ kafka, pool }: TestStack): Promise<{ stop(): Promise<void> }> {
  const consumers = await Promise.all(
    models.map(({ topics, consumerGroup, project }) =>
      startChunkConsumer(kafka, silent, {
        groupId: consumerGroup,
        topics,
        maxRecords: 50,
        partitionsAtOnce: 3,
        commits: 'each_second',
        onCrash: (error) => {
          throw error;
        },
        handle: project({ pool, logger: silent }).handle,
      }),
    ),
  );
  return { stop: async () => void (await Promise.all(consumers.map((consumer) => consumer.stop()))) };
}
