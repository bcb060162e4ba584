import { describe, expect, it } from 'vitest';
import { run, startApi } from './run.ts';
import { delivery } from './samples.ts';

const check = { path: 'events', operator: 'matches', expected: ['a.*'], actual: 'a.b', outcome: 'holds' };
const explanation = {
  event_id: 'evt_1',
  subscription_id: 'wh_abc12345',
  delivered: false,
  reason: 'condition',
  detail: "The event does not meet the subscription's conditions.",
  event: 'a.b',
  account_id: 'default',
  timestamp: '2024-01-15T10:30:05.123Z',
  subscription: { at: '2024-01-15T10:30:05.123Z', version: 2, state: 'active', state_reason: null },
  matched: false,
  url: null,
  checks: [
    check,
    {
      ...check,
      path: 'filters.user',
      operator: 'in',
      expected: ['x'.repeat(60)],
      actual: 'x',
      outcome: 'fails',
    },
    {
      ...check,
      path: 'conditions.cost',
      operator: 'exists',
      expected: true,
      actual: null,
      outcome: 'missing',
    },
  ],
  routes: [],
  delivery: null,
  records: [
    { topic: 't', partition: 0, offset: '1', at: '2024-01-15T10:30:05.123Z', outcome: 'judged', error: null },
  ],
  searched: { from: '2024-01-14T10:30:05.123Z', to: '2024-01-15T10:30:05.123Z', complete: true },
};

describe('explain', () => {
  it('tells why, and what came of each condition', async () => {
    const api = await startApi(() => ({ body: explanation }));
    const { stdout } = await run(['explain', 'evt_1', 'wh_abc12345'], api);
    expect(stdout).toMatchInlineSnapshot(`
      "Event         a.b (evt_1) of default
      Subscription  wh_abc12345, active in version 2 at 2024-01-15T10:30:05.123Z
      Delivered     no: condition
      Why           The event does not meet the subscription's conditions.

      CHECK            OPERATOR  EXPECTED                                   GOT    OUTCOME
      events           matches   ["a.*"]                                    "a.b"  holds
      filters.user     in        ["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  "x"    fails
      conditions.cost  exists    true                                       -      missing"
    `);
  });

  it('asks for the event, the subscription and the time', async () => {
    const api = await startApi(() => ({ body: explanation }));
    await run(
      ['explain', 'evt_1', 'wh_1', '--from', '2024-01-15T00:00:00Z', '--to', '2024-01-16T00:00:00Z'],
      api,
    );
    expect(api.requests[0]).toMatchObject({ method: 'POST', path: '/v1/explain' });
    expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({
      event_id: 'evt_1',
      subscription_id: 'wh_1',
      from: '2024-01-15T00:00:00Z',
      to: '2024-01-16T00:00:00Z',
    });
  });

  it('names the delivery, and the records that repeat the event', async () => {
    const [record] = explanation.records;
    const answer = {
      ...explanation,
      delivery,
      records: [record, { ...record, outcome: 'deduplicated' }],
      searched: { ...explanation.searched, complete: false },
    };
    const { stdout } = await run(['explain', 'evt_1', 'wh_1'], await startApi(() => ({ body: answer })));
    expect(stdout).toContain(`Delivery      ${delivery.id} (exhausted)`);
    expect(stdout).toContain('Repeated      by 1 more record, which is the same event');
    expect(stdout).toContain('Looked        only through a part of');
  });

  it('prints the answer as it came with --json', async () => {
    const api = await startApi(() => ({ body: explanation }));
    const { stdout } = await run(['explain', 'evt_1', 'wh_1', '--json'], api);
    expect(JSON.parse(stdout)).toEqual(explanation);
  });
});
