/** When the router goes on telling an actor of events. Temporal tells what the test says, and waits end when it says. */
import { beforeEach, expect, it, vi } from 'vitest';
import type { ActorStanding } from '../../../domain/batch/keeping-up.ts';
import { type ActorRoom, createActorRoom } from '../../../services/router/actor-room.ts';

const idle: ActorStanding = { historyEvents: 1, historyBytes: 1, task: null };
const busy: ActorStanding = { ...idle, task: { id: '1', attempts: 1 } };
const tooLarge: ActorStanding = { ...idle, historyBytes: 1e9 };
const MUCH = 400_000;

let standing: ActorStanding | null;
/** How often Temporal does not answer. */
let failures: number;
let looks: number;
/** Waits that have begun, each with what ends it. */
let waits: { readonly ms: number; readonly end: () => void }[];
let warned: unknown[];
let room: ActorRoom;
beforeEach(() => {
  standing = idle;
  failures = 0;
  looks = 0;
  waits = [];
  warned = [];
  room = createActorRoom({
    standingOf: () => {
      looks += 1;
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('unavailable')) : Promise.resolve(standing);
    },
    wait: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        waits.push({ ms, end: resolve });
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    logger: { warn: (_fields: unknown, message?: unknown) => void warned.push(message) },
  });
});
const ask = (bytes: number): Promise<void> => room('batch:1', bytes, new AbortController().signal);
const begunWaits = (count: number) => vi.waitUntil(() => waits.length >= count);

it('an actor is looked at when it is told for the first time, and then only after a lot', async () => {
  for (let told = 0; told < 10; told += 1) await ask(1_000);
  expect(looks).toBe(1);
  await ask(MUCH);
  expect(looks).toBe(2);
});

it('very many small signals are a lot as well', async () => {
  for (let told = 0; told < 100; told += 1) await ask(10);
  expect(looks).toBe(3);
});

it('an actor that has done nothing since the last look is not told before it has', async () => {
  standing = busy;
  await ask(MUCH);
  const asked = ask(MUCH);
  await begunWaits(1);
  waits[0]!.end();
  await begunWaits(2);
  standing = { ...busy, task: { id: '2', attempts: 1 } };
  waits[1]!.end();
  await asked;
});

it('two who tell the same actor wait for the same', async () => {
  standing = busy;
  await ask(MUCH);
  const both = [ask(MUCH), ask(MUCH)];
  await begunWaits(2);
  standing = idle;
  for (const { end } of waits) end();
  await Promise.all(both);
});

it('an actor that has ended, or was never there, may be told', async () => {
  standing = null;
  for (let told = 0; told < 3; told += 1) await ask(MUCH);
  expect([looks, waits.length]).toEqual([3, 0]);
});

it('one that does not keep up for long is told of once, and is looked at ever less often', async () => {
  standing = tooLarge;
  void ask(1);
  for (let count = 1; count <= 8; count += 1) {
    await begunWaits(count);
    waits[count - 1]!.end();
  }
  expect(waits.map(({ ms }) => ms)).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  expect(warned).toEqual(['an actor that collects batches does not keep up']);
});

it('a Temporal that is away is asked until it answers', async () => {
  failures = 1;
  await ask(1);
  expect(looks).toBe(2);
});

it('who loses the work waits no longer', async () => {
  standing = tooLarge;
  const taken = new AbortController();
  const asked = room('batch:1', 1, taken.signal);
  await begunWaits(1);
  taken.abort();
  await expect(asked).rejects.toThrow();
});
