/**
 * One long-running process: start it, know when it answers, stop it. It promises that
 * - `run/<part>.pid` holds the process id while the process runs, is never half written, and is gone after it ended;
 * - an orphan that an earlier run left behind is stopped before a new one starts on the same data, and a stranger
 *   that has taken over its process id is left alone;
 * - a process that ended is never reported as ready, and one that never answers is stopped after READY_LIMIT_MS;
 * - output goes to `logs/<part>.log` through a file descriptor of the child's own, so that it neither blocks nor
 *   breaks when this process is gone.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPid, removePid, writePid } from '../process/pid-file.ts';
import type { Identity } from './command.ts';
import { LocalStackError, messageOf, throwIfGivenUp } from './failure.ts';
import { giveWay } from './give-way.ts';
import { requireFreePort } from './port.ts';
import { signalGroup, signalProcess, spawnGroup } from './process-group.ts';
import { inspectProcess } from './process-table.ts';

/** A cold Kafka on a busy two-core machine takes about 10 s; a recovery after kill -9 may take longer. */
const READY_LIMIT_MS = 120_000;
const POLL_EVERY_MS = 50;
/** How long a process may take to end in good order before it is killed. A service gives up by itself before. */
const STOP_LIMIT_MS = 30_000;
/**
 * A process that ends before it answers is started again at most this often: what a killed one held (a lock, a
 * shared memory segment, a port) can outlive it for a moment.
 */
const START_ATTEMPTS = 3;
const BETWEEN_ATTEMPTS_MS = 500;
/** Larger logs are set aside as `<part>.log.1` at the next start. */
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

/** How to run a part. Made by its `prepare`, used for its first start and for every restart. */
export interface ChildSpec {
  /** What a person calls it: "Kafka". */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
  /** The user it runs as; undefined for ours. */
  readonly identity?: Identity | undefined;
  /** Asks it to end in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** An argument that no other process has, the path of this stack's data: by it an orphan is known as ours. */
  readonly marker: string;
  /** Ports that must be free before it starts. */
  readonly ports: readonly number[];
  /** Where it answers, for a person. */
  readonly address: string;
  /** Pid files that the program writes by itself, the id in their first line. */
  readonly pidFilesOfItsOwn?: readonly string[];
  /** True where others go first while there is too little CPU for all. Default: false. */
  readonly givesWay?: boolean;
  /** Runs before each start, once no process of ours is left. */
  readonly beforeStart?: () => void;
  /**
   * Asks once whether it can be used, and finishes what can only be set up on the running program. False or a
   * rejection means not yet. Has to end by itself within a few seconds.
   */
  readonly isReady: () => Promise<boolean>;
}

/** How a process ended: one of the two is null. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildFiles {
  readonly pidFile: string;
  readonly logFile: string;
}

export interface RunningChild {
  readonly pid: number;
  /** Resolves when it has ended, whoever ended it. Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Ends it in good order, or by force after STOP_LIMIT_MS. May be called at any time, and again. */
  stop(): Promise<void>;
}

/**
 * Stops what an earlier run left, starts the process and waits until it answers.
 * @throws LocalStackError `port_in_use`, `did_not_start`, `aborted`; no process is left then.
 */
export async function startChild(
  spec: ChildSpec,
  files: ChildFiles,
  signal: AbortSignal,
): Promise<RunningChild> {
  await stopOrphans(spec, files.pidFile);
  for (const port of spec.ports) await requireFreePort(spec.title, port);
  setAsideLongLog(files.logFile);
  for (let attempt = 1; ; attempt += 1) {
    throwIfGivenUp(signal);
    spec.beforeStart?.();
    const logStart = sizeOf(files.logFile);
    const child = launch(spec, files);
    const outcome = await untilReady(spec, child, signal);
    if (outcome.kind === 'ready') return child;
    await child.stop();
    throwIfGivenUp(signal);
    if (outcome.kind === 'silent' || attempt === START_ATTEMPTS) {
      throw didNotStart(spec, outcome, files.logFile, logStart);
    }
    await sleep(BETWEEN_ATTEMPTS_MS);
  }
}

/** "exit code 1", "SIGKILL". */
export function describeExit(exit: ChildExit): string {
  return exit.signal ?? `exit code ${String(exit.code)}`;
}

function launch(spec: ChildSpec, files: ChildFiles): RunningChild {
  const log = openSync(files.logFile, 'a');
  const child = spawnGroup(spec.command, spec.args, spec.stopSignal, {
    cwd: spec.directory,
    env: spec.environment,
    stdio: ['ignore', log, log],
    ...spec.identity,
  });
  closeSync(log);
  const { pid } = child;
  // Written in the same tick as the spawn: the shortest moment in which a kill -9 of us leaves an unknown orphan.
  if (pid !== undefined) writePid(files.pidFile, pid);
  if (pid !== undefined && spec.givesWay === true) giveWay(pid);
  const exited = new Promise<ChildExit>((resolve) => {
    const ended = (exit: ChildExit) => {
      if (pid !== undefined) removePid(files.pidFile, pid);
      resolve(exit);
    };
    child.once('exit', (code, exitSignal) => ended({ code, signal: exitSignal }));
    child.once('error', () => {
      if (child.pid === undefined) ended({ code: 127, signal: null });
    });
  });
  if (pid === undefined) return { pid: 0, exited, stop: () => Promise.resolve() };
  let stopping: Promise<void> | undefined;
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (!isOver()) signalProcess(pid, spec.stopSignal);
    const inTime = await within(exited, STOP_LIMIT_MS);
    if (!inTime) signalGroup(pid, 'SIGKILL');
    await exited;
  };
  return { pid, exited, stop: () => (stopping ??= stop()) };
}

type ReadyOutcome =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ended'; readonly exit: ChildExit }
  | { readonly kind: 'silent'; readonly reason: string }
  | { readonly kind: 'given_up' };

async function untilReady(spec: ChildSpec, child: RunningChild, signal: AbortSignal): Promise<ReadyOutcome> {
  const deadlineMs = performance.now() + READY_LIMIT_MS;
  const ended = child.exited.then((exit): ReadyOutcome => ({ kind: 'ended', exit }));
  let reason = 'it does not answer';
  const ask = async (): Promise<ReadyOutcome | undefined> => {
    try {
      if (await spec.isReady()) return { kind: 'ready' };
    } catch (error) {
      reason = messageOf(error);
    }
    await sleep(POLL_EVERY_MS);
    return undefined;
  };
  while (performance.now() < deadlineMs) {
    if (signal.aborted) return { kind: 'given_up' };
    const outcome = await Promise.race([ended, ask()]);
    if (outcome !== undefined) return outcome;
  }
  return { kind: 'silent', reason };
}

function didNotStart(
  spec: ChildSpec,
  outcome: ReadyOutcome,
  logFile: string,
  logStart: number,
): LocalStackError {
  const how =
    outcome.kind === 'ended'
      ? `ended with ${describeExit(outcome.exit)}`
      : `gave no answer in ${READY_LIMIT_MS / 1000} s${outcome.kind === 'silent' ? ` (${outcome.reason})` : ''}`;
  const lastLine = readFileSync(logFile).subarray(logStart).toString('utf8').trim().split('\n').at(-1);
  const words = lastLine === undefined || lastLine === '' ? '' : `: ${lastLine.slice(0, 300)}`;
  return new LocalStackError('did_not_start', `${spec.title} ${how}${words} (see ${logFile})`);
}

/** Ends the processes that an earlier run recorded, if they live and are really ours. */
async function stopOrphans(spec: ChildSpec, pidFile: string): Promise<void> {
  for (const file of [pidFile, ...(spec.pidFilesOfItsOwn ?? [])]) {
    const pid = readPid(file);
    if (pid !== undefined && isOurs(pid, spec.marker)) await stopOrphan(pid, spec);
  }
  rmSync(pidFile, { force: true });
}

function isOurs(pid: number, marker: string): boolean {
  return inspectProcess(pid)?.commandLine.includes(marker) ?? false;
}

async function stopOrphan(pid: number, spec: ChildSpec): Promise<void> {
  const startedAt = inspectProcess(pid)?.startedAt;
  // By its start and not by its command line: a process that is ending has lost that before it lets go of its ports.
  const lives = () => startedAt !== undefined && inspectProcess(pid)?.startedAt === startedAt;
  const gone = async (limitMs: number) => {
    const deadlineMs = performance.now() + limitMs;
    while (lives()) {
      if (performance.now() > deadlineMs) return false;
      await sleep(POLL_EVERY_MS);
    }
    return true;
  };
  signalProcess(pid, spec.stopSignal);
  if (await gone(STOP_LIMIT_MS)) return;
  signalProcess(pid, 'SIGKILL');
  if (await gone(STOP_LIMIT_MS)) return;
  throw new LocalStackError(
    'did_not_start',
    `${spec.title}: process ${pid} of an earlier run cannot be stopped`,
  );
}

function setAsideLongLog(logFile: string): void {
  if (sizeOf(logFile) > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function within(event: Promise<unknown>, limitMs: number): Promise<boolean> {
  const timer = new AbortController();
  const outcome = await Promise.race([
    event.then(() => true),
    sleep(limitMs, false, { signal: timer.signal }).catch(() => false),
  ]);
  timer.abort();
  return outcome;
}
