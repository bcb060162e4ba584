import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { versionChanges } from '../../../domain/subscription/changes.ts';
import { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import type { Sealed, StoredSettings, SubscriptionEvent } from '../../../schemas/subscription-log.ts';
import { SETTINGS } from './subscription-log.ts';

/** `v1.<what is sealed>.<anything>`, in place of encryption. */
const sealed = (plain: string, nonce = 0): Sealed => `v1.${plain}.${nonce}` as Sealed;
const isSame = (a: Sealed, b: Sealed): boolean => a.split('.')[1] === b.split('.')[1];

const settings: StoredSettings = {
  ...SETTINGS,
  url: 'https://example.com/webhooks',
  events: ['workflow.*'],
  headers: { 'X-Team': sealed('token-of-the-customer') },
};
const fact = (version: number, actor = 'key:admin') => ({
  schema_version: 2 as const,
  source_ip: null,
  subscription_id: SubscriptionId.parse('wh_00000000000000000001'),
  account_id: AccountId.parse('default'),
  version,
  at: `2026-01-01T00:00:0${version}.000Z`,
  actor,
});
const created: SubscriptionEvent = {
  ...fact(1),
  type: 'SubscriptionCreated',
  settings,
  secret: sealed('first-secret'),
  active: true,
};
const updated = (changes: Partial<StoredSettings>, secret: Sealed | null = null): SubscriptionEvent => ({
  ...fact(2),
  type: 'SubscriptionUpdated',
  changes,
  secret,
});
const changesOf = (...log: readonly SubscriptionEvent[]) => versionChanges(log, isSame)[0]?.changes;

describe('the history of a subscription', () => {
  it('tells who made which version and when, newest first', () => {
    const paused: SubscriptionEvent = { ...fact(2, 'key:key_1'), type: 'SubscriptionPaused' };
    const history = versionChanges([created, paused], isSame);
    expect(history.map(({ version, type, at, actor }) => [version, type, at, actor])).toEqual([
      [2, 'SubscriptionPaused', '2026-01-01T00:00:02.000Z', 'key:key_1'],
      [1, 'SubscriptionCreated', '2026-01-01T00:00:01.000Z', 'key:admin'],
    ]);
  });

  it('begins with every setting that is not null', () => {
    expect(changesOf(created)).toEqual(
      [
        ['url', 'https://example.com/webhooks'],
        ['events', ['workflow.*']],
        ['description', ''],
        ['timeout', 30],
        ['filters', {}],
        ['conditions', {}],
        ['routes', []],
        ['signature_scheme', 'body'],
        ['auto_disable_after', 432_000],
        ['destination', { type: 'http' }],
        ['retry_policy.max_retries', 3],
        ['retry_policy.retry_delay', 5],
        ['retry_policy.exponential_backoff', true],
        ['retry_policy.max_delay', 60],
        ['headers.X-Team', '***'],
        ['secret', '***'],
        ['state', 'active'],
      ].map(([path, to]) => ({ path, from: null, to })),
    );
  });

  it('names of an update only what is other than before', () => {
    const policy = { ...settings.retry_policy, max_retries: 9 };
    expect(changesOf(created, updated({ url: settings.url, timeout: 5, retry_policy: policy }))).toEqual([
      { path: 'timeout', from: 30, to: 5 },
      { path: 'retry_policy.max_retries', from: 3, to: 9 },
    ]);
  });

  it('tells certificates, and masks the client key', () => {
    const tls = { ca: null, client_certificate: 'PEM', client_key: sealed('key of the customer') };
    expect(changesOf(created, updated({ tls }))).toEqual([
      { path: 'tls.client_certificate', from: null, to: 'PEM' },
      { path: 'tls.client_key', from: null, to: '***' },
    ]);
  });

  it('masks header values, and names those that were added, changed or taken away', () => {
    const same = { 'X-Team': sealed('token-of-the-customer', 1) };
    expect(changesOf(created, updated({ headers: { ...same, 'X-New': sealed('n') } }))).toEqual([
      { path: 'headers.X-New', from: null, to: '***' },
    ]);
    expect(changesOf(created, updated({ headers: { 'X-Team': sealed('other') } }))).toEqual([
      { path: 'headers.X-Team', from: '***', to: '***' },
    ]);
    expect(changesOf(created, updated({ headers: {} }))).toEqual([
      { path: 'headers.X-Team', from: '***', to: null },
    ]);
  });

  it('tells of a rotation that there was one, and until when both secrets are valid', () => {
    const rotated: SubscriptionEvent = {
      ...fact(2),
      type: 'SubscriptionSecretRotated',
      secret: sealed('second-secret'),
      previous_secret: sealed('first-secret'),
      previous_secret_expires_at: '2026-01-02T00:00:02.000Z',
    };
    expect(changesOf(created, rotated)).toEqual([
      { path: 'secret', from: '***', to: '***' },
      { path: 'previous_secret_expires_at', from: null, to: '2026-01-02T00:00:02.000Z' },
    ]);
  });

  it('tells of another encryption key that nothing has changed, also when the older key is gone', () => {
    const reencrypted: SubscriptionEvent = {
      ...fact(2),
      type: 'SubscriptionReencrypted',
      secret: sealed('first-secret', 1),
      previous_secret: null,
      changes: { headers: { 'X-Team': sealed('token-of-the-customer', 1) } },
    };
    expect(versionChanges([created, reencrypted], () => false)[0]).toMatchObject({ version: 2, changes: [] });
  });

  it('tells the new state and its reason', () => {
    const disabled: SubscriptionEvent = {
      ...fact(2, 'system:delivery'),
      type: 'SubscriptionDisabled',
      reason: 'endpoint_gone',
    };
    expect(changesOf(created, disabled)).toEqual([
      { path: 'state', from: 'active', to: 'disabled' },
      { path: 'state_reason', from: null, to: 'endpoint_gone' },
    ]);
  });

  it('ends with a deletion', () => {
    expect(changesOf(created, { ...fact(2), type: 'SubscriptionDeleted' })).toEqual([
      { path: 'state', from: 'active', to: 'deleted' },
    ]);
  });

  it('counts a version once, whatever the order of the log and however often it is there', () => {
    const log = [created, updated({ timeout: 5 }), { ...fact(3), type: 'SubscriptionPaused' as const }];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...log)), (more) => {
        const shuffled = [...more, ...[...log].reverse()];
        expect(versionChanges(shuffled, isSame)).toEqual(versionChanges(log, isSame));
      }),
    );
  });

  it('never shows what is sealed', () => {
    const secrets = fc.stringMatching(/^[a-z]{8}$/);
    fc.assert(
      fc.property(secrets, secrets, (secret, header) => {
        const log = [created, updated({ headers: { 'X-Team': sealed(header) } }, sealed(secret))];
        const text = JSON.stringify(versionChanges(log, isSame));
        expect(text).not.toContain(sealed(secret));
        expect(text).not.toContain(sealed(header));
        expect(text).not.toContain('v1.');
      }),
    );
  });
});
