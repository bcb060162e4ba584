import { describe, expect, it } from 'vitest';
import { run, startApi } from './run.ts';
import { attempts, delivery, events } from './samples.ts';

const page = (rows: number, next_cursor: string | null, from = 0) => ({
  body: {
    data: Array.from({ length: rows }, (_, index) => ({ ...delivery, id: `del_${from + index}` })),
    next_cursor,
  },
});

describe('deliveries list', () => {
  it('is a table', async () => {
    const api = await startApi(() => ({
      body: { data: [delivery, { ...delivery, last_status_code: null }], next_cursor: null },
    }));
    const { stdout } = await run(['deliveries', 'list'], api);
    expect(stdout).toMatchInlineSnapshot(`
      "ID                                    STATUS     TRIES  CODE  AGE  EVENT               SUBSCRIPTION
      del_0123456789abcdefghjkmnpqrstvwxyz  exhausted  2      500   2m   workflow.completed  wh_abc12345
      del_0123456789abcdefghjkmnpqrstvwxyz  exhausted  2      -     2m   workflow.completed  wh_abc12345"
    `);
  });

  it('fits a terminal of 100 columns with ids of full length', async () => {
    const full = { ...delivery, event: 'user.message.received', subscription_id: 'wh_0123456789abcdefghij' };
    const api = await startApi(() => ({ body: { data: [full], next_cursor: null } }));
    const { stdout } = await run(['deliveries', 'list'], { ...api, columns: 100 });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(stdout).toContain('user.message.received');
  });

  it('asks for what the options name', async () => {
    const api = await startApi(() => page(0, null));
    await run(
      [
        ...['deliveries', 'list', '--subscription', 'wh_1', '--status', 'held', '--status-code', '503'],
        ...['--event', 'a.b', '--event-id', 'evt 1', '--from', '2024-01-15T10:30:05+01:00', '--to', 't'],
        ...['--limit', '7', '--cursor', 'abc'],
      ],
      api,
    );
    const url = new URL(api.requests[0]?.path ?? '', api.url);
    expect(url.pathname).toBe('/v1/deliveries');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      subscription_id: 'wh_1',
      status: 'held',
      status_code: '503',
      event: 'a.b',
      event_id: 'evt 1',
      from: '2024-01-15T10:30:05+01:00',
      to: 't',
      limit: '7',
      cursor: 'abc',
    });
  });

  it('says how to see more where there is more', async () => {
    const api = await startApi(() => page(1, 'next'));
    const { stderr } = await run(['deliveries', 'list'], api);
    expect(stderr).toBe('More: --all shows every one, --cursor next the next.');
    expect(api.requests).toHaveLength(1);
  });

  it('follows the cursor with --all, and prints one JSON document', async () => {
    const api = await startApi(({ path }) =>
      path.includes('cursor=two') ? page(1, null, 2) : page(2, 'two'),
    );
    const { stdout } = await run(['deliveries', 'list', '--all', '--json', '--status', 'held'], api);
    const { data, next_cursor } = JSON.parse(stdout) as { data: { id: string }[]; next_cursor: null };
    expect(data.map(({ id }) => id)).toEqual(['del_0', 'del_1', 'del_2']);
    expect(next_cursor).toBeNull();
    expect(api.requests.map(({ path }) => path)).toEqual([
      '/v1/deliveries?status=held&limit=250',
      '/v1/deliveries?status=held&limit=250&cursor=two',
    ]);
  });

  it('is a JSON document with --all where there is nothing', async () => {
    const api = await startApi(() => page(0, null));
    const { stdout } = await run(['deliveries', 'list', '--all', '--json'], api);
    expect(stdout).toBe('{"data":[],"next_cursor":null}');
  });

  it('gives up on a list that goes round in circles', async () => {
    const api = await startApi(() => page(1, 'same'));
    const { exitCode, stderr } = await run(['deliveries', 'list', '--all'], api);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'the list repeats its next_cursor' });
  });

  it.each([
    [['--status', 'lost'], 'Allowed choices are pending, retrying, held'],
    [['--limit', '251'], 'Expected a whole number from 1 to 250.'],
    [['--limit', '0'], 'Expected a whole number from 1 to 250.'],
    [['--status-code', 'ok'], 'Expected a whole number from 100 to 599.'],
  ])('refuses %j as wrong usage', async (args, message) => {
    const { exitCode, stderr } = await run(['deliveries', 'list', ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('deliveries get', () => {
  it('names the first events of a batch and counts the rest', async () => {
    const inside = Array.from({ length: 7 }, (_, index) => ({ ...events[0], event_id: `evt_${index}` }));
    const api = await startApi(() => ({
      body: { ...delivery, batched_events: 7, events: inside, attempts },
    }));
    const { stdout } = await run(['deliveries', 'get', delivery.id], api);
    expect(stdout).toContain(
      'workflow.completed, a batch of 7 (evt_0, evt_1, evt_2, evt_3, evt_4 and 2 more)',
    );
  });

  it('shows the delivery, its attempts and the way to Temporal, with nothing that a terminal would obey', async () => {
    const api = await startApi(() => ({ body: { ...delivery, events, attempts } }));
    const { stdout } = await run(['deliveries', 'get', delivery.id], api);
    expect(stdout).toMatchInlineSnapshot(`
      "Id            del_0123456789abcdefghjkmnpqrstvwxyz
      Status        exhausted
      Event         workflow.completed (evt_1)
      Subscription  wh_abc12345
      Created       2024-01-15T10:30:05.123Z
      Ended         2024-01-15T10:31:05.123Z
      Temporal      http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz

      TRY  STARTED                   TOOK    CODE  ERROR                 URL
      1    2024-01-15T10:30:05.200Z  1.23 s  -     connect ECONNREFUSED  https://example.com/hook
      2    2024-01-15T10:30:10.200Z  12 ms   500   -                     https://example.com/hook

      The last request:
        X-Broxi-Attempt: 2
        X-Custom: ***

      Its time went by: connect 0.4 ms, TLS 7.5 ms, first byte 3.9 ms

      The last answer: out of \\u001b[31morder"
    `);
  });

  it('says so where no attempt has ended', async () => {
    const api = await startApi(() => ({ body: { ...delivery, status: 'pending', events, attempts: [] } }));
    const { stdout } = await run(['deliveries', 'get', delivery.id], api);
    expect(stdout).toContain('No attempt has ended yet.');
  });

  it('colours the status on a terminal that wants colours', async () => {
    const api = await startApi(() => ({ body: { ...delivery, events, attempts } }));
    const { stdout } = await run(['deliveries', 'get', delivery.id], { ...api, colours: true });
    expect(stdout).toContain('\u001b[31mexhausted\u001b[39m');
  });
});

describe('deliveries retry and cancel', () => {
  it.each([
    [['retry', 'del_1'], '/v1/deliveries/del_1/retry', '{"force":false}', 'is tried now.'],
    [['retry', 'del_1', '--force'], '/v1/deliveries/del_1/retry', '{"force":true}', 'is tried now.'],
    [['cancel', 'del_1'], '/v1/deliveries/del_1/cancel', '', 'is tried no more.'],
  ])('%j asks the API', async (args, path, body, said) => {
    const api = await startApi(() => ({ status: 202, body: { ...delivery, attempts } }));
    const { stdout, exitCode } = await run(['deliveries', ...args], api);
    expect([exitCode, stdout]).toEqual([0, `${delivery.id} ${said}`]);
    expect(api.requests.map((request) => [request.method, request.path, request.body])).toEqual([
      ['POST', path, body],
    ]);
  });
});
