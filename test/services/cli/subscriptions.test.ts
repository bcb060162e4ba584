import { writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SubscriptionView } from '../../../schemas/subscription.ts';
import { KEY, problem, run, startApi } from './run.ts';
import { subscription } from './samples.ts';

/** Of every field that the API shows, a value that is not that of `subscription`. */
const another = {
  id: 'wh_other',
  account_id: 'other',
  url: 'https://example.com/other',
  events: ['other'],
  description: 'other',
  timeout: 1,
  retry_policy: { max_retries: 1, retry_delay: 1, exponential_backoff: false, max_delay: 1 },
  headers: { 'X-Other': 'other' },
  filters: { other: 'other' },
  conditions: { other: 'other' },
  routes: [{ when: { events: ['other'] }, url: 'https://example.com/other' }],
  aggregation: { batch_size: 10, batch_timeout: 30 },
  tls: { ca: null, client_certificate: null, client_key: null, expires_at: null, warnings: ['other'] },
  signature_scheme: 'timestamped',
  rate_limit: { per_second: 1 },
  ordered_by: 'other',
  fallback: { url: 'https://example.com/other' },
  auto_disable_after: null,
  destination: { type: 'http' },
  active: false,
  state: 'paused',
  state_reason: 'other',
  version: 3,
  created_at: '2025-01-01T00:00:00.000Z',
  updated_at: '2025-01-01T00:00:00.000Z',
} satisfies Record<keyof SubscriptionView, unknown>;

const created = { ...subscription, secret: 'whsec_c2VjcmV0c2VjcmV0' };

describe('subscriptions create', () => {
  it('sends what the options name, and nothing else', async () => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const { exitCode } = await run(
      [
        ...['subscriptions', 'create', '--url', 'https://example.com/hook', '--events', 'a.b, c.*'],
        ...['--secret', 'sixteen-letters!', '--description', 'd', '--timeout', '2.5', '--max-retries', '0'],
        ...['--header', 'X-A: 1', '--header', 'X-B: b:c', '--filter', '{"user_id":{"starts_with":"p_"}}'],
        ...['--condition', '{"cost":{"greater_than":0.1}}', '--inactive', '--rate-limit', '0.5'],
        ...['--signature-scheme', 'timestamped', '--auto-disable-after', '2d'],
      ],
      api,
    );
    expect(exitCode).toBe(0);
    expect(api.requests[0]).toMatchObject({ method: 'POST', path: '/v1/subscriptions' });
    expect(api.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
    });
    expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({
      url: 'https://example.com/hook',
      events: ['a.b', 'c.*'],
      secret: 'sixteen-letters!',
      description: 'd',
      timeout: 2.5,
      retry_policy: { max_retries: 0 },
      headers: { 'X-A': '1', 'X-B': 'b:c' },
      filters: { user_id: { starts_with: 'p_' } },
      conditions: { cost: { greater_than: 0.1 } },
      active: false,
      rate_limit: { per_second: 0.5 },
      signature_scheme: 'timestamped',
      auto_disable_after: 172_800,
    });
  });

  it('takes the size and the time of batches together, and neither alone', async () => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const args = ['subscriptions', 'create', '--url', 'https://example.com/hook', '--events', '*'];
    await run([...args, '--batch-size', '10', '--batch-timeout', '30'], api);
    expect(JSON.parse(api.requests[0]?.body ?? '')).toMatchObject({
      aggregation: { batch_size: 10, batch_timeout: 30 },
    });
    const { exitCode, stderr } = await run([...args, '--batch-size', '10'], api);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--batch-timeout')]);
  });

  it('prints the id and the secret, and says to keep it', async () => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const { stdout } = await run(['subscriptions', 'create', '--url', 'https://a.b', '--events', '*'], api);
    expect(stdout).toMatchInlineSnapshot(`
      "Id      wh_abc12345
      Secret  whsec_c2VjcmV0c2VjcmV0
      State   active
      Keep the secret now: the receiver checks signatures with it, and \`get\` and \`list\` never show it."
    `);
  });

  it('reads a file as the documentation writes it, and lets options win over it', async () => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const workingDir = await mkdtemp(join(tmpdir(), 'webhooks-cli-'));
    const file = { url: 'https://old', events: ['*'], retry_policy: { max_delay: 9 }, ordered_by: null };
    await writeFile(join(workingDir, 'subscription.json'), JSON.stringify({ webhook_config: file }));
    const args = ['--file', 'subscription.json', '--url', 'https://new', '--max-retries', '7'];
    await run(['subscriptions', 'create', ...args], { ...api, workingDir });
    expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({
      ...file,
      url: 'https://new',
      retry_policy: { max_delay: 9, max_retries: 7 },
    });
  });

  it('reads standard input where the file is -', async () => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const readInput = () => Promise.resolve('{"url":"https://a.b","events":["*"]}');
    await run(['subscriptions', 'create', '--file', '-'], { ...api, readInput });
    expect(api.requests[0]?.body).toBe('{"url":"https://a.b","events":["*"]}');
  });

  it('tells one line for each field that the API refuses', async () => {
    const api = await startApi(() =>
      problem(422, 'url: wrong (and 1 more)', [
        { path: 'url', message: 'expected an https url' },
        { path: 'events.0', message: 'unknown' },
      ]),
    );
    const ran = await run(['subscriptions', 'create', '--url', 'x', '--events', 'y'], api);
    expect(ran).toEqual({ exitCode: 1, stdout: '', stderr: 'url: expected an https url\nevents.0: unknown' });
  });

  it.each([
    [['--events', '*'], 'expected --url and --events'],
    [['--url', 'https://a.b', '--events', 'a,,b'], 'separated by commas'],
    [['--url', 'https://a.b', '--events', '*', '--filter', '[1]'], 'Expected a JSON object'],
    [['--url', 'https://a.b', '--events', '*', '--filter', '{'], 'Expected a JSON object'],
    [['--url', 'https://a.b', '--events', '*', '--header', 'none'], "Expected 'Name: value'"],
    [['--url', 'https://a.b', '--events', '*', '--timeout', 'soon'], 'Expected seconds'],
    [['--url', 'https://a.b', '--events', '*', '--rate-limit', 'slow'], 'Expected a number'],
    [['--url', 'https://a.b', '--events', '*', '--auto-disable-after', 'never'], 'Expected seconds'],
    [['--url', 'https://a.b', '--events', '*', '--max-retries', '-1'], 'whole number from 0 to 100'],
    [['--file', 'missing.json'], '--file: cannot read missing.json (ENOENT)'],
    [['--file', '-'], '--file: expected a JSON object'],
    [['--url'], "option '--url <url>' argument missing"],
    [['--colour'], "unknown option '--colour'"],
    [['surplus'], 'too many arguments'],
  ])('refuses %j as wrong usage, without a request', async (args, message) => {
    const api = await startApi(() => ({ status: 201, body: created }));
    const { exitCode, stderr, stdout } = await run(['subscriptions', 'create', ...args], api);
    expect({ exitCode, stdout, requests: api.requests }).toEqual({ exitCode: 2, stdout: '', requests: [] });
    expect(stderr).toContain(message);
  });
});

describe('subscriptions update', () => {
  it('patches what is named', async () => {
    const api = await startApi(() => ({ body: subscription }));
    await run(['subscriptions', 'update', 'wh_abc12345', '--max-retries', '5', '--active'], api);
    expect(api.requests[0]).toMatchObject({
      method: 'PATCH',
      path: '/v1/subscriptions/wh_abc12345',
      body: '{"active":true,"retry_policy":{"max_retries":5}}',
    });
  });

  it('refuses to change nothing', async () => {
    const ran = await run(['subscriptions', 'update', 'wh_abc12345']);
    expect(ran).toMatchObject({ exitCode: 2, stderr: 'nothing to change: name at least one setting' });
  });

  it('refuses to pause and to resume at once', async () => {
    const ran = await run(['subscriptions', 'update', 'wh_abc12345', '--active', '--inactive']);
    expect(ran.exitCode).toBe(2);
  });
});

describe('subscriptions list', () => {
  it('is a table', async () => {
    const api = await startApi(() => ({ body: { data: [subscription], next_cursor: null } }));
    const { stdout, stderr } = await run(['subscriptions', 'list'], api);
    expect(stderr).toBe('');
    expect(stdout).toMatchInlineSnapshot(`
      "ID           STATE   URL                       EVENTS                     DESCRIPTION
      wh_abc12345  active  https://example.com/hook  workflow.completed,user.*  support team"
    `);
  });

  it('says so where there is none, and leaves standard output empty', async () => {
    const api = await startApi(() => ({ body: { data: [], next_cursor: null } }));
    const { stdout, stderr, exitCode } = await run(['subscriptions', 'list'], api);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toContain('No subscriptions.');
  });
});

describe('subscriptions get', () => {
  it('shows the settings, and of headers the names alone', async () => {
    const api = await startApi(() => ({ body: subscription }));
    const { stdout } = await run(['subscriptions', 'get', 'wh_abc12345'], api);
    expect(stdout).toMatchInlineSnapshot(`
      "Id            wh_abc12345
      State         active
      Url           https://example.com/hook
      Events        workflow.completed, user.*
      Description   support team
      Timeout       30 s
      Retries       3, the first after 5 s, doubling up to 60 s
      Headers       X-Team (values with --json)
      Filters       {"workflow_id":["billing"]}
      Signature     body
      Auto-disable  after 432000 s of nothing but failure
      Version       2
      Created       2024-01-15T10:30:05.123Z
      Updated       2024-01-15T10:31:05.123Z"
    `);
  });

  // The account is that of the key, `state` tells of `active`, and there is no other destination.
  const told = new Set(['account_id', 'active', 'destination']);
  const fields = Object.keys(SubscriptionView.shape) as (keyof SubscriptionView)[];
  it.each(fields.filter((field) => !told.has(field)))('shows %s', async (field) => {
    const shown = async (body: object) =>
      (await run(['subscriptions', 'get', 'wh_1'], await startApi(() => ({ body })))).stdout;
    expect(await shown({ ...subscription, [field]: another[field] })).not.toBe(await shown(subscription));
  });

  it('prints with --json exactly what the API answered', async () => {
    const text = '{"id":"wh_abc12345", "n":12345678901234567890}';
    const api = await startApi(() => ({ body: text }));
    const { stdout } = await run(['subscriptions', 'get', 'wh_abc12345', '--json'], api);
    expect(stdout).toBe(text);
  });

  it('asks for the very id that was given, whatever is in it', async () => {
    const api = await startApi(() => problem(404, 'There is no such subscription.'));
    const ran = await run(['subscriptions', 'get', '../../healthz?x'], api);
    expect(ran).toEqual({ exitCode: 1, stdout: '', stderr: 'There is no such subscription.' });
    expect(api.requests[0]?.path).toBe('/v1/subscriptions/..%2F..%2Fhealthz%3Fx');
  });
});

describe('subscriptions pause, resume, enable', () => {
  it.each(['pause', 'resume', 'enable'])('%s posts without a body and tells the state', async (verb) => {
    const paused = { ...subscription, state: 'paused', state_reason: 'by hand' };
    const api = await startApi(() => ({ body: paused }));
    const { stdout } = await run(['subscriptions', verb, 'wh_abc12345'], api);
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: `/v1/subscriptions/wh_abc12345/${verb}`,
      body: '',
    });
    expect(api.requests[0]?.headers['content-type']).toBeUndefined();
    expect(stdout).toBe('wh_abc12345 is paused (by hand)');
  });
});

describe('subscriptions rotate-secret', () => {
  const rotated = { ...created, version: 3, previous_secret_expires_at: '2024-01-16T10:30:05.123Z' };
  const args = ['subscriptions', 'rotate-secret', 'wh_abc12345'];

  it('leaves the overlap to the API where none is named, and prints the secret and what to do', async () => {
    const api = await startApi(() => ({ body: rotated }));
    const { stdout } = await run(args, api);
    expect(api.requests).toMatchObject([
      { method: 'POST', path: '/v1/subscriptions/wh_abc12345/rotate-secret', body: '{}' },
    ]);
    expect(stdout).toMatchInlineSnapshot(`
      "Id       wh_abc12345
      Secret   whsec_c2VjcmV0c2VjcmV0
      Version  3
      Give it to the receiver before 2024-01-16T10:30:05.123Z: until then the one before is valid too."
    `);
  });

  it('says so where the secret before is not valid any more', async () => {
    const api = await startApi(() => ({ body: { ...rotated, previous_secret_expires_at: null } }));
    const { stdout } = await run([...args, '--overlap', '0'], api);
    expect(stdout).toContain('The one before is not valid any more');
  });

  it.each([
    ['3600', 3_600],
    ['90s', 90],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
  ])('takes an overlap of %s', async (overlap, seconds) => {
    const api = await startApi(() => ({ body: rotated }));
    await run([...args, '--overlap', overlap, '--secret', 'sixteen-letters!'], api);
    expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({
      overlap_seconds: seconds,
      secret: 'sixteen-letters!',
    });
  });

  it.each(['soon', '-1', '1.5', '2w', ''])('refuses an overlap of %j as wrong usage', async (overlap) => {
    const ran = await run([...args, `--overlap=${overlap}`]);
    expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Expected seconds') as string });
  });
});

describe('subscriptions history', () => {
  const versions = [
    {
      version: 2,
      type: 'SubscriptionSecretRotated',
      at: '2024-01-15T10:31:05.123Z',
      actor: 'key:admin',
      changes: [
        { path: 'secret', from: '***', to: '***' },
        { path: 'previous_secret_expires_at', from: null, to: '2024-01-16T10:31:05.123Z' },
      ],
    },
    {
      version: 1,
      type: 'SubscriptionUpdated',
      at: '2024-01-15T10:30:05.123Z',
      actor: 'key:key_1',
      changes: [],
    },
  ];

  it('is a table with a line for each setting', async () => {
    const api = await startApi(() => ({ body: { data: versions, next_cursor: null } }));
    const { stdout } = await run(['subscriptions', 'history', 'wh_abc12345', '--limit', '5'], api);
    expect(api.requests[0]?.path).toBe('/v1/subscriptions/wh_abc12345/history?limit=5');
    expect(stdout).toMatchInlineSnapshot(`
      "VERSION  WHEN                      WHO        WHAT            SETTING                     FROM  TO
      2        2024-01-15T10:31:05.123Z  key:admin  secret rotated  secret                      ***   ***
                                                                    previous_secret_expires_at  -     2024-01-16T10:31:05.123Z
      1        2024-01-15T10:30:05.123Z  key:key_1  updated"
    `);
  });
});

describe('subscriptions delete', () => {
  const args = ['subscriptions', 'delete', 'wh_abc12345'];
  const deleting = () => startApi(() => ({ status: 204, body: '' }));

  it('asks, and deletes on a yes', async () => {
    const api = await deleting();
    const questions: string[] = [];
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve('y');
    };
    const ran = await run(args, { ...api, ask });
    expect(questions).toEqual(['Delete wh_abc12345? What it still owes is never delivered. [y/N] ']);
    expect(ran).toEqual({ exitCode: 0, stdout: 'wh_abc12345 is deleted', stderr: '' });
    expect(api.requests).toMatchObject([{ method: 'DELETE', path: '/v1/subscriptions/wh_abc12345' }]);
  });

  it.each(['', 'n', 'what?'])('deletes nothing on the answer %j', async (answered) => {
    const api = await deleting();
    const ran = await run(args, { ...api, ask: () => Promise.resolve(answered) });
    expect(ran).toEqual({ exitCode: 1, stdout: '', stderr: 'Nothing was deleted.' });
    expect(api.requests).toEqual([]);
  });

  it('is wrong usage where nobody can be asked', async () => {
    const api = await deleting();
    const ran = await run(args, api);
    expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') as string });
    expect(api.requests).toEqual([]);
  });

  it('does not ask with --yes', async () => {
    const api = await deleting();
    expect(await run([...args, '--yes', '--json'], api)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(api.requests).toHaveLength(1);
  });
});
