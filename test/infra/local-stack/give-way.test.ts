import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { giveWay } from '../../../infra/local-stack/give-way.ts';

it('a process that gives way has less weight than others, and so has its session', async () => {
  const child = spawn('sleep', ['60'], { detached: true });
  await once(child, 'spawn');
  try {
    giveWay(child.pid!);
    expect(getPriority(child.pid)).toBeGreaterThan(getPriority());
    const autogroup = `/proc/${child.pid}/autogroup`;
    // Absent where the kernel has no autogroups, and elsewhere than on Linux.
    if (existsSync(autogroup)) expect(readFileSync(autogroup, 'utf8')).toMatch(/ nice 5\n$/);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

it('a process that has ended already is none of its business', async () => {
  const child = spawn('true', { detached: true });
  await once(child, 'exit');
  expect(() => giveWay(child.pid!)).not.toThrow();
});
