/**
 * Histories that were recorded once are replayed on the workflows of today: a change that would break
 * deliveries in flight fails here. `npm run histories` records them anew after a change that is meant.
 */
import { type WorkflowBundleWithSourceMap, Worker } from '@temporalio/worker';
import { beforeAll, expect, it } from 'vitest';
import { bundleWorkflows } from './bundle-workflows.ts';
import { readHistory, recordedNames } from './history-file.ts';

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

it('every way that a workflow can take is recorded', () => {
  expect(recordedNames()).toEqual([
    'batch-before-repeats-were-dropped',
    'batch-flushed',
    'batch-renewed',
    'delivery-before-orders-waited',
    'delivery-cancelled',
    'delivery-cancelled-on-the-wire',
    'delivery-exhausted',
    'delivery-gone',
    'delivery-held',
    'delivery-retried',
    'delivery-succeeded',
    'diagnosis-made',
    'failure-watch-disabled',
    'failure-watch-recovered',
    'group-with-retries',
    'release-done',
    'release-woken',
    'subscription-changed',
    'subscription-deleted',
    'subscription-refused',
    'subscription-renewed',
    'test-sent',
  ]);
});

it.each(recordedNames())('%s is replayed as it was', async (name) => {
  await Worker.runReplayHistory({ workflowBundle }, readHistory(name));
});

it('a workflow that goes another way is caught', async () => {
  const changed = await bundleWorkflows(new URL('./changed-delivery.ts', import.meta.url));
  const replayed = Worker.runReplayHistory({ workflowBundle: changed }, readHistory('delivery-retried'));
  await expect(replayed).rejects.toThrow(/Nondeterminism/i);
});
