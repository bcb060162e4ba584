import { describe, expect, test, vi } from 'vitest';
import type { ChildExit, RunningChild } from '../../../infra/local-stack/child.ts';
import { keepAlive, pauseBeforeRestartMs } from '../../../infra/local-stack/keep-alive.ts';

interface FakeChild extends RunningChild {
  die(exit: ChildExit): void;
}

function fakeChild(pid: number): FakeChild {
  let die: (exit: ChildExit) => void = () => undefined;
  const exited = new Promise<ChildExit>((resolve) => (die = resolve));
  const stop = async () => die({ code: 0, signal: null });
  return { pid, exited, stop, die };
}

/** A part whose processes are fakes, and everything that was said about it. */
async function keepFakeAlive() {
  const children: FakeChild[] = [];
  const lines: string[] = [];
  const start = async () => {
    const child = fakeChild(children.length + 1);
    children.push(child);
    return child;
  };
  const kept = await keepAlive(start, (line) => lines.push(line), new AbortController().signal);
  return { kept, children, lines };
}

const KILLED: ChildExit = { code: null, signal: 'SIGKILL' };

describe('a part that is kept alive', () => {
  test('is started again when it ends by itself, and a person is told why', async () => {
    const { kept, children, lines } = await keepFakeAlive();
    children[0]?.die(KILLED);
    await vi.waitFor(() => expect(lines).toContain('running again'), { timeout: 5_000 });
    expect(lines[0]).toBe('ended by itself (SIGKILL); starting it again in 0.5 s');
    expect(children).toHaveLength(2);
    await kept.stop();
  });

  test('is not started again after it was stopped', async () => {
    const { kept, children, lines } = await keepFakeAlive();
    await kept.stop();
    expect(children).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test('is stopped without delay while it pauses before a restart', async () => {
    const { kept, children, lines } = await keepFakeAlive();
    children[0]?.die(KILLED);
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    await kept.stop();
    expect(children).toHaveLength(1);
  });

  test('comes back at once when a restart is asked for', async () => {
    const { kept, children, lines } = await keepFakeAlive();
    await kept.restart();
    expect(children).toHaveLength(2);
    expect(lines).toEqual(['running again']);
    await kept.stop();
  });

  test('refuses a restart once it was stopped', async () => {
    const { kept } = await keepFakeAlive();
    await kept.stop();
    await expect(kept.restart()).rejects.toMatchObject({ kind: 'aborted' });
  });

  test('leaves no process behind when it is stopped while a new one becomes ready', async () => {
    const first = fakeChild(1);
    const second = fakeChild(2);
    let becomeReady: (child: RunningChild) => void = () => undefined;
    let starts = 0;
    const start = () => {
      starts += 1;
      return starts === 1
        ? Promise.resolve(first)
        : new Promise<RunningChild>((ready) => (becomeReady = ready));
    };
    const kept = await keepAlive(start, () => undefined, new AbortController().signal);
    const stopSecond = vi.spyOn(second, 'stop');
    first.die(KILLED);
    await vi.waitFor(() => expect(starts).toBe(2), { timeout: 5_000 });
    const stopped = kept.stop();
    becomeReady(second);
    await stopped;
    expect(stopSecond).toHaveBeenCalled();
  });

  test('tells the one who asked for a restart that it failed, and goes on trying', async () => {
    const children = [fakeChild(1), fakeChild(2)];
    let starts = 0;
    const start = async () => {
      starts += 1;
      const child = starts === 2 ? undefined : children.shift();
      if (child === undefined) throw new Error('the disk is full');
      return child;
    };
    const lines: string[] = [];
    const kept = await keepAlive(start, (line) => lines.push(line), new AbortController().signal);
    await expect(kept.restart()).rejects.toThrow('the disk is full');
    await vi.waitFor(() => expect(lines.at(-1)).toBe('running again'), { timeout: 5_000 });
    await kept.stop();
  });
});

test('the pauses double from half a second up to half a minute', () => {
  expect([0, 1, 2, 5, 6, 100].map(pauseBeforeRestartMs)).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000]);
});
