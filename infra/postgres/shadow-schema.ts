/**
 * A second set of the read models' tables, in a schema of its own: built while the first one is read, then put in its
 * place in one transaction. Whoever reads sees the old tables or the new ones, whole.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from './migrate.ts';

const SHADOW_SCHEMA = 'webhooks_rebuild';
/** "rebuild" in ASCII: no other advisory lock of ours is like it. */
const REBUILD_LOCK = '32199715041586276';
const CONNECT_TIMEOUT_MS = 5_000;

/** Readers wait behind us for so long at most. Shorter than `deadlock_timeout`, so that never one of them is ended. */
const LOCK_TIMEOUT_MS = 500;
/** Longer than `deadlock_timeout`: only then does an autovacuum give way. */
const PRESSING_LOCK_TIMEOUT_MS = 3_000;
const LOCK_RETRY_DELAY_MS = 250;
/** The statements of readers end after 30 s at the latest, and so does what they keep locked. */
const LOCK_PRESSING_AFTER_MS = 40_000;
const LOCK_PATIENCE_MS = 90_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** How far a projection has read a partition. */
export interface StoredOffset {
  readonly projection: string;
  readonly topic: string;
  readonly partition: number;
  /** The offset of the first record that has not been read. */
  readonly nextOffset: bigint;
}

export interface Shadow {
  /** Where connections see the new tables under their usual names. */
  readonly databaseUrl: string;
  /** Says from where on the new tables are built. */
  startAt(offsets: readonly StoredOffset[]): Promise<void>;
  /** Counts rows for the planner, which knows nothing of new tables. */
  analyze(tables: readonly string[]): Promise<void>;
  /**
   * Stops all projectors, hands over how far they have come, and puts the new tables in the place of the old ones once
   * `catchUp` has brought them as far. Readers go on, but for a moment at the end. All of it or nothing is done.
   */
  swapIn(
    tables: readonly string[],
    catchUp: (reached: readonly StoredOffset[]) => Promise<void>,
  ): Promise<void>;
  /** Removes what is left, and lets another rebuild begin. Never rejects. */
  drop(): Promise<void>;
}

/**
 * Makes empty tables beside the ones in use, and removes what a rebuild that was cut off has left. Null where another
 * rebuild of this database is at work. Rejects while PostgreSQL is away.
 */
export async function createShadow(databaseUrl: string): Promise<Shadow | null> {
  // The first wins, and a process that dies loses the lock with its connection.
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'webhooks-rebuild',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', () => undefined); // the next statement rejects, and tells
  await client.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
      REBUILD_LOCK,
    ]);
    if (rows[0]?.locked !== true) {
      await client.end();
      return null;
    }
    await client.query(`drop schema if exists ${SHADOW_SCHEMA} cascade`);
    await migrate(databaseUrl);
    await migrate(databaseUrl, SHADOW_SCHEMA);
    return shadowOf(client, databaseUrl);
  } catch (error) {
    await client.end();
    throw error;
  }
}

const shadowOf = (client: pg.Client, databaseUrl: string): Shadow => ({
  databaseUrl: withSearchPath(databaseUrl, SHADOW_SCHEMA),
  async startAt(offsets) {
    for (const { projection, topic, partition, nextOffset } of offsets) {
      await client.query(
        `insert into ${SHADOW_SCHEMA}.projection_offsets (projection, topic, partition, next_offset)
         values ($1, $2, $3, $4)`,
        [projection, topic, partition, String(nextOffset)],
      );
    }
  },
  async analyze(tables) {
    await client.query(`analyze ${inSchema(SHADOW_SCHEMA, tables)}`);
  },
  async swapIn(tables, catchUp) {
    await client.query('begin');
    try {
      // Projectors begin every transaction with a row of this table: they wait. Readers do not need it.
      await client.query('lock table projection_offsets in share row exclusive mode');
      await catchUp(await storedOffsets(client));
      await replace(client, ['projection_offsets', ...tables]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => undefined); // a connection that is gone has rolled back
      throw error;
    }
  },
  async drop() {
    // Left behind, it is in nobody's way, and the next rebuild removes it.
    await client.query(`drop schema if exists ${SHADOW_SCHEMA} cascade`).catch(() => undefined);
    await client.end().catch(() => undefined);
  },
});

async function storedOffsets(client: pg.Client): Promise<readonly StoredOffset[]> {
  const { rows } = await client.query<{
    projection: string;
    topic: string;
    partition: number;
    next_offset: string;
  }>('select projection, topic, partition, next_offset from projection_offsets');
  return rows.map(({ next_offset: nextOffset, ...row }) => ({ ...row, nextOffset: BigInt(nextOffset) }));
}

async function replace(client: pg.Client, tables: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ schema: string }>('select current_schema() as schema');
  const schema = pg.escapeIdentifier(rows[0]?.schema ?? 'public');
  await lockAll(client, inSchema(schema, tables));
  if ((await migrationsOf(client, schema)) !== (await migrationsOf(client, SHADOW_SCHEMA))) {
    throw new Error('the tables in use were made by another version of the product: rebuild with that one');
  }
  await client.query(`drop table ${inSchema(schema, tables)}`);
  for (const table of tables) {
    await client.query(`alter table ${inSchema(SHADOW_SCHEMA, [table])} set schema ${schema}`);
  }
}

async function migrationsOf(client: pg.Client, schema: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select name from ${schema}.schema_migrations order by name`,
  );
  return rows.map(({ name }) => name).join();
}

/** Tries again and again, so that a reader who holds one of the tables and waits for another gets on. */
async function lockAll(client: pg.Client, tables: string): Promise<void> {
  const startedAtMs = performance.now();
  for (;;) {
    const waitedMs = performance.now() - startedAtMs;
    const timeoutMs = waitedMs < LOCK_PRESSING_AFTER_MS ? LOCK_TIMEOUT_MS : PRESSING_LOCK_TIMEOUT_MS;
    await client.query(`set local lock_timeout = ${timeoutMs}; savepoint unlocked`);
    try {
      await client.query(`lock table ${tables} in access exclusive mode`);
      return;
    } catch (error) {
      const isBusy = error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
      if (!isBusy || waitedMs > LOCK_PATIENCE_MS) throw error;
      await client.query('rollback to savepoint unlocked');
      await delay(LOCK_RETRY_DELAY_MS);
    }
  }
}

const inSchema = (schema: string, tables: readonly string[]): string =>
  tables.map((table) => `${schema}.${pg.escapeIdentifier(table)}`).join(', ');

function withSearchPath(databaseUrl: string, schema: string): string {
  const url = new URL(databaseUrl);
  const options = [url.searchParams.get('options'), `-c search_path=${schema}`];
  url.searchParams.set('options', options.filter(Boolean).join(' '));
  return url.href;
}
