import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startLocalStack } from '../../../infra/local-stack/local-stack.ts';
import {
  isAlive,
  makeDataDir,
  PROBES,
  randomPortOffset,
  recordedPids,
  removeDataDir,
  type Addresses,
  type PartName,
} from './stack-probe.ts';

const PARTS: readonly PartName[] = ['kafka', 'temporal', 'postgres'];
/** No part is started where all three are named; the tests below take the names out one by one. */
const EVERYTHING_ELSEWHERE = {
  KAFKA_BROKERS: '127.0.0.1:1',
  TEMPORAL_ADDRESS: '127.0.0.1:2',
  DATABASE_URL: 'postgres://127.0.0.1:3/webhooks',
};

let dataDir: string;
let portOffset: number;
let lines: string[];

beforeEach(() => {
  // For its owner only, as mkdtemp makes it: as root this takes the path where PostgreSQL has to live elsewhere.
  dataDir = makeDataDir(0o700);
  portOffset = randomPortOffset();
  lines = [];
});
afterEach(() => {
  for (const pid of Object.values(recordedPids(dataDir))) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  removeDataDir(dataDir);
});

const start = (environment: NodeJS.ProcessEnv = {}) =>
  startLocalStack({
    dataDir,
    portOffset,
    environment: { ...process.env, ...environment },
    report: (line) => lines.push(line),
  });

/** Only this part, so that a test about one part does not wait for three. */
const startOnly = (part: PartName) => {
  const { KAFKA_BROKERS, TEMPORAL_ADDRESS, DATABASE_URL } = EVERYTHING_ELSEWHERE;
  return start({
    ...(part === 'kafka' ? {} : { KAFKA_BROKERS }),
    ...(part === 'temporal' ? {} : { TEMPORAL_ADDRESS }),
    ...(part === 'postgres' ? {} : { DATABASE_URL }),
  });
};

/** A process of its own that runs a stack; resolves when every part answers. */
async function startInAnotherProcess() {
  const program = spawn(
    process.execPath,
    [
      '--import',
      join(import.meta.dirname, 'typescript-loader.mjs'),
      join(import.meta.dirname, 'run-stack.ts'),
      dataDir,
      String(portOffset),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => {
    program.kill('SIGKILL');
  });
  await once(program.stdout, 'data');
  return program;
}

/** Where a stack of another process answers. */
const localAddresses = (): Addresses => ({
  kafkaBrokers: `127.0.0.1:${9092 + portOffset}`,
  temporalAddress: `127.0.0.1:${7233 + portOffset}`,
  databaseUrl: `postgres://webhooks:webhooks@127.0.0.1:${5433 + portOffset}/webhooks`,
});

describe('after kill -9', () => {
  test('of the process that runs the stack, the next start replaces the orphans and finds all data', async () => {
    const parent = await startInAnotherProcess();
    const orphans = recordedPids(dataDir);
    for (const part of PARTS) await PROBES[part].mark(localAddresses());
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(Object.values(orphans).filter(isAlive)).toHaveLength(3);

    const stack = await start();
    expect(Object.values(orphans).filter(isAlive)).toEqual([]);
    for (const part of PARTS) expect(await PROBES[part].isMarked(stack)).toBe(true);
    await stack.stop();
  });

  test('of everything at once, the next start finds all data', async () => {
    const parent = await startInAnotherProcess();
    const orphans = Object.values(recordedPids(dataDir));
    for (const part of PARTS) await PROBES[part].mark(localAddresses());
    parent.kill('SIGKILL');
    for (const pid of orphans) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(orphans.filter(isAlive)).toEqual([]), { timeout: 20_000 });

    const stack = await start();
    for (const part of PARTS) expect(await PROBES[part].isMarked(stack)).toBe(true);
    await stack.stop();
  });
});

test('a process that exits without stopping its stack takes the parts with it', async () => {
  const parent = await startInAnotherProcess();
  const parts = Object.values(recordedPids(dataDir));
  expect(parts.filter(isAlive)).toHaveLength(3);
  parent.kill('SIGTERM');
  await vi.waitFor(() => expect(parts.filter(isAlive)).toEqual([]), { timeout: 20_000, interval: 100 });
});

describe('a start', () => {
  test('passes over a part whose address is in the environment', async () => {
    const stack = await start(EVERYTHING_ELSEWHERE);
    expect(stack).toMatchObject({
      kafkaBrokers: EVERYTHING_ELSEWHERE.KAFKA_BROKERS,
      temporalAddress: EVERYTHING_ELSEWHERE.TEMPORAL_ADDRESS,
      databaseUrl: EVERYTHING_ELSEWHERE.DATABASE_URL,
    });
    expect(recordedPids(dataDir)).toEqual({});
    await expect(stack.restart('kafka')).rejects.toMatchObject({ kind: 'wrong_option' });
    await stack.stop();
  });

  test('leaves a stranger alone who has taken over a recorded process id', async () => {
    const first = await startOnly('temporal');
    await first.stop();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => {
      stranger.kill('SIGKILL');
    });
    writeFileSync(join(dataDir, 'run', 'temporal.pid'), `${stranger.pid}\n`);

    const second = await startOnly('temporal');
    expect(isAlive(stranger.pid)).toBe(true);
    await second.stop();
  });

  test('names the port, the part and the variable when a stranger listens, and leaves nothing running', async () => {
    const stranger = createServer();
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address() as AddressInfo;
    portOffset = port - 8233;

    const failure = await start().catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'port_in_use' });
    expect(String(failure)).toMatch(new RegExp(`Temporal: port ${port} .*WEBHOOKS_PORT_OFFSET`));
    expect(recordedPids(dataDir)).toEqual({});
  });

  test('names every program that is missing before anything is installed, and what to set instead', async () => {
    const failure = await start({ PATH: '', JAVA_HOME: '', XDG_CACHE_HOME: join(dataDir, 'cache') }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ kind: 'missing_program' });
    expect(String(failure)).toMatch(/Kafka needs Java 17 or later.*KAFKA_BROKERS/);
    expect(String(failure)).toMatch(/Temporal is not installed.*TEMPORAL_ADDRESS/);
  });

  test('heals a PostgreSQL whose lock names a living stranger', async () => {
    const first = await startOnly('postgres');
    await PROBES.postgres.mark(first);
    const lock = `${clusterOf(dataDir)}/postmaster.pid`;
    const content = readFileSync(lock, 'utf8');
    await first.stop();
    writeFileSync(lock, content.replace(/^\d+/, String(process.pid)));

    const second = await startOnly('postgres');
    expect(await PROBES.postgres.isMarked(second)).toBe(true);
    await second.stop();
  });

  test('is given up when its caller gives up, and leaves nothing running', async () => {
    const givenUp = new AbortController();
    const starting = startLocalStack({
      dataDir,
      portOffset,
      environment: process.env,
      report: (line) => {
        if (line.includes('making a new cluster')) givenUp.abort();
      },
      signal: givenUp.signal,
    });
    await expect(starting).rejects.toMatchObject({ kind: 'aborted' });
    expect(recordedPids(dataDir)).toEqual({});
  });
});

/** The cluster's folder: beside the other data, or where the note in the data folder says. */
function clusterOf(folder: string): string {
  try {
    return join(readFileSync(join(folder, 'postgres.location'), 'utf8').trim(), 'cluster');
  } catch {
    return join(folder, 'postgres', 'cluster');
  }
}
