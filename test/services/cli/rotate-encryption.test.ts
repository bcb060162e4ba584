import { describe, expect, it } from 'vitest';
import { problem, run, type SeenRequest, startApi } from './run.ts';

const NEW = '1111111111111111';
const OLD = '2222222222222222';
const page = (from: object) => ({
  current_key_id: NEW,
  total: 30,
  reencrypted: 0,
  fresh: 0,
  failed: [],
  next_cursor: null,
  ...from,
});
const state = (old: object, older_workflows: number | null = 0) => ({
  current_key_id: NEW,
  rotated_at: '2024-01-15T10:30:05.000Z',
  older_workflows,
  keys: [
    { id: NEW, current: true, configured: true, subscriptions: 30, removable: false },
    { id: OLD, current: false, configured: true, subscriptions: 0, removable: false, ...old },
  ],
});
/** Answers the two pages of a rotation, then what GET tells. */
const rotating = (encryption: object, second: object = { fresh: 10 }) =>
  startApi(({ method, body }: SeenRequest) => {
    if (method === 'GET') return { body: encryption };
    return body.includes('cursor')
      ? { body: page(second) }
      : { body: page({ reencrypted: 20, next_cursor: 'wh_00000020' }) };
  });

describe('keys rotate-encryption', () => {
  it('goes through all pages, and tells what they came to and that the older key may go', async () => {
    const api = await rotating(state({ removable: true }));
    const { exitCode, stdout, stderr } = await run(['keys', 'rotate-encryption'], api);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(api.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/v1/encryption/rotate', '{"limit":20}'],
      ['POST', '/v1/encryption/rotate', '{"limit":20,"cursor":"wh_00000020"}'],
      ['GET', '/v1/encryption', ''],
    ]);
    expect(stdout).toMatchInlineSnapshot(`
      "Current key    1111111111111111
      Re-encrypted   20
      Fresh already  10
      Failed         0
      Key 2222222222222222 may be removed from WEBHOOKS_ENCRYPTION_KEY: nothing needs it any more."
    `);
  });

  it('shows how far it is', async () => {
    const api = await rotating(state({}));
    const shown: string[] = [];
    await run(['keys', 'rotate-encryption'], { ...api, status: (line) => void shown.push(line) });
    expect(shown).toEqual([
      '[################--------]  66 %  20 of 30 subscriptions, 0 a second',
      '[########################] 100 %  30 of 30 subscriptions, 0 a second',
      '',
    ]);
  });

  it('prints the sum and the state with --json', async () => {
    const encryption = state({ removable: true });
    const { stdout } = await run(['keys', 'rotate-encryption', '--json'], await rotating(encryption));
    expect(JSON.parse(stdout)).toEqual({
      current_key_id: NEW,
      reencrypted: 20,
      fresh: 10,
      failed: [],
      encryption,
    });
  });

  it('fails where something is left under an older key, and says why', async () => {
    const left = [{ subscription_id: 'wh_00000030', reason: 'unknown_key' }];
    const api = await rotating(state({ configured: false, subscriptions: 1 }), { fresh: 9, failed: left });
    const { exitCode, stdout, stderr } = await run(['keys', 'rotate-encryption'], api);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`Key ${OLD} is not configured, and 1 subscriptions need it.`);
    expect(stderr).toBe('wh_00000030: a key that sealed it is not in WEBHOOKS_ENCRYPTION_KEY of the API');
  });

  it('is refused to whoever is no operator', async () => {
    const api = await startApi(() => problem(403, 'Only an admin of the account "default" may do so.'));
    expect(await run(['keys', 'rotate-encryption'], api)).toMatchObject({
      exitCode: 1,
      stderr: 'Only an admin of the account "default" may do so.',
    });
  });

  it.each([
    [state({ subscriptions: 3 }), `Key ${OLD} must stay: 3 subscriptions need it.`],
    [state({}, 4), `Key ${OLD} must stay until the workflows that began before have ended (4 run).`],
    [state({}, null), `Key ${OLD} must stay until the workflows that began before have ended.`],
    [state({ removable: true }), `Key ${OLD} may be removed`],
    [{ ...state({}), keys: [] }, 'No other key is configured or needed.'],
  ])('--check changes nothing, and says of an older key: %#', async (encryption, said) => {
    const api = await rotating(encryption);
    const { stdout } = await run(['keys', 'rotate-encryption', '--check'], api);
    expect(api.requests.map(({ method }) => method)).toEqual(['GET']);
    expect(stdout).toContain(said);
  });
});
