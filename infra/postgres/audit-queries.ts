/** Answers about the audit log, from its read model, in the shape that the API shows. */
import type { Pool } from 'pg';
import type { AuditEntry } from '../../schemas/audit-log.ts';
import type { AuditQuery } from '../../schemas/api.ts';
import type { AccountId } from '../../schemas/ids.ts';
import { storableText } from './storable.ts';

/** Where a page ended. Lists are ordered by all three, newest first. */
export interface AuditPlace {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly version: number;
  readonly id: string;
}

export interface AuditQueries {
  /** At most `limit` entries of an account, those after `after` for which all that `query` names holds. */
  listEntries(
    accountId: AccountId,
    query: Omit<AuditQuery, 'limit' | 'cursor'>,
    after: AuditPlace | null,
    limit: number,
  ): Promise<readonly AuditEntry[]>;
  /** When an operator last began to put everything under this encryption key; null where none has. */
  encryptionRotatedAt(encryptionKeyId: string): Promise<Date | null>;
}

/** All of them reject while PostgreSQL is away. */
export const createAuditQueries = (pool: Pool): AuditQueries => ({
  async listEntries(accountId, query, after, limit) {
    const conditions: string[] = [];
    const values: unknown[] = [];
    /** `sql` has a `?` for each value. */
    const add = (sql: string, ...given: readonly unknown[]): void => {
      conditions.push(
        given.reduce<string>((text, value) => text.replace('?', `$${values.push(value)}`), sql),
      );
    };
    add('account_id = ?', accountId);
    if (query.subscription_id !== undefined) add('subscription_id = ?', query.subscription_id);
    if (query.actor !== undefined) add('actor = ?', storableText(query.actor));
    if (query.type !== undefined) add('type = ?', storableText(query.type));
    // As seconds: PostgreSQL reads neither the year 0000 nor every offset that RFC 3339 has.
    if (query.from !== undefined) add('at >= to_timestamp(?)', Date.parse(query.from) / 1_000);
    if (query.to !== undefined) add('at < to_timestamp(?)', Date.parse(query.to) / 1_000);
    if (after !== null) {
      add('(at, version, id) < (to_timestamp(?), ?, ?)', after.atMs / 1_000, after.version, after.id);
    }
    const { rows } = await pool.query<StoredEntry>(
      `select * from audit_entries where ${conditions.join(' and ')}
       order by at desc, version desc, id desc limit $${values.length + 1}`,
      [...values, limit],
    );
    return rows.map((row) => ({
      ...row,
      at: row.at.toISOString(),
      version: row.version === 0 ? null : row.version,
    }));
  },

  async encryptionRotatedAt(encryptionKeyId) {
    const { rows } = await pool.query<{ at: Date | null }>(
      `select max(at) as at from audit_entries
       where type = 'EncryptionKeyRotated' and details ->> 'encryption_key_id' = $1`,
      [encryptionKeyId],
    );
    return rows[0]?.at ?? null;
  },
});

type StoredEntry = Omit<AuditEntry, 'at' | 'version'> & { readonly at: Date; readonly version: number };
