/**
 * Temporal: the development server of the Temporal CLI, on a SQLite file, with its UI. The CLI is one that is on
 * this machine already, or is built by `go install` at a pinned version.
 * Data: `<data folder>/temporal/temporal.db`.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { findInstalled, installOnce } from './cache.ts';
import type { ChildSpec } from './child.ts';
import { askVersion, findOnPath, runCommand } from './command.ts';
import { LocalStackError } from './failure.ts';
import type { PlannedPart, StackContext } from './part.ts';
import { BASE_PORTS, LOOPBACK, offsetPort, portAccepts } from './port.ts';
import { formatVersion, isAtLeast, OLDEST, parseTemporalServerVersion } from './version.ts';

const TITLE = 'Temporal';
/** The last version that `go install` can build: later modules hold a `replace` line. It carries server 1.29.1. */
const CLI_VERSION = '1.5.1';
const CLI_MODULE = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;
const INSTALL_NAME = `temporal-cli-${CLI_VERSION}`;
const INSTEAD = 'set TEMPORAL_ADDRESS to the address of a running server';
const DEFAULT_NAMESPACE = 'default';

/** What workflows are found by in the UI and the CLI; all of type Keyword. */
const SEARCH_ATTRIBUTES = ['WebhookId', 'EventType', 'AccountId', 'DeliveryState', 'TargetHost'] as const;
/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal.api.enums.v1.IndexedValueType. */
const KEYWORD = 2;

/** Twice as fast as SQLite's defaults, and a killed process still loses nothing that it acknowledged. */
const SQLITE_PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'];

const DYNAMIC_CONFIG = [
  // The default caps of 2,400 requests a second are for many tenants on a shared cluster; here is one.
  'frontend.rps=100000',
  'frontend.namespaceRPS=100000',
  'system.enableActivityEagerExecution=true',
  // Who asks one partition of a queue asks the only one.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  // What waits in a queue, which routers ask before they start a group, is told as it was for no longer.
  'matching.TaskQueueInfoByBuildIdTTL="200ms"',
  // The CLI has them read from the store with each start of a workflow; ours do not change.
  'system.forceSearchAttributesCacheRefreshOnRead=false',
  // A queue looks through all tasks since its last acknowledgement whenever one comes: with the default of 30 s that
  // was an eighth of the server's time at 40 workflows a second.
  'history.transferProcessorUpdateAckInterval="2s"',
  'history.visibilityProcessorUpdateAckInterval="2s"',
  'history.timerProcessorUpdateAckInterval="5s"',
  // What the UI lists is written half a second late, by one writer: a workflow that has ended by then is written once
  // and not twice, and no start waits in line behind it. Writing it takes a third of the server's time.
  'history.visibilityProcessorMaxPollRPS=2',
  'history.visibilityTaskBatchSize=500',
  'history.visibilityProcessorSchedulerWorkerCount=1',
];

/** @throws LocalStackError `missing_program`. */
export async function planTemporal(context: StackContext): Promise<PlannedPart> {
  const found = (await findUsableCli(context)) ?? programOf(findInstalled(context.cacheDir, INSTALL_NAME));
  const plan = (program: () => Promise<string>): PlannedPart => ({
    name: 'temporal',
    title: TITLE,
    prepare: async () => prepare(context, await program()),
  });
  if (found !== undefined) return plan(() => Promise.resolve(found));
  const go = findOnPath('go', context.environment);
  if (go === undefined) {
    throw new LocalStackError(
      'missing_program',
      `${TITLE} is not installed, and \`go\`, which would build its CLI, is not in PATH: ` +
        `install Go, or the Temporal CLI ${CLI_VERSION} or later, or ${INSTEAD}`,
    );
  }
  return plan(() => buildCli(context, go));
}

async function findUsableCli({ environment, report }: StackContext): Promise<string | undefined> {
  const program = findOnPath('temporal', environment);
  if (program === undefined) return undefined;
  const printed = await askVersion(program, ['--version'], environment);
  const version = parseTemporalServerVersion(printed ?? '');
  if (version !== undefined && isAtLeast(version, OLDEST.temporalServer)) return program;
  const found = version === undefined ? 'tells no server version' : `holds server ${formatVersion(version)}`;
  report(`${program} ${found}, ${formatVersion(OLDEST.temporalServer)} or later is needed: passed over`);
  return undefined;
}

function programOf(installation: string | undefined): string | undefined {
  return installation === undefined ? undefined : join(installation, 'temporal');
}

async function buildCli(context: StackContext, go: string): Promise<string> {
  const { cacheDir, environment, report, signal } = context;
  const folder = await installOnce({
    root: cacheDir,
    name: INSTALL_NAME,
    progress: `building the CLI ${CLI_VERSION} with \`go install\` (minutes, once)`,
    report,
    signal,
    install: async (into) => {
      // Without symbols and debug data: 213 instead of 252 MB.
      await runCommand(go, ['install', '-ldflags=-s -w', CLI_MODULE], {
        environment: { ...environment, GOBIN: into },
        signal,
      });
    },
  });
  return join(folder, 'temporal');
}

async function prepare(context: StackContext, program: string): Promise<ChildSpec> {
  const folder = join(context.dataDir, 'temporal');
  await mkdir(folder, { recursive: true });
  const database = join(folder, 'temporal.db');
  const completed = join(folder, 'set-up-completed');
  if (!existsSync(completed)) await removeUnfinished(database);
  const port = offsetPort(BASE_PORTS.temporal, context.portOffset);
  const uiPort = offsetPort(BASE_PORTS.temporalUi, context.portOffset);
  const namespace = context.environment['TEMPORAL_NAMESPACE'] || DEFAULT_NAMESPACE;
  const address = `${LOOPBACK}:${port}`;
  return {
    title: TITLE,
    command: program,
    args: [
      ...['server', 'start-dev', '--ip', LOOPBACK],
      ...['--port', String(port), '--ui-port', String(uiPort)],
      ...['--db-filename', database],
      ...(namespace === DEFAULT_NAMESPACE ? [] : ['--namespace', namespace]),
      ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
      ...SEARCH_ATTRIBUTES.flatMap((attribute) => ['--search-attribute', `${attribute}=Keyword`]),
      ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ],
    environment: { GOGC: '400', GOMEMLIMIT: '1GiB', ...context.environment },
    directory: folder,
    stopSignal: 'SIGTERM',
    marker: database,
    ports: [port, uiPort],
    address,
    isReady: async () => {
      if (!(await portAccepts(port)) || !(await portAccepts(uiPort))) return false;
      if (!(await servesNamespace(address, namespace))) return false;
      await writeFile(completed, '');
      return true;
    },
  };
}

/**
 * The server makes its schema only where the file is absent, so one that was killed while making it would never
 * start again. Nothing can be in it: nobody was told of the server before it was complete.
 */
async function removeUnfinished(database: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(`${database}${suffix}`, { force: true });
}

/** True when the namespace answers and knows every search attribute; those that an older file lacks are added. */
async function servesNamespace(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    return await connection.withDeadline(Date.now() + 5_000, async () => {
      await connection.workflowService.describeNamespace({ namespace });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const missing = SEARCH_ATTRIBUTES.filter((attribute) => customAttributes?.[attribute] === undefined);
      if (missing.length === 0) return true;
      const searchAttributes = Object.fromEntries(missing.map((attribute) => [attribute, KEYWORD]));
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
      return false;
    });
  } finally {
    await connection.close();
  }
}
