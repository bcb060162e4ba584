/** The end of a workflow on a real Temporal, for which no worker runs. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { untilEnded } from '../../../infra/temporal/until-ended.ts';
import { startTestTemporal, type TestTemporal } from './test-temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await startTestTemporal();
});
afterAll(() => temporal.stop());

it('is told when it comes, and not before', async () => {
  const { workflow } = temporal.client;
  const running = await workflow.start('whatever', { taskQueue: 'nobody', workflowId: 'a' });
  let isTold = false;
  const told = untilEnded(temporal.client, running.workflowId).then(() => (isTold = true));
  // Questions are answered meanwhile.
  for (let asked = 0; asked < 20; asked += 1) await running.describe();
  expect(isTold).toBe(false);
  await running.terminate();
  await told;
});

it('is told at once where it has come', async () => {
  const ended = await temporal.client.workflow.start('whatever', { taskQueue: 'nobody', workflowId: 'b' });
  await ended.terminate();
  await untilEnded(temporal.client, ended.workflowId);
});

it('of a workflow that never was there is none', async () => {
  await expect(untilEnded(temporal.client, 'c')).rejects.toThrow();
});
