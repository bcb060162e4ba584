/**
 * Histories that were recorded once are replayed on the workflows of today: a change that would break
 * deliveries in flight fails here. `npm run histories` records them anew after a change that is meant.
 */
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap, Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { readHistory, recordedNames } from './history-file.ts';

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };
const bundleOf = (path: string) =>
  bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(path, import.meta.url)), logger: quiet });

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  workflowBundle = await bundleOf('../../workflows/index.ts');
});

it('every way that a workflow can take is recorded', () => {
  expect(recordedNames()).toEqual([
    'batch-before-repeats-were-dropped',
    'batch-flushed',
    'batch-renewed',
    'delivery-cancelled',
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
  const changed = await bundleOf('./changed-delivery.ts');
  const replayed = Worker.runReplayHistory({ workflowBundle: changed }, readHistory('delivery-retried'));
  await expect(replayed).rejects.toThrow(/Nondeterminism/i);
});
