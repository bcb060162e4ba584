/** What waits for workers, as a real Temporal tells it. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createBacklog } from '../../../infra/temporal/backlog.ts';
import { startTestTemporal, type TestTemporal } from './test-temporal.ts';

const LIMIT = 3;

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await startTestTemporal();
});
afterAll(() => temporal.stop());

it('there is room until as many tasks wait as may', async () => {
  const { client } = temporal;
  const hasRoom = async (): Promise<boolean> => {
    const backlog = createBacklog(client, 'nobody', LIMIT, pino({ level: 'silent' }));
    return backlog.room(AbortSignal.timeout(400)).then(
      () => true,
      () => false,
    );
  };
  expect(await hasRoom()).toBe(true);
  for (let index = 0; index < LIMIT; index += 1)
    await client.workflow.start('whatever', { taskQueue: 'nobody', workflowId: `${index}` });
  await vi.waitFor(async () => expect(await hasRoom()).toBe(false), { timeout: 60_000 });
});
