import { describe, expect, it } from 'vitest';
import { problem, run, startApi } from './run.ts';
import { subscription } from './samples.ts';

const healthy = {
  status: 'healthy',
  success_rate: 99.5,
  total_deliveries: 200,
  average_response_time: 0.0123,
};
const noData = { status: 'no_data', success_rate: null, total_deliveries: 0, average_response_time: null };

describe('health', () => {
  it('tells of one subscription', async () => {
    const api = await startApi(() => ({ body: healthy }));
    const { stdout } = await run(['health', 'wh_1'], api);
    expect(api.requests[0]?.path).toBe('/v1/subscriptions/wh_1/health');
    expect(stdout).toMatchInlineSnapshot(`
      "Status            healthy
      Success rate      99.5 %
      Deliveries        200
      Average response  12 ms"
    `);
  });

  const ids = ['wh_1', 'wh_2', 'wh_gone'];
  const startAll = () =>
    startApi(({ path }) => {
      if (path.includes('wh_1/')) return { body: healthy };
      if (path.includes('wh_2/')) return { body: noData };
      if (path.includes('wh_gone/')) return problem(404, 'There is no such subscription.');
      return { body: { data: ids.map((id) => ({ ...subscription, id })), next_cursor: null } };
    });

  it('tells of all, without those that went away meanwhile', async () => {
    const { stdout } = await run(['health'], await startAll());
    expect(stdout).toMatchInlineSnapshot(`
      "ID    HEALTH   SUCCESS  DELIVERIES  RESPONSE  STATE   URL
      wh_1  healthy  99.5 %   200         12 ms     active  https://example.com/hook
      wh_2  no_data  -        0           -         active  https://example.com/hook"
    `);
  });

  it('is one list with --json', async () => {
    const { stdout } = await run(['health', '--json'], await startAll());
    const row = { url: subscription.url, state: 'active' };
    expect(JSON.parse(stdout)).toEqual({
      data: [
        { id: 'wh_1', ...row, ...healthy },
        { id: 'wh_2', ...row, ...noData },
      ],
      next_cursor: null,
    });
  });
});

describe('stats', () => {
  it('shows the counts, with times in readable units', async () => {
    const api = await startApi(() => ({
      body: {
        total_deliveries: 10,
        successful_deliveries: 7,
        failed_deliveries: 1,
        pending_deliveries: 2,
        held_deliveries: 0,
        average_response_time: 0.25,
        p95_response_time: 1.5,
        last_delivery: null,
      },
    }));
    const { stdout } = await run(['stats', 'wh_1'], api);
    expect(api.requests[0]?.path).toBe('/v1/subscriptions/wh_1/stats');
    expect(stdout).toMatchInlineSnapshot(`
      "Deliveries        10
      Succeeded         7
      Failed            1
      Pending           2
      Held              0
      Average response  250 ms
      95 % within       1.50 s
      Last delivery     -"
    `);
  });
});
