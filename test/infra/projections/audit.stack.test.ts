/** The audit log's read model against a real PostgreSQL: made of its logs, and asked as the API asks it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { READ_MODEL_RULES } from '../../../domain/record/read-model-rules.ts';
import { createAuditQueries } from '../../../infra/postgres/audit-queries.ts';
import { readModels } from '../../../infra/projections/read-models.ts';
import { type AuditEntry, AuditEvent } from '../../../schemas/audit-log.ts';
import { AccountId } from '../../../schemas/ids.ts';
import { SubscriptionEvent } from '../../../schemas/subscription-log.ts';
import {
  createTestDatabase,
  quiet,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../postgres/test-database.ts';

const SUBSCRIPTIONS = 'webhooks.subscriptions';
const AUDIT = 'webhooks.audit';
const ACME = AccountId.parse('acme');

let server: TestServer;
let database: TestDatabase;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  database = await createTestDatabase(server);
});
afterEach(async () => {
  await database.pool.end();
});

const timeOf = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const paused = (version: number, second: number, subscription = 'wh_00000001'): SubscriptionEvent =>
  SubscriptionEvent.parse({
    schema_version: 2,
    type: version % 2 === 0 ? 'SubscriptionPaused' : 'SubscriptionResumed',
    subscription_id: subscription,
    account_id: 'acme',
    version,
    at: timeOf(second),
    actor: 'key:key_0000000000000001',
    source_ip: '192.0.2.1',
  });
const revealed = (n: number, second: number, account = 'acme'): AuditEvent =>
  AuditEvent.parse({
    schema_version: 1,
    id: `aud_${String(n).padStart(20, '0')}`,
    type: 'SecretRevealed',
    subscription_id: 'wh_00000001',
    account_id: account,
    at: timeOf(second),
    actor: 'key:admin',
    source_ip: '::1',
  });

/** A chunk of `topic` whose records are these, at the offsets from `firstOffset` on. */
const chunk = (topic: string, records: readonly object[], firstOffset = 0n) => ({
  topic,
  partition: 0,
  firstOffset,
  nextOffset: firstOffset + BigInt(records.length),
  records: records.map((record, i) => ({
    offset: firstOffset + BigInt(i),
    value: Buffer.from(JSON.stringify(record)),
  })),
});
const project = () => {
  const model = readModels(READ_MODEL_RULES).find(({ name }) => name === 'audit')!;
  return model.project({ pool: database.pool, logger: quiet }).handle;
};
const list = (
  query: Parameters<ReturnType<typeof createAuditQueries>['listEntries']>[1] = {},
  account = ACME,
) => createAuditQueries(database.pool).listEntries(account, query, null, 250);
const named = (entries: readonly AuditEntry[]) => entries.map(({ id }) => id);

it('shows the entries of one account, newest first, and versions of one moment by their number', async () => {
  await project()(
    chunk(
      SUBSCRIPTIONS,
      [8, 9, 10, 11].map((version) => paused(version, 1)),
    ),
  );
  await project()(chunk(AUDIT, [revealed(1, 2), revealed(2, 0), revealed(3, 3, 'other')]));
  expect(named(await list())).toEqual([
    'aud_00000000000000000001',
    'wh_00000001.11',
    'wh_00000001.10',
    'wh_00000001.9',
    'wh_00000001.8',
    'aud_00000000000000000002',
  ]);
  expect(named(await list({}, AccountId.parse('other')))).toEqual(['aud_00000000000000000003']);
});

it('keeps one entry of a record that is there twice, in one chunk or in two', async () => {
  await project()(chunk(SUBSCRIPTIONS, [paused(2, 1), paused(2, 1)]));
  await project()(chunk(SUBSCRIPTIONS, [paused(2, 1), paused(3, 2)], 2n));
  expect(named(await list())).toEqual(['wh_00000001.3', 'wh_00000001.2']);
});

it('is the same after it was dropped and made again from the logs', async () => {
  const handle = project();
  const log = [paused(2, 1), paused(3, 2), paused(4, 3)];
  await handle(chunk(SUBSCRIPTIONS, log.slice(0, 2)));
  await handle(chunk(SUBSCRIPTIONS, log.slice(2), 2n));
  const before = await list();
  await database.pool.query('truncate projection_offsets, audit_entries');
  expect(await list()).toEqual([]);
  expect(await handle(chunk(SUBSCRIPTIONS, log.slice(2), 2n))).toEqual({ seekTo: 0n });
  await handle(chunk(SUBSCRIPTIONS, log));
  expect(await list()).toEqual(before);
});

it('passes over what is no record of ours', async () => {
  expect(await project()(chunk(AUDIT, [{ type: 'Nonsense' }, revealed(1, 1)]))).toBe('done');
  expect(await list()).toHaveLength(1);
});

it.each([
  [{ subscription_id: 'wh_00000002' }, ['wh_00000002.2']],
  [{ actor: 'key:admin' }, ['aud_00000000000000000001']],
  [{ type: 'SubscriptionPaused' }, ['wh_00000002.2', 'wh_00000001.2']],
  [{ from: timeOf(2), to: timeOf(3) }, ['wh_00000002.2']],
  [{ from: '2026-01-01T01:00:03+01:00' }, ['aud_00000000000000000001']],
  [{ actor: 'key:nobody' }, []],
])('is filtered by %j', async (query, expected) => {
  await project()(chunk(SUBSCRIPTIONS, [paused(2, 1), paused(2, 2, 'wh_00000002')]));
  await project()(chunk(AUDIT, [revealed(1, 3)]));
  expect(named(await list(query as Parameters<typeof list>[0]))).toEqual(expected);
});

it('goes on after any entry, however many there are of one moment', async () => {
  await project()(
    chunk(
      SUBSCRIPTIONS,
      Array.from({ length: 12 }, (_, i) => paused(i + 2, i % 2)),
    ),
  );
  const { listEntries } = createAuditQueries(database.pool);
  const all = await list();
  for (const [index, { at, version, id }] of all.entries()) {
    const after = { atMs: Date.parse(at), version: version ?? 0, id };
    expect(await listEntries(ACME, {}, after, 250)).toEqual(all.slice(index + 1));
  }
});

it('tells when everything was last put under an encryption key', async () => {
  const turned = (n: number, second: number, encryption_key_id: string) => ({
    ...revealed(n, second),
    type: 'EncryptionKeyRotated',
    encryption_key_id,
  });
  await project()(chunk(AUDIT, [turned(1, 1, 'old'), turned(2, 2, 'new'), turned(3, 3, 'new')]));
  const { encryptionRotatedAt } = createAuditQueries(database.pool);
  expect((await encryptionRotatedAt('new'))?.toISOString()).toBe(timeOf(3));
  expect(await encryptionRotatedAt('none')).toBeNull();
});
