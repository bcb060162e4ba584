import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * What `webhooks.held` comes to: the deliveries that no workflow carries, each with all that is needed to send it.
 * `appended_at_ms`, partition and offset are the order in which they are released.
 */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    create table held_deliveries (
      delivery_id      text collate "C" primary key,
      subscription_id  text collate "C" not null,
      appended_at_ms   bigint not null,
      source_partition integer not null,
      source_offset    bigint not null,
      not_before       timestamptz,
      attempts_made    integer not null,
      -- JSON as text: jsonb would not give back the same bytes for every body.
      task             text not null
    );
    create index held_deliveries_in_order
      on held_deliveries (subscription_id, appended_at_ms, source_partition, source_offset, delivery_id);
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
