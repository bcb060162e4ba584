/** Pid files: never half written, and removed only by whom they name, for a successor may own one already. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** A reader sees the old content or the new one. Two processes may write the same file at once. */
export function writePid(file: string, pid: number): void {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, `${pid}\n`);
  renameSync(draft, file);
}

/** The id in the first line of a pid file, or undefined. */
export function readPid(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the file while it still names `pid`. */
export function removePid(file: string, pid: number): void {
  if (readPid(file) === pid) rmSync(file, { force: true });
}
