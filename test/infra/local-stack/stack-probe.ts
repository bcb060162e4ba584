/** What the stack's tests do with its parts: leave a mark in each that must outlive a crash, and look for it. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { inspectProcess } from '../../../infra/local-stack/process-table.ts';

export type PartName = 'kafka' | 'temporal' | 'postgres';

/** The addresses of a stack, which `LocalStack` has too. */
export interface Addresses {
  readonly kafkaBrokers: string;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
}

/** Ports from 20,000 up, and below those that the system gives to clients. */
export function randomPortOffset(): number {
  return randomInt(15_000, 22_000);
}

/** A fresh data folder. mkdtemp makes it for its owner only; `mode` says who else may enter. */
export function makeDataDir(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-stack-'));
  chmodSync(folder, mode);
  return folder;
}

/** Removes it, with the cluster that PostgreSQL keeps elsewhere where its account cannot enter the folder. */
export function removeDataDir(dataDir: string): void {
  const note = join(dataDir, 'postgres.location');
  if (existsSync(note)) rmSync(readFileSync(note, 'utf8').trim(), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

/** The ids in the pid files of a data folder; a part without a file is left out. */
export function recordedPids(dataDir: string): Partial<Record<PartName, number>> {
  const pids: Partial<Record<PartName, number>> = {};
  for (const part of ['kafka', 'temporal', 'postgres'] as const) {
    const file = join(dataDir, 'run', `${part}.pid`);
    if (existsSync(file)) pids[part] = Number(readFileSync(file, 'utf8'));
  }
  return pids;
}

export function isAlive(pid: number | undefined): boolean {
  return pid !== undefined && inspectProcess(pid) !== undefined;
}

/** How to leave a mark in a part, and whether one is there. Both reject where the part does not answer. */
export const PROBES: Record<
  PartName,
  { mark(at: Addresses): Promise<void>; isMarked(at: Addresses): Promise<boolean> }
> = {
  kafka: {
    mark: (at) =>
      withKafka(at, async (admin) => {
        await admin.createTopics({ topics: [{ topic: 'mark', numPartitions: 1 }], waitForLeaders: true });
      }),
    isMarked: (at) => withKafka(at, async (admin) => (await admin.listTopics()).includes('mark')),
  },
  temporal: {
    mark: (at) =>
      withTemporal(at, async (client) => {
        await client.workflow.start('mark', {
          workflowId: 'mark',
          taskQueue: 'nobody-listens',
          searchAttributes: { WebhookId: ['wh_mark0000'] },
        });
      }),
    isMarked: (at) =>
      withTemporal(at, async (client) => {
        const { status } = await client.workflow.getHandle('mark').describe();
        return status.name === 'RUNNING';
      }),
  },
  postgres: {
    mark: (at) =>
      withPostgres(at, async (client) => {
        await client.query('create table mark as select 1 as one');
      }),
    isMarked: (at) =>
      withPostgres(at, async (client) => (await client.query('select one from mark')).rowCount === 1),
  },
};

type Admin = ReturnType<Kafka['admin']>;

async function withKafka<T>(at: Addresses, use: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({
    brokers: at.kafkaBrokers.split(','),
    retry: { retries: 2 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

export async function withTemporal<T>(at: Addresses, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: at.temporalAddress, connectTimeout: '5s' });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

async function withPostgres<T>(at: Addresses, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: at.databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
