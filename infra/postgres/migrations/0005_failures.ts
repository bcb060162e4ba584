import type { MigrationBuilder } from 'node-pg-migrate';

/** Since when nothing but failures: the latest success of each subscription, and what has failed after it. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    alter table subscription_stats add column last_success timestamptz;
    update subscription_stats stats set last_success =
      (select max(ended_at) from deliveries
       where subscription_id = stats.subscription_id and status = 'succeeded');

    create index deliveries_failing on deliveries (subscription_id, updated_at)
      where status <> 'succeeded' and attempts > 0;
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
