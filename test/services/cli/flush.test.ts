import { describe, expect, it } from 'vitest';
import { run, startApi } from './run.ts';

describe('subscriptions flush', () => {
  it.each([
    [{ batches: 2, events: 17 }, '17 events in 2 batches on the way'],
    [{ batches: 1, events: 1 }, '1 event in 1 batch on the way'],
    [{ batches: 0, events: 0 }, 'wh_abc12345 has nothing collected'],
  ])('says of %j: %s', async (body, told) => {
    const api = await startApi(() => ({ body }));
    const { stdout, exitCode } = await run(['subscriptions', 'flush', 'wh_abc12345'], api);
    expect([exitCode, stdout]).toEqual([0, told]);
    expect(api.requests[0]).toMatchObject({ method: 'POST', path: '/v1/subscriptions/wh_abc12345/flush' });
  });
});
