/** The table of the audit log. */
import type { AuditedFact, AuditEntryOf } from '../../domain/record/audit-entry.ts';
import type { AuditEntry } from '../../schemas/audit-log.ts';
import type { WriteEvents } from './apply-records.ts';
import { bulkUpsert } from './bulk-upsert.ts';
import { storableDocument } from './storable.ts';

/** Writes an entry for each fact. Entries never change: one that is there already is left as it is. */
export const writeAuditEntries =
  (entryOf: AuditEntryOf): WriteEvents<AuditedFact> =>
  async (client, facts) => {
    await client.query(insertEntries(facts.map(entryOf)));
  };

const insertEntries = bulkUpsert<AuditEntry>(
  'audit_entries',
  [
    { name: 'id', type: 'text', value: (entry) => entry.id },
    { name: 'account_id', type: 'text', value: (entry) => entry.account_id },
    { name: 'at', type: 'timestamptz', value: (entry) => entry.at },
    { name: 'actor', type: 'text', value: (entry) => entry.actor },
    { name: 'source_ip', type: 'text', value: (entry) => entry.source_ip },
    { name: 'type', type: 'text', value: (entry) => entry.type },
    { name: 'subscription_id', type: 'text', value: (entry) => entry.subscription_id },
    { name: 'api_key_id', type: 'text', value: (entry) => entry.api_key_id },
    { name: 'event_type', type: 'text', value: (entry) => entry.event_type },
    { name: 'version', type: 'integer', value: (entry) => entry.version ?? 0 },
    { name: 'details', type: 'jsonb', value: (entry) => storableDocument(entry.details) },
  ],
  '(id) do nothing',
);
