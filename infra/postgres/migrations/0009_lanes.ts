import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * Lanes: of held deliveries with the same lane only the oldest may be sent. It is the head of its lane; what has no lane
 * is its own head. So however many wait in a lane that is stuck, whoever looks for what may be sent passes over one row.
 */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    alter table held_deliveries
      add column lane text collate "C",
      add column stands_in boolean not null default false,
      add column is_head boolean not null default true;
    drop index held_deliveries_in_order;
    create index held_deliveries_by_lane on held_deliveries
      (subscription_id, lane, appended_at_ms, source_partition, source_offset, delivery_id);
    create index held_deliveries_heads on held_deliveries
      (subscription_id, stands_in, appended_at_ms, source_partition, source_offset, delivery_id) where is_head;
    create unique index held_deliveries_head_of_lane on held_deliveries (subscription_id, lane)
      where is_head and lane is not null;
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
