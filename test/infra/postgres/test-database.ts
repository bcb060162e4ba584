/** A real PostgreSQL for one test file, and an empty database of it, migrated, for one test. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startLocalStack } from '../../../infra/local-stack/local-stack.ts';
import { migrate } from '../../../infra/postgres/migrate.ts';
import { createPool } from '../../../infra/postgres/pool.ts';

const POSTGRES_PORT = 5433;
/** Named so that the stack starts neither Kafka nor Temporal. Nothing listens there. */
const NOWHERE = '127.0.0.1:1';

export const quiet = { warn: () => undefined, error: () => undefined };

export interface TestServer {
  /** An empty database without tables. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL on a free port with its data in a fresh folder. */
export async function startTestServer(): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'webhooks-postgres-'));
  const stack = await startLocalStack({
    dataDir,
    portOffset: (await freePort()) - POSTGRES_PORT,
    environment: { ...process.env, KAFKA_BROKERS: NOWHERE, TEMPORAL_ADDRESS: NOWHERE },
    report: () => undefined,
  });
  return {
    async createDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      const client = new pg.Client({ connectionString: stack.databaseUrl });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      const url = new URL(stack.databaseUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

/** A migrated, empty database. Its pool is to be ended by the caller. */
export async function createTestDatabase(server: TestServer): Promise<TestDatabase> {
  const url = await server.createDatabase();
  await migrate(url);
  return { url, pool: createPool(url, quiet) };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
