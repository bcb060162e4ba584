import type { MigrationBuilder } from 'node-pg-migrate';

/** Which events are in a batch. A delivery of a single event has no rows there, and null for their number. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    alter table deliveries add column batched_events integer;

    create table batch_contents (
      delivery_id      text collate "C" not null,
      position         integer not null,
      owed_id          text collate "C" not null,
      account_id       text collate "C" not null,
      event_id         text collate "C" not null,
      occurred_at      timestamptz not null,
      source_topic     text not null,
      source_partition integer not null,
      source_offset    bigint not null,
      primary key (delivery_id, position)
    );
    create index batch_contents_by_owed_id on batch_contents (owed_id);
    create index batch_contents_by_event on batch_contents (account_id, event_id);
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
