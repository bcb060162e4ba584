/**
 * A stack of the bench's own: `npm start` on ports and data that nobody else has. When it is stopped nothing of it
 * is left, neither processes nor data.
 */
import type { Client, Connection } from '@temporalio/client';
import type { Kafka } from 'kafkajs';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { pino } from 'pino';
import { createKafka } from '../infra/kafka/client.ts';
import { createPool } from '../infra/postgres/pool.ts';
import { logFile } from '../infra/process/data-dir.ts';
import { readPid } from '../infra/process/pid-file.ts';
import type { Logger } from '../infra/telemetry.ts';
import { keyRing } from '../infra/crypto/sealed-secret.ts';
import { connectClient, createClient } from '../infra/temporal/client.ts';
import { type Config, localUrl, parseConfig } from '../schemas/config.ts';
import { onlyChildOf, type Pids } from './processes.ts';

const PARTS = ['router', 'worker', 'projector', 'api', 'temporal', 'kafka', 'postgres'] as const;
export type Part = (typeof PARTS)[number];
type Service = 'router' | 'worker' | 'projector' | 'api';

export interface Stack {
  readonly config: Config;
  readonly kafka: Kafka;
  readonly database: pg.Pool;
  /** Sees workflows; their payloads stay sealed. */
  readonly temporal: Client;
  readonly logger: Logger;
  /** One request to the API. Rejects where it is refused. */
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** Of what runs now, the process beside the router by itself. */
  pids(): Pids;
  /** Signals a part. Whoever keeps it alive starts it again. */
  signal(part: Part, signal: NodeJS.Signals): void;
  /** Resolves once another process than `pid` serves as `service`. */
  whenReplaced(service: Service, pid: number): Promise<void>;
  stop(): Promise<void>;
}

/** Below the range from which the system takes ports for outgoing connections. */
const randomOffset = (): number => 15_000 + Math.floor(Math.random() * 7_000);
const START_PATIENCE_MS = 180_000;
const LOOK_EVERY_MS = 50;
const READ_AGAIN_MS = 1_000;
/** The supervisor ends its seven processes one after the other, and gives each 30 s. */
const STOP_PATIENCE_MS = 240_000;

/** What would have the stack use somebody else's parts or ports. */
const NOT_INHERITED = [
  'KAFKA_BROKERS',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_UI_URL',
  'DATABASE_URL',
  'PORT',
  'HEALTH_PORT',
  'HOST',
];

/** Starts everything and resolves when all services take work. `environment` is added to ours. */
export async function startStack(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Stack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'webhooks-bench-'));
  // So that PostgreSQL's account can reach its cluster, where we are root.
  chmodSync(dataDir, 0o755);
  const settings: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.includes(name))),
    NO_COLOR: '1',
    WEBHOOKS_DATA_DIR: dataDir,
    WEBHOOKS_PORT_OFFSET: String(randomOffset()),
    WEBHOOKS_API_KEY: `whk_${randomBytes(24).toString('base64url')}`,
    WEBHOOKS_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ...environment,
  };
  const parsed = parseConfig(settings, process.cwd());
  if (!parsed.ok) throw new Error(parsed.message);
  const { config } = parsed;

  // A group of its own: Ctrl-C reaches us alone, and we stop it in good order.
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../services/supervisor/main.js', import.meta.url)), '--no-demo'],
    { env: settings, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (text: Buffer) => void (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => void (output += text.toString()));
  const ended = new AbortController();
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ended.abort(new Error(`the stack has ended:\n${output}`));
      resolve();
    });
  });
  const end = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGINT');
    const inTime = await Promise.race([
      exited.then(() => true),
      delay(STOP_PATIENCE_MS, false, { ref: false }),
    ]);
    if (!inTime) throw new Error(`process ${child.pid} does not stop; its data is in ${dataDir}`);
    removeData(dataDir);
  };

  const givenUp = AbortSignal.any([signal, ended.signal]);
  try {
    for (const service of ['api', 'router', 'worker', 'projector'] as const) {
      await until(() => isReady(config, service), START_PATIENCE_MS, `the ${service} to start`, givenUp);
    }
    return await connect(config, dataDir, givenUp, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function connect(
  config: Config,
  dataDir: string,
  givenUp: AbortSignal,
  end: () => Promise<void>,
): Promise<Stack> {
  const logger = pino({ base: { service: 'bench' } }, pino.destination(logFile(dataDir, 'bench')));
  const database = createPool(config.databaseUrl, logger);
  const connection: Connection = await connectClient(config.temporal);
  const [current, ...older] = config.encryptionKeys;
  const pidOf = (part: Part): number | undefined => readPid(join(dataDir, 'run', `${part}.pid`));
  return {
    config,
    logger,
    database,
    kafka: createKafka(config.kafka, 'webhooks-bench', logger),
    temporal: createClient(connection, config.temporal.namespace, keyRing(current!, ...older)),
    async call(method, path, body) {
      const response = await fetch(localUrl(config, config.ports.api) + path, {
        method,
        headers: {
          authorization: `Bearer ${config.adminKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    pids() {
      const pids = new Map<string, number | undefined>(PARTS.map((part) => [part, pidOf(part)]));
      pids.set('first attempts', onlyChildOf(pids.get('router')));
      return Object.fromEntries(
        [...pids].filter((entry): entry is [string, number] => entry[1] !== undefined),
      );
    },
    signal(part, name) {
      const pid = pidOf(part);
      if (pid !== undefined) process.kill(pid, name);
    },
    whenReplaced: (service, pid) =>
      until(
        async () => ![undefined, pid].includes(pidOf(service)) && (await isReady(config, service)),
        START_PATIENCE_MS,
        `another ${service}`,
        givenUp,
      ),
    async stop() {
      await connection.close();
      await database.end();
      await end();
    },
  };
}

/** Waits until `holds` answers true. Rejects after `patienceMs`, saying what was waited for. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patienceMs: number,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${patienceMs / 1_000} s for ${what}`);
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** What `read` answers once two answers a second apart are the same: what goes on behind it has come to its end. */
export async function untilSteady<T extends string | number>(
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let last = await read(); ;) {
    await delay(READ_AGAIN_MS, undefined, { signal });
    const next = await read();
    if (next === last) return next;
    last = next;
  }
}

async function isReady({ host, ports }: Config, service: Service): Promise<boolean> {
  const port = {
    api: ports.api,
    router: ports.routerHealth,
    worker: ports.workerHealth,
    projector: ports.projectorHealth,
  }[service];
  try {
    return (await fetch(`${localUrl({ host }, port)}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function removeData(dataDir: string): void {
  // Where PostgreSQL's account cannot reach the data folder, its cluster lies elsewhere.
  const note = join(dataDir, 'postgres.location');
  if (existsSync(note)) rmSync(readFileSync(note, 'utf8').trim(), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}
