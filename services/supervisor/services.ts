/** The four services as processes of their own, each started again when it dies. */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { request } from 'undici';
import { startChild, type ChildSpec } from '../../infra/local-stack/child.ts';
import { keepAlive, type KeptAlive } from '../../infra/local-stack/keep-alive.ts';
import { type Config, localUrl } from '../../schemas/config.ts';

/** In the order in which they stop: what takes work in stops before what carries it out. */
const SERVICE_NAMES = ['api', 'router', 'worker', 'projector'] as const;
type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * What V8 is told, beside source maps; `npm run <service>` says the same.
 *
 * It lets a heap grow to three times what is in use before it collects it again, which a busy service always reaches.
 * Told to stop earlier it takes less memory and more time: each has as much as its size allows (decision 036).
 *
 * Attempts are many small objects that die young: with V8's default of 16 MB a tenth of the worker's time went to moving
 * them. The router's live until they are handed over, however much room they have.
 */
export const V8_FLAGS: Readonly<Record<ServiceName, readonly string[]>> = {
  api: ['--heap-growing-percent=20'],
  router: ['--heap-growing-percent=7', '--max-semi-space-size=6'],
  worker: ['--heap-growing-percent=50', '--max-semi-space-size=32'],
  projector: ['--heap-growing-percent=80'],
};

const ENVIRONMENT = {
  /**
   * Names are resolved by threads of Node's, of which half may wait for name servers: of the four that there are by
   * default, two customers' names with a dead name server kept both, and nobody else's name was resolved.
   */
  UV_THREADPOOL_SIZE: '64',
  /** What glibc keeps for each of a service's many threads is a tenth of its memory, where it may have an arena for each. */
  MALLOC_ARENA_MAX: '2',
  /**
   * A group is carried in pieces of hundreds of kilobytes. glibc learns from the first of them to keep such pieces, and
   * then has holes of that size: told not to learn, it gives them back.
   */
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;

/** What a service finds in its environment beside what is given; `npm run worker` and `npm run router` set the same. */
export const withDefaults = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...ENVIRONMENT,
  ...environment,
});

export interface Services {
  /** Stops all of them in good order. */
  stop(): Promise<void>;
}

/**
 * Starts every service and resolves when all are ready; where one fails, or `signal` gives the start up, it rejects
 * once none is left. `environment` is theirs; `report` takes a line for a person when one dies and when it runs again.
 */
export async function startServices(
  config: Config,
  environment: NodeJS.ProcessEnv,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Services> {
  const running = new Map<ServiceName, KeptAlive>();
  const stop = async (): Promise<void> => {
    for (const name of SERVICE_NAMES) await running.get(name)?.stop();
  };
  const failed = new AbortController();
  const startSignal = AbortSignal.any([failed.signal, signal]);
  const causes: unknown[] = [];
  await Promise.all(
    SERVICE_NAMES.map(async (name) => {
      const files = {
        pidFile: join(config.dataDir, 'run', `${name}.pid`),
        logFile: join(config.dataDir, 'logs', `${name}.log`),
      };
      const start = (untilSignal: AbortSignal) =>
        startChild(specOf(name, config, environment), files, untilSignal);
      try {
        running.set(name, await keepAlive(start, (line) => report(`${name}: ${line}`), startSignal));
        report(`${name}: ready`);
      } catch (error) {
        causes.push(error);
        failed.abort(); // the others need not become ready: they would be stopped at once
      }
    }),
  );
  if (causes.length === 0) return { stop };
  await stop();
  throw causes[0];
}

function specOf(name: ServiceName, config: Config, environment: NodeJS.ProcessEnv): ChildSpec {
  const port = portOf(name, config);
  const address = localUrl(config, port);
  return {
    title: name,
    command: process.execPath,
    // The data folder is an argument only so that an orphan of this stack can be told from another's.
    args: [
      '--enable-source-maps',
      ...V8_FLAGS[name],
      fileURLToPath(new URL(`../${name}/main.js`, import.meta.url)),
      `--data-dir=${config.dataDir}`,
    ],
    environment: withDefaults(environment),
    directory: process.cwd(),
    stopSignal: 'SIGTERM',
    marker: `${name}/main.js --data-dir=${config.dataDir}`,
    ports: [port],
    address,
    // What is delivered comes before what is shown of it.
    givesWay: name === 'projector',
    async isReady() {
      // Not `fetch`: see demo.ts.
      const signal = AbortSignal.timeout(2_000);
      const { statusCode, body } = await request(`${address}/readyz`, { signal });
      await body.dump();
      return statusCode === 200;
    },
  };
}

function portOf(name: ServiceName, { ports }: Config): number {
  switch (name) {
    case 'api':
      return ports.api;
    case 'router':
      return ports.routerHealth;
    case 'worker':
      return ports.workerHealth;
    case 'projector':
      return ports.projectorHealth;
  }
}
