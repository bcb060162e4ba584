import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { onlyChildOf, startSampling, usesOf } from '../../bench/processes.ts';

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

it('a scenario that fails while it samples does not keep the bench alive', () => {
  const before = timers();
  const sampling = startSampling(() => ({ own: process.pid }), 60_000);
  expect(timers()).toBe(before);
  expect(sampling.stop()).toHaveLength(2);
});

it('finds the process that another one has started, while it lives', async () => {
  const parent = spawn('sh', ['-c', 'sleep 30 & wait']);
  try {
    const child = await vi.waitUntil(() => onlyChildOf(parent.pid), { timeout: 20_000 });
    expect(usesOf({ child })['child']!.rssBytes).toBeGreaterThan(0);
    process.kill(child);
    await once(parent, 'exit');
    expect(onlyChildOf(parent.pid)).toBeUndefined();
  } finally {
    parent.kill();
  }
});
