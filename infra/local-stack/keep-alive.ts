/**
 * Keeps one part running for as long as the stack runs: a process that ends by itself is started again, at once
 * the first time and ever more slowly while it keeps ending. Everything that happens to the part goes through the
 * one loop below, so two starts of it never overlap.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit, type RunningChild } from './child.ts';
import { LocalStackError, messageOf } from './failure.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Having run this long, a part is healthy again and its next failure counts as the first. */
const HEALTHY_AFTER_MS = 60_000;

export interface KeptAlive {
  /**
   * Stops the process in good order, if it runs, and starts it again without a pause.
   * @throws LocalStackError where that start fails (the loop goes on trying) or the part is being stopped.
   */
  restart(): Promise<void>;
  /** Ends the process and the watch over it. May be called again. */
  stop(): Promise<void>;
}

/** Pause before the next start, after so many failures in a row (0 for the first): 0.5 s, doubling up to 30 s. */
export function pauseBeforeRestartMs(failuresBefore: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** failuresBefore, LONGEST_PAUSE_MS);
}

/** Starts the part and watches over it. Rejects where the first start does; later failures become report lines. */
export async function keepAlive(
  start: (signal: AbortSignal) => Promise<RunningChild>,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<KeptAlive> {
  const ended = new AbortController();
  let child = await start(signal);
  let asked: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  let wake = new AbortController();

  /** The next ready child, or undefined once the part is to stay down. */
  const startAgain = async (why: string, failuresBefore: number): Promise<RunningChild | undefined> => {
    for (let failures = failuresBefore; ; failures += 1) {
      if (asked.length === 0) {
        const pauseMs = pauseBeforeRestartMs(failures);
        report(`${why}; starting it again in ${pauseMs / 1000} s`);
        await pause(pauseMs, AbortSignal.any([ended.signal, wake.signal]));
      }
      if (ended.signal.aborted) return undefined;
      wake = new AbortController();
      const waiting = asked;
      asked = [];
      try {
        const started = await start(ended.signal);
        report('running again');
        // A restart that was asked for meanwhile has its wish: the process is a fresh one.
        for (const { resolve } of [...waiting, ...asked]) resolve();
        asked = [];
        wake = new AbortController();
        return started;
      } catch (error) {
        for (const { reject } of waiting) reject(error);
        if (ended.signal.aborted) return undefined;
        why = messageOf(error);
      }
    }
  };

  const watch = async () => {
    let failures = 0;
    for (;;) {
      const readyAtMs = performance.now();
      const exit = await child.exited;
      if (ended.signal.aborted) return;
      if (asked.length > 0 || performance.now() - readyAtMs >= HEALTHY_AFTER_MS) failures = 0;
      const next = await startAgain(`ended by itself (${describeExit(exit)})`, failures);
      if (next === undefined) return;
      child = next;
      failures += 1;
      // stop() came while this one was becoming ready, and knew only its predecessor.
      if (ended.signal.aborted) return next.stop();
    }
  };
  const watching = watch();

  const stop = async () => {
    ended.abort();
    await child.stop();
    await watching;
    for (const { reject } of asked)
      reject(new LocalStackError('aborted', 'the local stack is being stopped'));
    asked = [];
  };

  return {
    restart: () =>
      new Promise<void>((resolve, reject) => {
        if (ended.signal.aborted) {
          reject(new LocalStackError('aborted', 'the local stack is being stopped'));
          return;
        }
        asked.push({ resolve, reject });
        wake.abort();
        void child.stop();
      }),
    stop,
  };
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, { signal }).catch(() => undefined);
}
