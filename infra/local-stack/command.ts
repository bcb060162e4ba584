/** Finds programs and runs them to their end: version checks, registry clients, set-up tools. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LocalStackError, throwIfGivenUp } from './failure.ts';
import { signalGroup, spawnGroup } from './process-group.ts';

/** A version check that takes longer than this is a hang. */
const PROBE_LIMIT_MS = 20_000;

export interface CommandOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly directory?: string;
  /** Run as this user. Only root may name one. */
  readonly identity?: Identity | undefined;
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Absolute path of the first executable of that name in PATH, or undefined. */
export function findOnPath(program: string, environment: NodeJS.ProcessEnv): string | undefined {
  return (environment['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** True for a file that this process may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end and answers what it wrote (standard output and error, together).
 * @throws LocalStackError `command_failed` with its last words, `aborted` when given up.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  throwIfGivenUp(options.signal);
  const ended = await runToEnd(command, args, options);
  throwIfGivenUp(options.signal);
  if (ended.succeeded) return ended.output;
  const lastWords = ended.output.trim().split('\n').slice(-3).join(' | ') || 'it wrote nothing';
  throw new LocalStackError(
    'command_failed',
    `${command} ${args[0] ?? ''} failed (${ended.how}): ${lastWords}`,
  );
}

/** What `<program> --version` and its like print, or undefined where the program does not run here. */
export async function askVersion(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(PROBE_LIMIT_MS);
  const ended = await runToEnd(command, args, { environment, signal });
  return ended.succeeded ? ended.output : undefined;
}

/** True when the program ends with exit code 0. */
export async function succeeds(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<boolean> {
  return (await runToEnd(command, args, options)).succeeded;
}

interface Ended {
  readonly succeeded: boolean;
  readonly how: string;
  readonly output: string;
}

function runToEnd(command: string, args: readonly string[], options: CommandOptions): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawnGroup(command, args, 'SIGTERM', {
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
      ...options.identity,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-64 * 1024);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    // mvn and go start compilers and virtual machines of their own: the whole group has to go.
    const giveUp = () => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    };
    options.signal.addEventListener('abort', giveUp, { once: true });
    if (options.signal.aborted) giveUp();
    const finish = (ended: Ended) => {
      options.signal.removeEventListener('abort', giveUp);
      resolve(ended);
    };
    child.once('error', (error) => finish({ succeeded: false, how: error.message, output }));
    child.once('close', (code, signal) =>
      finish({ succeeded: code === 0, how: signal ?? `exit code ${String(code)}`, output }),
    );
  });
}
