import { describe, expect, it } from 'vitest';
import { run, startApi } from './run.ts';

const sent = {
  delivery_id: 'del_0123456789abcdefghjkmnpqrstvwxyz',
  event: 'workflow.completed',
  outcome: 'succeeded',
  url: 'https://example.com/hook',
  status_code: 200,
  error: null,
  duration_ms: 87,
  response_body: 'ok \u001b[31m',
};
const diagnosis = {
  url: 'https://example.com/hook',
  reachable: true,
  get_status: 405,
  post_status: 500,
  tls: { valid: true, expires_at: '2024-06-01T00:00:00.000Z', issuer: 'Authority' },
  latency: { dns_ms: 4, connect_ms: 11, tls_ms: null, get_ms: 80, post_ms: 41 },
  issues: ['URL returns 405 to a GET.', 'POST endpoint returns 500.'],
};

describe('subscriptions test', () => {
  it('tells what came of the request', async () => {
    const api = await startApi(() => ({ body: sent }));
    const { stdout, exitCode } = await run(['subscriptions', 'test', 'wh_abc12345'], api);
    expect(exitCode).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Outcome   succeeded
      Url       https://example.com/hook
      Status    200
      Took      87 ms
      Delivery  del_0123456789abcdefghjkmnpqrstvwxyz
      Answer    ok \\u001b[31m"
    `);
  });

  it('fails where the test failed, and still tells all of it', async () => {
    const api = await startApi(() => ({ body: { ...sent, outcome: 'failed', status_code: 500 } }));
    const { stdout, stderr, exitCode } = await run(['subscriptions', 'test', 'wh_abc12345', '--json'], api);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed', status_code: 500 });
    expect(stderr).toContain('the test delivery failed');
  });
});

describe('diagnose', () => {
  it('tells what was found, and fails where deliveries would not arrive', async () => {
    const api = await startApi(() => ({ body: diagnosis }));
    const { stdout, stderr, exitCode } = await run(['diagnose', 'https://example.com/hook'], api);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('deliveries would not arrive');
    expect(stdout).toMatchInlineSnapshot(`
      "Url        https://example.com/hook
      Reachable  yes
      GET        405 in 80 ms
      POST       500 in 41 ms
      TLS        valid, until 2024-06-01, by Authority
      Time       dns 4 ms, connect 11 ms

      - URL returns 405 to a GET.
      - POST endpoint returns 500."
    `);
  });

  it('succeeds where a POST is answered with 2xx', async () => {
    const healthy = { ...diagnosis, post_status: 200, tls: null, issues: [] };
    const api = await startApi(() => ({ body: healthy }));
    const { stdout, exitCode } = await run(['diagnose', 'http://127.0.0.1:1/'], api);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('No issues.');
  });
});
