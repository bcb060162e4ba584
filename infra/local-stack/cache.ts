/**
 * Where installed programs are kept, and how they get there whole. An installation is made in a folder of its own
 * and appears under its versioned name by one rename: a killed one leaves nothing that could be mistaken for a
 * finished one, and of two at the same time the first to finish wins and the other one's work is thrown away.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { throwIfGivenUp } from './failure.ts';

/** An unfinished folder this old belongs to an installation that was killed. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;
/** Long steps say that they are alive this often. */
const PROGRESS_EVERY_MS = 8_000;
const UNFINISHED = '.unfinished-';

/**
 * `$XDG_CACHE_HOME/broxi-webhooks`, else `~/.cache/broxi-webhooks`. As the XDG base directory specification
 * demands, a relative XDG_CACHE_HOME is ignored.
 */
export function cacheDir(environment: NodeJS.ProcessEnv): string {
  const configured = environment['XDG_CACHE_HOME'];
  const base =
    configured !== undefined && isAbsolute(configured)
      ? configured
      : join(environment['HOME'] ?? homedir(), '.cache');
  return join(base, 'broxi-webhooks');
}

/** The folder of an installation that is complete, or undefined. */
export function findInstalled(root: string, name: string): string | undefined {
  const folder = join(root, name);
  return existsSync(folder) ? folder : undefined;
}

export interface Installation {
  /** The cache, made where absent. */
  readonly root: string;
  /** Folder name with the version in it: `kafka-4.1.0`. */
  readonly name: string;
  /** Said to a person, with the elapsed time: "Kafka: getting 4.1.0 …". */
  readonly progress: string;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  /** Fills the empty folder that it is given; throws where it cannot. */
  readonly install: (folder: string) => Promise<void>;
}

/** Answers the folder of the installation, and makes it first where it is absent. */
export async function installOnce(installation: Installation): Promise<string> {
  const { root, name } = installation;
  const existing = findInstalled(root, name);
  if (existing !== undefined) return existing;
  await mkdir(root, { recursive: true });
  await removeAbandoned(root);
  const unfinished = await mkdtemp(join(root, `${UNFINISHED}${name}-`));
  try {
    await withProgress(installation.progress, installation.report, () => installation.install(unfinished));
    throwIfGivenUp(installation.signal);
    await renameUnlessThere(unfinished, join(root, name));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return join(root, name);
}

async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const folder = join(root, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** Says what is being done, every few seconds that it is still being done, and how long it took. */
async function withProgress<Result>(
  what: string,
  report: (line: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAtMs = performance.now();
  const seconds = () => ((performance.now() - startedAtMs) / 1000).toFixed(0);
  report(`${what} …`);
  const timer = setInterval(() => report(`${what} … ${seconds()} s`), PROGRESS_EVERY_MS);
  try {
    const result = await work();
    report(`${what}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
