/** A real Temporal for one test file, alone, with its data in a fresh folder. */
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startLocalStack } from '../../../infra/local-stack/local-stack.ts';
import { createClient, dataConverter } from '../../../infra/temporal/client.ts';
import { keyRing } from '../../../infra/crypto/sealed-secret.ts';
import { makeDataDir, randomPortOffset, removeDataDir } from '../local-stack/stack-probe.ts';

/** Named so that the stack starts neither Kafka nor PostgreSQL. Nothing listens there. */
const NOWHERE = '127.0.0.1:1';

export interface TestTemporal {
  readonly connection: NativeConnection;
  /** Its payloads pass the product's codec. */
  readonly client: Client;
  readonly namespace: string;
  readonly dataConverter: ReturnType<typeof dataConverter>;
  stop(): Promise<void>;
}

export async function startTestTemporal(): Promise<TestTemporal> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const dataDir = makeDataDir(0o755);
  const stack = await startLocalStack({
    dataDir,
    portOffset: randomPortOffset(),
    environment: {
      ...process.env,
      KAFKA_BROKERS: NOWHERE,
      DATABASE_URL: `postgres://nobody@${NOWHERE}/none`,
    },
    report: () => undefined,
  });
  const keys = keyRing(Buffer.alloc(32, 7));
  const namespace = 'default';
  const connection = await NativeConnection.connect({ address: stack.temporalAddress });
  return {
    connection,
    client: createClient(connection, namespace, keys),
    namespace,
    dataConverter: dataConverter(keys),
    async stop() {
      await connection.close();
      await stack.stop();
      removeDataDir(dataDir);
    },
  };
}
