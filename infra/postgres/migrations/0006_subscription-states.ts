import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * What `webhooks.subscriptions` comes to, so that a service which starts need not read all of it. `state` is text
 * and not jsonb, because it may hold what jsonb refuses (\\u0000), and nobody looks into it here. Formats stand side
 * by side, so that programs of two versions run at once.
 */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    create table subscription_states (
      format  integer not null,
      id      text collate "C" not null,
      version bigint not null,
      state   text not null,
      primary key (format, id)
    );
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
