/**
 * Reads what the operating system says about a process id. A pid alone proves nothing: after a crash the number
 * may belong to somebody else, so every decision to signal a process goes through its command line, and every
 * decision to respect one through the moment it was started.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessFacts {
  /** Program and arguments, separated by single spaces. */
  readonly commandLine: string;
  /** Opaque; two processes that had the same pid differ in it. */
  readonly startedAt: string;
}

/**
 * The living process with this id, or undefined. A zombie counts as dead: it runs no code and holds no port, and
 * where pid 1 does not reap (containers without an init) it stays in the table for ever.
 */
export function inspectProcess(pid: number): ProcessFacts | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? inspectThroughProc(pid) : inspectThroughPs(pid);
}

function inspectThroughProc(pid: number): ProcessFacts | undefined {
  try {
    const stat = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trimEnd();
    return { commandLine, startedAt: stat.startTicks };
  } catch {
    return undefined; // it ended before, or while, it was looked at
  }
}

/** State letter and start time (clock ticks since boot) of a `/proc/<pid>/stat` line; see proc(5). */
export function parseProcStat(line: string): { state: string; startTicks: string } | undefined {
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTicks = fields[19];
  if (state === undefined || state === '' || startTicks === undefined) return undefined;
  return { state, startTicks };
}

function inspectThroughPs(pid: number): ProcessFacts | undefined {
  const ps = spawnSync('ps', ['-ww', '-p', String(pid), '-o', 'stat=', '-o', 'lstart=', '-o', 'command='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return ps.status === 0 ? parsePsLine(ps.stdout) : undefined;
}

/** One line of `ps -o stat= -o lstart= -o command=`: a state, five words of date, the command. */
export function parsePsLine(output: string): ProcessFacts | undefined {
  const match = /^\s*(\S+)\s+((?:\S+\s+){4}\S+)\s+(\S.*?)\s*$/m.exec(output);
  const [, state, startedAt, commandLine] = match ?? [];
  if (state === undefined || startedAt === undefined || commandLine === undefined) return undefined;
  return state.startsWith('Z') ? undefined : { commandLine, startedAt };
}
