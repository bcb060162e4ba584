import type { MigrationBuilder } from 'node-pg-migrate';

/** What was sent, and how long each phase of it took. Null for the attempts of before, and where not needed. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    alter table attempts
      add column request_headers jsonb,
      add column dns_ms          double precision,
      add column connect_ms      double precision,
      add column tls_ms          double precision,
      add column first_byte_ms   double precision;
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
