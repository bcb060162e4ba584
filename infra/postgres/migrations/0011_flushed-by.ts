import type { MigrationBuilder } from 'node-pg-migrate';

/** What ended the collecting of a batch: without it the bytes of a batch that has ended cannot be made again. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql('alter table deliveries add column flushed_by text;');
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
