/** Kills parts of a stack while it works; whoever keeps them alive starts them again. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Part, Stack } from './stack.ts';

export interface Killing {
  /** Ends it; answers how many were killed. */
  stop(): Promise<number>;
}

/** Kills one of `parts`, chosen at random, every `everySeconds`; 0 for never. */
export function startKilling(
  stack: Stack,
  parts: readonly Part[],
  everySeconds: number,
  say: (line: string) => void,
): Killing {
  const ended = new AbortController();
  let killed = 0;
  const killAgainAndAgain = async (): Promise<void> => {
    while (everySeconds > 0) {
      await delay(everySeconds * 1_000, undefined, { signal: ended.signal });
      const part = parts[Math.floor(Math.random() * parts.length)]!;
      stack.signal(part, 'SIGKILL');
      say(`killed the ${part}`);
      killed += 1;
    }
  };
  const killing = killAgainAndAgain().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return {
    async stop() {
      ended.abort();
      await killing;
      return killed;
    },
  };
}
