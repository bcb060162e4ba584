/** What a piece of work costs: the CPU time of each part, and what it leaves on disk. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cpuBetween, usesOf } from './processes.ts';
import { untilProjected } from './read-models.ts';
import type { Rig } from './rig.ts';
import type { Stack } from './stack.ts';
import { temporalStoreBytes } from './temporal-use.ts';

export interface Spent<Result> {
  readonly result: Result;
  /** By part. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** What each store has grown by. */
  readonly storedBytes: StoredBytes;
}

type StoredBytes = Readonly<Record<'temporal' | 'kafka' | 'postgres', number>>;

/** Spent from the beginning of `work` until the read models know of all that came of it. */
export async function spend<Result>(rig: Rig, work: () => Promise<Result>): Promise<Spent<Result>> {
  const storedBefore = await storedBytes(rig.stack);
  const before = usesOf(rig.pids());
  const result = await rig.measured(work);
  await untilProjected(rig);
  const cpuMs = cpuBetween(before, usesOf(rig.pids()));
  return { result, cpuMs, storedBytes: less(await storedBytes(rig.stack), storedBefore) };
}

/** Name by name, the first without the second. */
export const less = <Name extends string>(
  whole: Readonly<Record<Name, number>>,
  part: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> =>
  Object.fromEntries(
    Object.entries<number>(whole).map(([name, value]) => [name, value - part[name as Name]]),
  ) as Record<Name, number>;

/** Of all parts that a delivery pays for: the receiver and the bench are not ours. */
export const ourCpuMs = (cpuMs: Readonly<Record<string, number>>): number =>
  Object.entries(cpuMs).reduce(
    (sum, [part, ms]) => (part === 'receiver' || part === 'bench' ? sum : sum + ms),
    0,
  );

async function storedBytes(stack: Stack): Promise<StoredBytes> {
  const { rows } = await stack.database.query<{ size: string }>(
    'select pg_database_size(current_database()) as size',
  );
  return {
    temporal: temporalStoreBytes(stack),
    kafka: segmentBytes(join(stack.config.dataDir, 'kafka')),
    postgres: Number(rows[0]!.size),
  };
}

const segmentBytes = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log'))
    .reduce((total, name) => total + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
