/** The receiver process from outside: its endpoints, how they behave, and what has come. */
import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Answers, Arrivals, Behaviour, Progress, Request, Tally } from './receiver/messages.ts';

/** How often a run is looked at while it is waited for. Times of arrival are the receiver's own. */
const LOOK_EVERY_MS = 100;

export interface Receiver {
  readonly pid: number;
  /** `http://127.0.0.1:<port>` of each endpoint. */
  readonly endpoints: readonly string[];
  /** From now on; requests on the wire keep what was said before. */
  behave(endpoint: number | 'all', behaviour: Behaviour): Promise<void>;
  tally(run: string): Promise<Tally>;
  arrivals(run: string): Promise<Arrivals>;
  /** Waits until `isEnough`, or until no request has come for `patienceMs`. Answers what came either way. */
  waitFor(
    run: string,
    isEnough: (progress: Progress) => boolean,
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<Tally>;
  stop(): Promise<void>;
}

/** Starts the process with so many endpoints, all of which answer 200. */
export async function startReceiver(endpoints: number): Promise<Receiver> {
  const child = fork(fileURLToPath(new URL('receiver/main.js', import.meta.url)), {
    serialization: 'advanced',
    execArgv: [],
  });
  const waiting = new Map<number, (value: never) => void>();
  let asked = 0;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', ({ id, value }: { id: number; value: never }) => {
    waiting.get(id)?.(value);
    waiting.delete(id);
  });
  const ask = <Ask extends Request['ask']>(request: Extract<Request, { ask: Ask }>): Promise<Answers[Ask]> =>
    Promise.race([
      new Promise<Answers[Ask]>((resolve) => {
        waiting.set((asked += 1), resolve);
        child.send({ id: asked, request });
      }),
      exited.then(() => {
        throw new Error('the receiver has ended');
      }),
    ]);

  const ports = await ask({ ask: 'listen', endpoints });
  const tally = (run: string): Promise<Tally> => ask({ ask: 'tally', run });
  return {
    pid: child.pid!,
    endpoints: ports.map((port) => `http://127.0.0.1:${port}`),
    behave: async (endpoint, behaviour) => void (await ask({ ask: 'behave', endpoint, behaviour })),
    tally,
    arrivals: (run) => ask({ ask: 'arrivals', run }),
    async waitFor(run, isEnough, patienceMs, signal) {
      let requests = -1;
      let lastCameAtMs = performance.now();
      for (;;) {
        const progress = await ask({ ask: 'progress', run });
        if (isEnough(progress)) return tally(run);
        if (progress.requests !== requests) lastCameAtMs = performance.now();
        else if (performance.now() - lastCameAtMs > patienceMs) return tally(run);
        requests = progress.requests;
        await delay(LOOK_EVERY_MS, undefined, { signal });
      }
    },
    async stop() {
      if (child.exitCode === null && child.connected) child.disconnect();
      await exited;
    },
  };
}
