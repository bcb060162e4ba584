import { describe, expect, it } from 'vitest';
import { type AuditedFact, auditEntryOf } from '../../../domain/record/audit-entry.ts';
import type { KeyHash } from '../../../schemas/api-key-log.ts';
import { AuditEvent } from '../../../schemas/audit-log.ts';
import { AccountId, ApiKeyId, AuditEventId, SubscriptionId } from '../../../schemas/ids.ts';
import type { Sealed } from '../../../schemas/subscription-log.ts';
import { SETTINGS } from '../subscription/subscription-log.ts';

const AT = '2026-01-01T00:00:00.000Z';
const shared = {
  schema_version: 1 as const,
  account_id: AccountId.parse('acme'),
  at: AT,
  actor: 'key:key_0000000000000001',
  source_ip: '192.0.2.1',
};
const SUBSCRIPTION = SubscriptionId.parse('wh_00000000000000000001');
const DELIVERY = 'del_00000000000000000000000000000001';
const KEY = ApiKeyId.parse('key_0000000000000002');
const ofSubscription = (version: number) => ({
  ...shared,
  schema_version: 2 as const,
  subscription_id: SUBSCRIPTION,
  version,
});
const sealed = (text: string): Sealed => `v1.0000000000000000.${text}` as Sealed;

const updated: AuditedFact = {
  ...ofSubscription(3),
  type: 'SubscriptionUpdated',
  changes: { url: 'https://example.com/?token=in-the-url', headers: { 'X-A': sealed('header') } },
  secret: sealed('secret'),
};
const revealed: AuditedFact = {
  ...shared,
  id: AuditEventId.parse('aud_00000000000000000001'),
  type: 'SecretRevealed',
  subscription_id: SUBSCRIPTION,
};

describe('an entry of the audit log', () => {
  it.each([
    ['DeliveryRetried', { delivery_id: DELIVERY, force: true }, { delivery_id: DELIVERY, force: true }],
    ['DeliveryCancelled', { delivery_id: DELIVERY }, { delivery_id: DELIVERY }],
    ['BatchesFlushed', {}, {}],
    ['TestDeliverySent', { test_event: 'workflow.completed' }, { event: 'workflow.completed' }],
  ])('of %s tells which subscription and what of it', (type, told, details) => {
    const { id } = revealed;
    const fact = AuditEvent.parse({ ...shared, id, type, subscription_id: SUBSCRIPTION, ...told });
    expect(auditEntryOf(fact)).toMatchObject({
      id,
      type,
      subscription_id: SUBSCRIPTION,
      version: null,
      details,
    });
  });

  it('tells who did what, when, to which thing, and from where', () => {
    expect(auditEntryOf(updated)).toEqual({
      id: `${SUBSCRIPTION}.3`,
      account_id: 'acme',
      at: AT,
      actor: 'key:key_0000000000000001',
      source_ip: '192.0.2.1',
      type: 'SubscriptionUpdated',
      subscription_id: SUBSCRIPTION,
      api_key_id: null,
      event_type: null,
      version: 3,
      details: { fields: ['url', 'headers', 'secret'] },
    });
  });

  it('of a reveal has an id of its own, for it makes no version', () => {
    expect(auditEntryOf(revealed)).toMatchObject({
      id: 'aud_00000000000000000001',
      type: 'SecretRevealed',
      subscription_id: SUBSCRIPTION,
      version: null,
    });
  });

  it('has no address where no request asked for the change', () => {
    const byTheSystem = { ...ofSubscription(2), source_ip: null };
    const disabled: AuditedFact = {
      ...byTheSystem,
      actor: 'system:delivery',
      type: 'SubscriptionDisabled',
      reason: 'endpoint_gone',
    };
    expect(auditEntryOf(disabled)).toMatchObject({ source_ip: null, details: { reason: 'endpoint_gone' } });
  });

  it('has another id for each version, each key, and the end of a key', () => {
    const created: AuditedFact = {
      ...shared,
      type: 'ApiKeyCreated',
      api_key_id: KEY,
      name: 'ci',
      scopes: ['read'],
      key_hash: 'a'.repeat(64) as KeyHash,
    };
    const revoked: AuditedFact = { ...shared, type: 'ApiKeyRevoked', api_key_id: KEY };
    const paused: AuditedFact = { ...ofSubscription(4), type: 'SubscriptionPaused' };
    const ids = [updated, paused, created, revoked, revealed].map((fact) => auditEntryOf(fact).id);
    expect(new Set(ids).size).toBe(5);
    expect([updated, paused].map((fact) => auditEntryOf(fact).id)).toEqual(ids.slice(0, 2));
  });

  it('names settings, and shows neither their values nor anything sealed or hashed', () => {
    const facts: readonly AuditedFact[] = [
      updated,
      {
        ...ofSubscription(1),
        type: 'SubscriptionCreated',
        settings: { ...SETTINGS, headers: { 'X-A': sealed('header') } },
        secret: sealed('secret'),
        active: true,
      },
      {
        ...ofSubscription(2),
        type: 'SubscriptionSecretRotated',
        secret: sealed('new'),
        previous_secret: sealed('old'),
        previous_secret_expires_at: AT,
      },
      {
        ...shared,
        type: 'ApiKeyCreated',
        api_key_id: KEY,
        name: 'ci',
        scopes: ['read'],
        key_hash: 'abcdef'.repeat(11) as KeyHash,
      },
    ];
    const text = JSON.stringify(facts.map(auditEntryOf));
    for (const hidden of ['v1.', 'in-the-url', 'abcdef']) expect(text).not.toContain(hidden);
  });
});
