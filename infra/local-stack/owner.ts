/**
 * One stack per data folder. The process that runs it leaves a claim in `run/local-stack.json`; the claim of a
 * process that has died, however it died, is taken over. Without it a second `npm start` would mistake the first
 * one's Kafka for an orphan and stop it.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStackError } from './failure.ts';
import { inspectProcess } from './process-table.ts';

/**
 * Claims the data folder for this process. Answers the function that gives it back.
 * @param runDir `<data folder>/run`, which must exist.
 * @throws LocalStackError `data_dir_in_use` while the claiming process lives, this one included.
 */
export function claimDataDir(dataDir: string, runDir: string): () => void {
  const claimFile = join(runDir, 'local-stack.json');
  const draft = `${claimFile}.${process.pid}.draft`;
  const claim = JSON.stringify({ pid: process.pid, startedAt: inspectProcess(process.pid)?.startedAt });
  writeFileSync(draft, claim);
  try {
    // A link either makes the whole claim visible or fails: nobody ever reads half of one.
    while (!tryLink(draft, claimFile)) {
      const found = readClaim(claimFile);
      if (found === undefined) continue;
      if (isAlive(found)) throw inUse(dataDir, found);
      takeAway(claimFile, found, `${draft}.stale`, dataDir);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readClaim(claimFile) === claim) rmSync(claimFile, { force: true });
  };
}

/** Moves a dead claim aside. If a third process renewed it in between, its claim is put back. */
function takeAway(claimFile: string, dead: string, aside: string, dataDir: string): void {
  try {
    renameSync(claimFile, aside);
  } catch {
    return; // another process took it away first
  }
  const taken = readFileSync(aside, 'utf8');
  if (taken !== dead) tryLink(aside, claimFile);
  rmSync(aside, { force: true });
  if (taken !== dead) throw inUse(dataDir, taken);
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readClaim(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(claim: string): boolean {
  const { pid, startedAt } = parseClaim(claim);
  return inspectProcess(pid)?.startedAt === startedAt && startedAt !== undefined;
}

function parseClaim(claim: string): { pid: number; startedAt?: string } {
  try {
    return JSON.parse(claim) as { pid: number; startedAt?: string };
  } catch {
    return { pid: 0 };
  }
}

function inUse(dataDir: string, claim: string): LocalStackError {
  return new LocalStackError(
    'data_dir_in_use',
    `the data folder ${dataDir} is in use by process ${parseClaim(claim).pid}: ` +
      'stop that one, or set WEBHOOKS_DATA_DIR (and WEBHOOKS_PORT_OFFSET) to run a second stack',
  );
}
