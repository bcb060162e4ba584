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

/** Resolves once the deed is durable in the log. Throws a 503 where that takes too long: it must not be done then. */
export type RecordAudit = (caller: Caller, deed: Deed) => Promise<void>;

/** Kafka has so long to take a record; it may still take it afterwards, and tell of what was only asked for. */
const PATIENCE_MS = 10_000;

export const createRecordAudit =
  (log: AuditLog, patienceMs = PATIENCE_MS): RecordAudit =>
  async (caller, deed) => {
    const appended = log.append({
      schema_version: 1,
      id: `aud_${randomText(20)}` as AuditEventId,
      account_id: caller.accountId,
      at: new Date().toISOString(),
      actor: caller.actor,
      source_ip: caller.sourceIp,
      ...deed,
    });
    // Whoever gave up does not hear of a refusal that comes later.
    appended.catch(() => undefined);
    let impatient: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      impatient = setTimeout(
        () => reject(new Problem(503, 'The audit log cannot be written at the moment. Try again.')),
        patienceMs,
      );
    });
    await Promise.race([appended, tooLate]).finally(() => clearTimeout(impatient));
  };
