/**
 * Every process started here leads a process group of its own, so that Ctrl-C in the terminal reaches only us and
 * we decide what stops first. The price is that nobody ends them for us: this module remembers them, and passes
 * their stop signal on when this process exits by a normal path. (After a kill -9 of this process the next start
 * finds them through their pid files.)
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

const living = new Map<number, NodeJS.Signals>();
let hooked = false;

/** Like `spawn`, detached and remembered until it exits. `stopSignal` is what asks it to end in good order. */
export function spawnGroup(
  command: string,
  args: readonly string[],
  stopSignal: NodeJS.Signals,
  options: SpawnOptions,
): ChildProcess {
  if (!hooked) {
    hooked = true;
    process.once('exit', () => {
      for (const [pid, signal] of living) signalProcess(pid, signal);
    });
  }
  const child = spawn(command, args, { ...options, detached: true });
  const { pid } = child;
  if (pid !== undefined) {
    living.set(pid, stopSignal);
    child.once('exit', () => living.delete(pid));
  }
  return child;
}

/** Signals one process. One that is gone is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Signals a leader and all that it started in its group. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  signalProcess(-leaderPid, signal);
}
