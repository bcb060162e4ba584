import type { MigrationBuilder } from 'node-pg-migrate';

/** One topic may go into several projections, each of which has read so far and no further. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    alter table projection_offsets add column projection text collate "C" not null default 'deliveries';
    alter table projection_offsets alter column projection drop default;
    alter table projection_offsets drop constraint projection_offsets_pkey;
    alter table projection_offsets add primary key (projection, topic, partition);
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
