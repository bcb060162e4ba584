import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * The audit log: what `webhooks.subscriptions`, `webhooks.api-keys` and `webhooks.audit` tell. It can be dropped and
 * made again from Kafka, where these topics are kept for ever.
 */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    create table audit_entries (
      id              text collate "C" primary key,
      account_id      text collate "C" not null,
      at              timestamptz not null,
      actor           text collate "C" not null,
      source_ip       text,
      type            text collate "C" not null,
      subscription_id text collate "C",
      api_key_id      text collate "C",
      event_type      text,
      -- 0 for what has no versions: it orders the changes that a subscription saw in one millisecond.
      version         integer not null,
      details         jsonb not null
    );

    -- Every list is of one account, newest first; version and id make the order total.
    create index audit_entries_by_account on audit_entries (account_id, at desc, version desc, id desc);
    create index audit_entries_by_subscription
      on audit_entries (subscription_id, at desc, version desc, id desc) where subscription_id is not null;
    create index audit_entries_by_actor on audit_entries (account_id, actor, at desc, version desc, id desc);
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
