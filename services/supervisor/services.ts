/** The four services as processes of their own, each started again when it dies. */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { request } from 'undici';
import { startChild, type ChildSpec } from '../../infra/local-stack/child.ts';
import { keepAlive, type KeptAlive } from '../../infra/local-stack/keep-alive.ts';
import type { Config } from '../../schemas/config.ts';

/** In the order in which they stop: what takes work in stops before what carries it out. */
const SERVICE_NAMES = ['api', 'router', 'worker', 'projector'] as const;
type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * Attempts are many small objects that die young: with V8's default of 16 MB a tenth of the worker's time went to moving
 * them. The others gain less by it than the memory is worth. `npm run worker` has the same.
 */
const WORKER_V8_FLAGS = ['--max-semi-space-size=32'];

/**
 * Names are resolved by threads of Node's, of which half may wait for name servers: of the four that there are by
 * default, two customers' names with a dead name server kept both, and nobody else's name was resolved.
 */
const THREADS = '64';

/** What glibc keeps for each of a service's many threads is a tenth of its memory, where it may have an arena for each. */
const ARENAS = '2';

/** What a service finds in its environment beside what is given; `npm run worker` and `npm run router` set the same. */
export const withDefaults = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  UV_THREADPOOL_SIZE: THREADS,
  MALLOC_ARENA_MAX: ARENAS,
  ...environment,
});

export interface Services {
  /** Stops all of them in good order. */
  stop(): Promise<void>;
}

/**
 * Starts every service and resolves when all are ready. `environment` is theirs; `report` takes a line for a
 * person when one dies and when it runs again.
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
  try {
    await Promise.all(
      SERVICE_NAMES.map(async (name) => {
        const files = {
          pidFile: join(config.dataDir, 'run', `${name}.pid`),
          logFile: join(config.dataDir, 'logs', `${name}.log`),
        };
        const start = (startSignal: AbortSignal) =>
          startChild(specOf(name, config, environment), files, startSignal);
        running.set(name, await keepAlive(start, (line) => report(`${name}: ${line}`), signal));
        report(`${name}: ready`);
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

function specOf(name: ServiceName, config: Config, environment: NodeJS.ProcessEnv): ChildSpec {
  const port = portOf(name, config);
  const address = `http://${config.host}:${port}`;
  return {
    title: name,
    command: process.execPath,
    // The data folder is an argument only so that an orphan of this stack can be told from another's.
    args: [
      '--enable-source-maps',
      ...(name === 'worker' ? WORKER_V8_FLAGS : []),
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
