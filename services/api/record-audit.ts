/** Writes what a caller does to `webhooks.audit`, before it is done: nothing happens that the audit log misses. */
import type { AuditLog } from '../../infra/kafka/audit-log.ts';
import type { AuditEvent } from '../../schemas/audit-log.ts';
import type { AuditEventId } from '../../schemas/ids.ts';
import type { Caller } from './authenticate.ts';
import { Problem } from './problem.ts';
import { randomText } from './random-text.ts';

/** What is done, without by whom and when. */
export type Deed = AuditEvent extends infer E
  ? E extends AuditEvent
    ? Omit<E, 'schema_version' | 'id' | 'account_id' | 'at' | 'actor' | 'source_ip'>
    : never
  : never;

/**
 * Resolves once the deed is durable in the log. Throws a 503 where the log does not take it, or not in time: the deed
 * must not be done then, although the log may still come to tell of it.
 */
export type RecordAudit = (caller: Caller, deed: Deed) => Promise<void>;

/** Makes it for a `log` that gives up in time by itself: `appenderOfRequests`. */
export const createRecordAudit =
  (log: AuditLog): RecordAudit =>
  (caller, deed) =>
    log
      .append({
        schema_version: 1,
        id: `aud_${randomText(20)}` as AuditEventId,
        account_id: caller.accountId,
        at: new Date().toISOString(),
        actor: caller.actor,
        source_ip: caller.sourceIp,
        ...deed,
      })
      .catch((error: unknown) => {
        // It speaks of what may still be done. Of the deed nothing is, so that it may be repeated.
        if (!(error instanceof Problem)) throw error;
        throw new Problem(503, 'The audit log cannot be written at the moment. Try again.');
      });
