/** What a router tells an actor that collects batches, on a real Temporal, while no worker is there to take it. */
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BatchAddress } from '../../../domain/batch/batch-address.ts';
import type { BatchItem, FlushedBatch } from '../../../domain/batch/batch.ts';
import { MOST_HISTORY } from '../../../domain/batch/keeping-up.ts';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { standingOf } from '../../../infra/temporal/batch-actors.ts';
import type { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import { createTemporalBatches } from '../../../services/router/temporal-batches.ts';
import { BATCH_ACTOR } from '../../../workflows/messages.ts';
import { itemAt } from '../../domain/batch/batch-items.ts';
import { startTestTemporal, type TestTemporal } from '../../infra/temporal/test-temporal.ts';
import { bundleWorkflows } from '../../workflows/bundle-workflows.ts';

const ADDRESS: BatchAddress = {
  accountId: 'default' as AccountId,
  subscriptionId: 'wh_abc12345' as SubscriptionId,
  eventType: 'workflow.completed',
};
const ACTOR = 'batch:test';
/** Of one chunk, and how many there are: more than Temporal lets one history grow to. */
const EVENTS = 500;
const CHUNKS = 60;
const EVENT_BYTES = 2_000;
const logger = { warn: () => undefined };

let temporal: TestTemporal;
let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  temporal = await startTestTemporal();
  workflowBundle = await bundleWorkflows();
});
afterAll(() => temporal.stop());

/** Does not compress to less than three quarters. */
const noisyItem = (offset: number): BatchItem => {
  const text = JSON.stringify({ id: `evt_${offset}`, data: randomBytes(EVENT_BYTES).toString('base64') });
  return { ...itemAt(offset), text, bytes: Buffer.byteLength(text) };
};
/** Tells the actor of `chunks` chunks, one after the other as the chunks of a partition come. */
async function tell(chunks: number): Promise<void> {
  const batches = createTemporalBatches(temporal.client, createSubscriptionDirectory(), logger);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const items = Array.from({ length: EVENTS }, (_, index) => noisyItem(chunk * EVENTS + index));
    const terms = { version: 1, size: 100, timeoutMs: 3_600_000 };
    const told = { actorId: ACTOR, address: ADDRESS, terms, items, url: 'https://example.com/hooks' };
    await batches.tell([told], new AbortController().signal);
  }
}

it('an actor without a worker is told no more than its history has room for, and loses nothing', async () => {
  let isTold = false;
  const telling = tell(CHUNKS).then(() => void (isTold = true));
  let before = -1;
  const hasStopped = async (): Promise<boolean> => {
    const bytes = (await standingOf(temporal.client, ACTOR))?.historyBytes ?? 0;
    const isSame = bytes > 0 && bytes === before;
    before = bytes;
    return isSame;
  };
  await expect.poll(hasStopped, { timeout: 60_000, interval: 3_000 }).toBe(true);
  expect([isTold, before < MOST_HISTORY.bytes]).toEqual([false, true]);

  const started: FlushedBatch[] = [];
  const worker = await Worker.create({
    connection: temporal.connection,
    namespace: temporal.namespace,
    dataConverter: temporal.dataConverter,
    workflowBundle,
    taskQueue: BATCH_ACTOR.taskQueue,
    activities: {
      startBatches: (_address: BatchAddress, batches: readonly FlushedBatch[]) =>
        Promise.resolve(void started.push(...batches)),
    },
  });
  await worker.runUntil(async () => {
    await telling;
    await expect.poll(() => started.length, { timeout: 60_000 }).toBe((CHUNKS * EVENTS) / 100);
  });
  const offsets = started.flatMap(({ items }) => items.map(({ source }) => Number(source.offset)));
  expect(offsets).toEqual(Array.from({ length: CHUNKS * EVENTS }, (_, offset) => offset));
}, 180_000);
