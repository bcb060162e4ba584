/** A real Kafka for one test file, alone, with its data in a fresh folder. */
import { Kafka, logLevel } from 'kafkajs';
import { startLocalStack } from '../../../infra/local-stack/local-stack.ts';
import { createTopics } from '../../../infra/kafka/topics.ts';
import { makeDataDir, randomPortOffset, removeDataDir } from '../local-stack/stack-probe.ts';

/** Named so that the stack starts neither Temporal nor PostgreSQL. Nothing listens there. */
const NOWHERE = '127.0.0.1:1';

export interface TestKafka {
  readonly brokers: string;
  readonly client: Kafka;
  /** A topic that is kept for ever. */
  createTopic(topic: string, partitions: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestKafka(): Promise<TestKafka> {
  const dataDir = makeDataDir(0o755);
  const stack = await startLocalStack({
    dataDir,
    portOffset: randomPortOffset(),
    environment: {
      ...process.env,
      TEMPORAL_ADDRESS: NOWHERE,
      DATABASE_URL: `postgres://nobody@${NOWHERE}/none`,
    },
    report: () => undefined,
  });
  const client = new Kafka({
    clientId: 'test',
    brokers: stack.kafkaBrokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  return {
    brokers: stack.kafkaBrokers,
    client,
    async createTopic(topic, partitions) {
      await createTopics(client, [{ topic, partitions, retentionMs: -1, maxMessageBytes: 1_048_588 }]);
    },
    async stop() {
      await stack.stop();
      removeDataDir(dataDir);
    },
  };
}
