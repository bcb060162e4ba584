import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createRetryCounter, measureWorker } from '../../../services/worker/metrics.ts';

it('a worker tells what waits in it, at the moment when it is asked', async () => {
  const registry = new Registry();
  const memory = { bytes: 0 };
  let waiting = 1;
  measureWorker(registry, {
    gates: { waiting: () => waiting, onWire: () => 2, openCircuits: () => 3 },
    work: { inHand: () => 4 },
    memory,
  });
  createRetryCounter(registry).inc({ carrier: 'group' }, 6);
  waiting = 10;
  memory.bytes = 5;
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual([
    'webhooks_worker_open_circuits 3',
    'webhooks_worker_attempts_waiting 10',
    'webhooks_worker_attempts_on_wire 2',
    'webhooks_worker_work_in_hand 4',
    'webhooks_worker_release_bytes 5',
    'webhooks_worker_group_retries_total{carrier="own"} 0',
    'webhooks_worker_group_retries_total{carrier="group"} 6',
  ]);
});
