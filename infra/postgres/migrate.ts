/** Brings the database to the tables that this version expects. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 5_000;
/** How long a service waits for another one that is migrating at the same time. */
const LOCK_TIMEOUT_MS = 120_000;

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * Runs the migrations that have not run yet, in the order of their numbers, all in one transaction. Services
 * that start at once wait for each other at an advisory lock. Answers the names of those that ran. Without `schema`
 * the tables stand in the first one of the search path; one that is named is made where it is missing.
 * @throws where PostgreSQL is away or refuses a statement; nothing has changed then.
 */
export async function migrate(databaseUrl: string, schema?: string): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'webhooks-migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', () => undefined); // the statement at work rejects, and tells
  await client.connect();
  try {
    const ran = await runner({
      dbClient: client,
      dir: fileURLToPath(new URL('./migrations', import.meta.url)),
      // A compiled tree has source maps beside the migrations.
      ignorePattern: '.*\\.(map|d\\.ts)',
      migrationLoaderStrategies: [{ extensions: ['.ts', '.js'], loader: importAll }],
      migrationsTable: 'schema_migrations',
      ...(schema === undefined ? {} : { schema, createSchema: true }),
      direction: 'up',
      advisoryLockMode: 'wait',
      logger: silent,
    });
    return ran.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Imports migrations as every other module of the process is, without a second TypeScript compiler. */
const importAll = (paths: string[]) =>
  Promise.all(
    paths.map(async (path) => ({
      id: path,
      filePaths: [path],
      actions: await import(pathToFileURL(path).href),
    })),
  );
