/**
 * PostgreSQL refuses to run as root. Where we are root, it runs as an unprivileged account, and that account needs
 * folders that it can reach: a data folder or a node_modules below /root is closed to it.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './cache.ts';
import { readPid } from '../process/pid-file.ts';
import { askVersion, findOnPath, runCommand, succeeds, type Identity } from './command.ts';
import { LocalStackError } from './failure.ts';
import type { StackContext } from './part.ts';
import type { PostgresProgram } from './postgres-program.ts';
import { inspectProcess } from './process-table.ts';

const ACCOUNT = 'postgres';
/** Open to every account and kept over reboots, unlike /tmp. */
const SHARED_ROOT = '/var/tmp/broxi-webhooks';
/** In a data folder: where its cluster is, if not in it. */
const LOCATION_NOTE = 'postgres.location';
/** In such a cluster's folder: the data folder that it belongs to. */
const OWNER_NOTE = 'data-folder';

/**
 * The account for the server: undefined (our own) unless we are root, else `postgres`, made where absent.
 * @throws LocalStackError `missing_program` where it is absent and cannot be made.
 */
export async function postgresIdentity(context: StackContext): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp(context.environment);
  if (existing !== undefined) return existing;
  const { environment, signal, report } = context;
  const useradd = findOnPath('useradd', environment);
  if (useradd !== undefined) {
    report(`we are root, which PostgreSQL refuses: making the system account ${ACCOUNT}`);
    await runCommand(useradd, ['--system', '--user-group', '--no-create-home', ACCOUNT], {
      environment,
      signal,
    });
  }
  const made = await lookUp(environment);
  if (made !== undefined) return made;
  throw new LocalStackError(
    'missing_program',
    `PostgreSQL does not run as root, and there is no account ${ACCOUNT} and no \`useradd\` to make it: ` +
      'start as another user, or set DATABASE_URL to a running PostgreSQL',
  );
}

async function lookUp(environment: NodeJS.ProcessEnv): Promise<Identity | undefined> {
  const uid = Number.parseInt((await askVersion('id', ['-u', ACCOUNT], environment)) ?? '', 10);
  const gid = Number.parseInt((await askVersion('id', ['-g', ACCOUNT], environment)) ?? '', 10);
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}

/**
 * The folder that holds the cluster, writable for the account: `<data folder>/postgres`, or one in SHARED_ROOT
 * where the account cannot get there. `<data folder>/postgres.location` names the latter; a data folder that was
 * deleted and made anew has no such note, and what lies there under its name is then removed.
 */
export async function placeCluster(context: StackContext, identity: Identity | undefined): Promise<string> {
  const beside = join(context.dataDir, 'postgres');
  const note = join(context.dataDir, LOCATION_NOTE);
  if (existsSync(note)) {
    const noted = (await readFile(note, 'utf8')).trim();
    if (noted !== '') return makeFolder(noted, identity);
  }
  await makeFolder(beside, identity);
  if (identity === undefined || (await canUse(beside, 'w', identity, context))) return beside;

  await removeClustersOfLostFolders();
  const hash = createHash('sha256').update(context.dataDir).digest('hex').slice(0, 16);
  const elsewhere = join(await sharedRoot(), `cluster-${hash}`);
  await rm(elsewhere, { recursive: true, force: true });
  await makeFolder(elsewhere, identity);
  await writeFile(join(elsewhere, OWNER_NOTE), `${context.dataDir}\n`);
  await writeFile(note, `${elsewhere}\n`);
  await rm(beside, { recursive: true });
  context.report(`account ${ACCOUNT} cannot reach ${context.dataDir}: the cluster is in ${elsewhere}`);
  return elsewhere;
}

/** Removes clusters in SHARED_ROOT whose data folder has been deleted, which nothing could ever open again. */
async function removeClustersOfLostFolders(): Promise<void> {
  const root = await sharedRoot();
  for (const name of await readdir(root)) {
    const folder = join(root, name);
    const dataDir = await readFile(join(folder, OWNER_NOTE), 'utf8').catch(() => undefined);
    if (dataDir === undefined || existsSync(join(dataDir.trim(), LOCATION_NOTE))) continue;
    const serverPid = readPid(join(folder, 'cluster', 'postmaster.pid'));
    if (serverPid !== undefined && inspectProcess(serverPid)?.commandLine.includes(folder)) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

/** The programs themselves, or a copy of them in SHARED_ROOT where the account cannot reach the folder they are in. */
export async function reachablePrograms(
  program: PostgresProgram,
  context: StackContext,
  identity: Identity | undefined,
): Promise<PostgresProgram> {
  if (identity === undefined || (await canUse(program.initdb, 'x', identity, context))) return program;
  const folder = await installOnce({
    root: await sharedRoot(),
    name: `postgres-${program.label}`,
    progress: `account ${ACCOUNT} cannot reach ${program.home}: copying it to ${SHARED_ROOT}`,
    report: context.report,
    signal: context.signal,
    install: async (into) => {
      await cp(program.home, into, { recursive: true, verbatimSymlinks: true });
      await chmod(into, 0o755);
    },
  });
  return {
    ...program,
    home: folder,
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
  };
}

/** Asks as the account itself: ancestors, groups and access lists all have their say. */
function canUse(
  path: string,
  permission: 'w' | 'x',
  identity: Identity,
  { environment, signal }: StackContext,
): Promise<boolean> {
  const script = 'test "-$1" "$2"';
  return succeeds('/bin/sh', ['-c', script, 'sh', permission, path], {
    environment,
    signal,
    identity,
    directory: '/',
  });
}

async function makeFolder(folder: string, identity: Identity | undefined): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (identity !== undefined) await chown(folder, identity.uid, identity.gid);
  return folder;
}

/** @throws LocalStackError where another user got to the well-known name first. */
async function sharedRoot(): Promise<string> {
  await mkdir(SHARED_ROOT, { mode: 0o755, recursive: true });
  const facts = await lstat(SHARED_ROOT);
  if (facts.isDirectory() && facts.uid === process.getuid?.()) return SHARED_ROOT;
  throw new LocalStackError(
    'data_incompatible',
    `${SHARED_ROOT} belongs to another user: remove it, or set WEBHOOKS_DATA_DIR to a folder outside /root`,
  );
}
