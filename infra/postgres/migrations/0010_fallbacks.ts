import type { MigrationBuilder } from 'node-pg-migrate';

/** A delivery that was exhausted and the one that was made in its place name each other. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    alter table deliveries
      add column stands_in_for text collate "C",
      add column fallback_id text collate "C";
    create index deliveries_stands_in_for on deliveries (stands_in_for) where stands_in_for is not null;
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
