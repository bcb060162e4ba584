/**
 * What each process of the stack uses, as Linux tells it. A part is its process and those below it that are no
 * part of their own: PostgreSQL works in one process per connection.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Name of a part → its process id. */
export type Pids = Readonly<Record<string, number>>;

export interface Use {
  /** Since the process began, of those that have ended below it too. */
  readonly cpuMs: number;
  /** Resident. Pages that PostgreSQL's processes share count once for each of them. */
  readonly rssBytes: number;
}

/** Seconds since the sampling began, and the use of each part then. */
export interface Sample {
  readonly atSeconds: number;
  readonly uses: Readonly<Record<string, Use>>;
}

const TICK_MS = 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const PAGE_BYTES = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

interface ProcessStat extends Use {
  readonly parent: number;
}

/** What all parts use now. One that is gone is left out. */
export function usesOf(pids: Pids): Readonly<Record<string, Use>> {
  const stats = new Map<number, ProcessStat>();
  for (const pid of processIds()) {
    const stat = statOf(pid);
    if (stat !== undefined) stats.set(pid, stat);
  }
  const roots = new Set(Object.values(pids));
  return Object.fromEntries(
    Object.entries(pids)
      .filter(([, pid]) => stats.has(pid))
      .map(([part, pid]) => [part, useOfTree(stats, roots, pid)]),
  );
}

/** CPU-milliseconds of each part between two looks. A part that was started in between counts from its start. */
export const cpuBetween = (
  before: Readonly<Record<string, Use>>,
  after: Readonly<Record<string, Use>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(after).map(([part, { cpuMs }]) => {
      const earlier = before[part]?.cpuMs ?? 0;
      return [part, cpuMs >= earlier ? cpuMs - earlier : cpuMs];
    }),
  );

/** The process that `pid` has started and that has not ended; undefined where there is none. */
export const onlyChildOf = (pid: number | undefined): number | undefined =>
  pid === undefined ? undefined : processIds().find((other) => statOf(other)?.parent === pid);

const processIds = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

export interface Sampling {
  /** Ends it and answers all samples. */
  stop(): readonly Sample[];
}

/** Looks every `everyMs`. `pids` is asked each time, for what is killed comes back under another id. */
export function startSampling(pids: () => Pids, everyMs: number): Sampling {
  const startedAtMs = performance.now();
  const samples: Sample[] = [];
  const look = (): void => {
    samples.push({ atSeconds: (performance.now() - startedAtMs) / 1_000, uses: usesOf(pids()) });
  };
  look();
  // A scenario that fails does not come to stop it.
  const timer = setInterval(look, everyMs).unref();
  return {
    stop() {
      clearInterval(timer);
      look();
      return samples;
    },
  };
}

function useOfTree(stats: ReadonlyMap<number, ProcessStat>, roots: ReadonlySet<number>, root: number): Use {
  const own = stats.get(root)!;
  let { cpuMs, rssBytes } = own;
  for (const [pid, { parent }] of stats) {
    if (parent !== root || roots.has(pid)) continue;
    const below = useOfTree(stats, roots, pid);
    cpuMs += below.cpuMs;
    rssBytes += below.rssBytes;
  }
  return { cpuMs, rssBytes };
}

/** Fields 4, 14 to 17 and 24 of `/proc/<pid>/stat`; see proc(5). Undefined for a process that has ended. */
function statOf(pid: number): ProcessStat | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return {
      parent: field(4),
      cpuMs: (field(14) + field(15) + field(16) + field(17)) * TICK_MS,
      rssBytes: field(24) * PAGE_BYTES,
    };
  } catch {
    return undefined;
  }
}
