import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startLocalStack, type LocalStack } from '../../../infra/local-stack/local-stack.ts';
import {
  isAlive,
  makeDataDir,
  PROBES,
  randomPortOffset,
  recordedPids,
  removeDataDir,
  withTemporal,
  type PartName,
} from './stack-probe.ts';

const PARTS: readonly PartName[] = ['kafka', 'temporal', 'postgres'];

describe('a running stack', () => {
  const dataDir = makeDataDir(0o755);
  const portOffset = randomPortOffset();
  const lines: string[] = [];
  const start = () =>
    startLocalStack({
      dataDir,
      portOffset,
      environment: process.env,
      report: (line) => lines.push(line),
    });
  let stack: LocalStack;

  beforeAll(async () => {
    stack = await start();
    for (const part of PARTS) await PROBES[part].mark(stack);
  });
  afterAll(async () => {
    await stack.stop();
    removeDataDir(dataDir);
  });

  test.each(PARTS)('has a %s that answers, and a pid file that names its process', async (part) => {
    expect(await PROBES[part].isMarked(stack)).toBe(true);
    expect(isAlive(recordedPids(dataDir)[part])).toBe(true);
  });

  test("finds workflows by the product's search attributes", async () => {
    await vi.waitFor(
      () =>
        withTemporal(stack, async (client) => {
          const query = 'WebhookId = "wh_mark0000" AND DeliveryState IS NULL AND TargetHost IS NULL';
          expect((await client.workflow.count(query)).count).toBe(1);
        }),
      { timeout: 10_000, interval: 100 },
    );
  });

  test('shows the Temporal UI', async () => {
    const answer = await fetch(stack.temporalUiUrl);
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
  });

  test('is refused a second time on its data folder, and goes on', async () => {
    await expect(start()).rejects.toMatchObject({ kind: 'data_dir_in_use' });
    expect(await PROBES.postgres.isMarked(stack)).toBe(true);
  });

  test.each(PARTS)('brings %s back by itself after kill -9, its data kept', async (part) => {
    const killed = recordedPids(dataDir)[part] ?? 0;
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(
      () => {
        expect(lines.at(-1)).toMatch(/running again$/);
        expect(isAlive(recordedPids(dataDir)[part])).toBe(true);
        expect(recordedPids(dataDir)[part]).not.toBe(killed);
      },
      { timeout: 60_000, interval: 100 },
    );
    lines.push('seen');
    expect(await PROBES[part].isMarked(stack)).toBe(true);
  });

  test('restarts a part when asked to', async () => {
    const before = recordedPids(dataDir).postgres;
    await stack.restart('postgres');
    expect(recordedPids(dataDir).postgres).not.toBe(before);
    expect(await PROBES.postgres.isMarked(stack)).toBe(true);
  });

  test('leaves no process and no pid file when it is stopped, and starts again with its data', async () => {
    const pids = Object.values(recordedPids(dataDir));
    expect(pids).toHaveLength(3);
    await stack.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(recordedPids(dataDir)).toEqual({});

    stack = await start();
    for (const part of PARTS) expect(await PROBES[part].isMarked(stack)).toBe(true);
  });

  test('does not touch a second stack with another folder and offset', async () => {
    const otherDir = makeDataDir(0o755);
    const other = await startLocalStack({
      dataDir: otherDir,
      portOffset: portOffset + 100,
      environment: process.env,
      report: () => undefined,
    });
    try {
      await PROBES.kafka.mark(other);
      await other.stop();
      expect(recordedPids(otherDir)).toEqual({});
      expect(Object.values(recordedPids(dataDir)).filter(isAlive)).toHaveLength(3);
      for (const part of PARTS) expect(await PROBES[part].isMarked(stack)).toBe(true);
    } finally {
      await other.stop();
      removeDataDir(otherDir);
    }
  });
});
