import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evolve, initialState } from '../../../domain/api-key/api-key.ts';
import { decide } from '../../../domain/api-key/decide.ts';
import { createApiKeyDirectory } from '../../../domain/api-key/directory.ts';
import { allows } from '../../../domain/api-key/scopes.ts';
import type { ApiKeyCommand, ApiKeyEvent, KeyHash } from '../../../schemas/api-key-log.ts';
import { AccountId, ApiKeyId, DEFAULT_ACCOUNT_ID } from '../../../schemas/ids.ts';
import { specFor } from '../../given.ts';

const ACME = AccountId.parse('acme');
const ID = ApiKeyId.parse('key_0000000000000001');
const AT = '2026-01-01T00:00:00.000Z';
const HASH = 'a'.repeat(64) as KeyHash;
const SOURCE_IP = '192.0.2.1';
const operator = { actor: 'key:admin', sourceIp: SOURCE_IP, accountId: DEFAULT_ACCOUNT_ID };
const acmeAdmin = { actor: 'key:key_acmeacmeacme0001', sourceIp: SOURCE_IP, accountId: ACME };

const given = specFor({
  decide: (command: ApiKeyCommand, state: ReturnType<typeof initialState>) =>
    decide(command, state, { apiKeyId: ID, at: AT, operatorAccountId: DEFAULT_ACCOUNT_ID }),
  evolve,
  initialState,
});

const create = (by: typeof operator, accountId: AccountId): ApiKeyCommand => ({
  type: 'CreateApiKey',
  by,
  accountId,
  name: 'ci',
  scopes: ['read'],
  keyHash: HASH,
});
const created = (accountId: AccountId, changes: Partial<ApiKeyEvent> = {}): ApiKeyEvent =>
  ({
    schema_version: 1,
    type: 'ApiKeyCreated',
    api_key_id: ID,
    account_id: accountId,
    at: AT,
    actor: operator.actor,
    source_ip: SOURCE_IP,
    name: 'ci',
    scopes: ['read'],
    key_hash: HASH,
    ...changes,
  }) as ApiKeyEvent;
const revoked = (accountId: AccountId, actor = operator.actor): ApiKeyEvent => ({
  schema_version: 1,
  type: 'ApiKeyRevoked',
  api_key_id: ID,
  account_id: accountId,
  at: AT,
  actor,
  source_ip: SOURCE_IP,
});

describe('a key', () => {
  it('is made by an admin for the own account', () => {
    given()
      .when(create(acmeAdmin, ACME))
      .then(created(ACME, { actor: acmeAdmin.actor }));
  });

  it('is made by an operator for an account that nobody has heard of', () => {
    given().when(create(operator, ACME)).then(created(ACME));
  });

  it('is refused to an admin of one account for another', () => {
    given().when(create(acmeAdmin, DEFAULT_ACCOUNT_ID)).thenRefused({ code: 'foreign_account' });
  });

  it('is made once', () => {
    given(created(ACME)).when(create(operator, ACME)).thenRefused({ code: 'already_exists' });
    given(created(ACME), revoked(ACME)).when(create(operator, ACME)).thenRefused({ code: 'already_exists' });
  });

  it('is revoked by an admin of its account', () => {
    given(created(ACME)).when({ type: 'RevokeApiKey', by: acmeAdmin }).then(revoked(ACME, acmeAdmin.actor));
  });

  it.each([
    ['that never was', []],
    ['that is revoked', [created(ACME), revoked(ACME)]],
    ['of another account', [created(DEFAULT_ACCOUNT_ID)]],
  ])('%s is not found, whoever wants to revoke it', (_what, past) => {
    given(...past)
      .when({ type: 'RevokeApiKey', by: acmeAdmin })
      .thenRefused({ code: 'not_found' });
  });

  it('comes to the same however often its records are read, and stays revoked', () => {
    const log = [created(ACME), revoked(ACME)];
    const repeats = fc.array(fc.constantFrom(...log)).map((more) => [...log, ...more]);
    fc.assert(
      fc.property(repeats, (records) => {
        expect(records.reduce(evolve, initialState())).toEqual({ status: 'revoked' });
      }),
    );
  });
});

describe('the directory of keys', () => {
  it('lists the live ones of one account, newest first', () => {
    const directory = createApiKeyDirectory();
    const id = (n: number) => ApiKeyId.parse(`key_000000000000000${n}`);
    const at = (n: number) => ({ api_key_id: id(n), at: `2026-01-01T00:00:0${n}.000Z` });
    const records = [1, 2, 3].map((n) => created(ACME, at(n)));
    for (const event of [...records, created(DEFAULT_ACCOUNT_ID, at(4)), { ...revoked(ACME), ...at(2) }])
      directory.apply(event);
    expect(directory.listOf(ACME).map((key) => key.id)).toEqual([id(3), id(1)]);
    expect(directory.get(id(2))).toEqual({ status: 'revoked' });
    expect(directory.get(id(5))).toEqual({ status: 'absent' });
  });
});

it.each([
  [['read'], { read: true, write: false, admin: false }],
  [['write'], { read: true, write: true, admin: false }],
  [['admin'], { read: true, write: true, admin: true }],
  [['read', 'admin'], { read: true, write: true, admin: true }],
] as const)('the scopes %j allow %j', (granted, expected) => {
  expect({
    read: allows(granted, 'read'),
    write: allows(granted, 'write'),
    admin: allows(granted, 'admin'),
  }).toEqual(expected);
});
