/** Every record of the logs that the audit log is made of → the entry that is shown of it. Nothing secret passes. */
import type { ApiKeyEvent } from '../../schemas/api-key-log.ts';
import type { AuditEntry, AuditEvent } from '../../schemas/audit-log.ts';
import type { JsonObject } from '../../schemas/json.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';

/** A record of `webhooks.subscriptions`, `webhooks.api-keys` or `webhooks.audit`. */
export type AuditedFact = SubscriptionEvent | ApiKeyEvent | AuditEvent;

/** @see auditEntryOf */
export type AuditEntryOf = (fact: AuditedFact) => AuditEntry;

/** The same entry, id and all, for a record that is there twice: readers keep one of each id. */
export function auditEntryOf(fact: AuditedFact): AuditEntry {
  const subject = subjectOf(fact);
  return {
    id: idOf(fact),
    account_id: fact.account_id,
    at: fact.at,
    actor: fact.actor,
    source_ip: fact.source_ip ?? null,
    type: fact.type,
    subscription_id: subject.subscription_id ?? null,
    api_key_id: subject.api_key_id ?? null,
    event_type: subject.event_type ?? null,
    version: 'version' in fact ? fact.version : null,
    details: detailsOf(fact),
  };
}

/** What makes two records one: a version of a subscription, the making or the end of a key, an id of its own. */
function idOf(fact: AuditedFact): string {
  if ('id' in fact) return fact.id;
  return 'api_key_id' in fact ? `${fact.api_key_id}.${fact.type}` : `${fact.subscription_id}.${fact.version}`;
}

type Subject = Partial<Pick<AuditEntry, 'subscription_id' | 'api_key_id' | 'event_type'>>;

function subjectOf(fact: AuditedFact): Subject {
  if ('subscription_id' in fact) return { subscription_id: fact.subscription_id };
  if ('api_key_id' in fact) return { api_key_id: fact.api_key_id };
  return 'event_type' in fact ? { event_type: fact.event_type } : {};
}

/** Settings by their names, not by their values: headers are sealed, and a url may hold a token. */
function detailsOf(fact: AuditedFact): JsonObject {
  switch (fact.type) {
    case 'SubscriptionCreated':
      return { active: fact.active };
    case 'SubscriptionUpdated':
      return { fields: [...Object.keys(fact.changes), ...(fact.secret === null ? [] : ['secret'])] };
    case 'SubscriptionSecretRotated':
      return { previous_secret_expires_at: fact.previous_secret_expires_at };
    case 'SubscriptionDisabled':
      return { reason: fact.reason };
    case 'ApiKeyCreated':
      return { name: fact.name, scopes: fact.scopes };
    case 'EncryptionKeyRotated':
      return { encryption_key_id: fact.encryption_key_id };
    case 'DeliveryRetried':
      return { delivery_id: fact.delivery_id, force: fact.force };
    case 'DeliveryCancelled':
      return { delivery_id: fact.delivery_id };
    case 'TestDeliverySent':
      return { event: fact.test_event };
    case 'BatchesFlushed':
    case 'SubscriptionReencrypted':
    case 'SubscriptionPaused':
    case 'SubscriptionResumed':
    case 'SubscriptionEnabled':
    case 'SubscriptionDeleted':
    case 'ApiKeyRevoked':
    case 'SecretRevealed':
    case 'EventTypeChanged':
    case 'EventTypeRemoved':
      return {};
  }
}
