/** `webhooks.audit` is appended to; its records and those of the other audited logs are read. */
import type { AuditedFact } from '../../domain/record/audit-entry.ts';
import { ApiKeyEvent } from '../../schemas/api-key-log.ts';
import { AuditEvent } from '../../schemas/audit-log.ts';
import type { Appender } from './appender.ts';
import { decode, type Decoded, decodeKnownSubscriptionEvent } from './event-log.ts';
import { API_KEY_LOG, AUDIT_LOG, SUBSCRIPTION_LOG } from './topics.ts';

/** Resolves once the record is durable. */
export interface AuditLog {
  append(event: AuditEvent): Promise<void>;
}

export const createAuditLog = (appender: Pick<Appender, 'append'>): AuditLog => ({
  append: (event) =>
    appender.append([{ topic: AUDIT_LOG, key: event.account_id, value: JSON.stringify(event) }]),
});

/** What the audit log is made of. */
export const AUDITED_TOPICS = [SUBSCRIPTION_LOG, API_KEY_LOG, AUDIT_LOG] as const;

/** Reads a record of one of `AUDITED_TOPICS`. Throws for a change of a subscription in a version that is yet to come. */
export function decodeAuditedFact(value: Buffer | null, topic: string): Decoded<AuditedFact> {
  switch (topic) {
    case SUBSCRIPTION_LOG:
      return decodeKnownSubscriptionEvent(value);
    case API_KEY_LOG:
      return decode(ApiKeyEvent, value);
    default:
      return decode(AuditEvent, value);
  }
}
