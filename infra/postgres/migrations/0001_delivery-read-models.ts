import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * What `webhooks.deliveries` comes to: deliveries with their attempts, counters per subscription, and how far
 * each partition has been read. All of it can be dropped and made again from Kafka.
 *
 * Ids and types compare byte by byte (collate "C"): it is faster, and the order in which rows are locked does
 * not depend on the database's locale.
 */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    create table deliveries (
      id               text collate "C" primary key,
      account_id       text collate "C" not null,
      subscription_id  text collate "C" not null,
      event_id         text collate "C" not null,
      event_type       text collate "C" not null,
      occurred_at      timestamptz not null,
      source_topic     text not null,
      source_partition integer not null,
      source_offset    bigint not null,
      workflow_id      text not null,
      status           text not null,
      attempts         integer not null,
      last_status_code integer,
      last_error       text,
      last_duration_ms double precision,
      next_attempt_at  timestamptz,
      created_at       timestamptz not null,
      updated_at       timestamptz not null,
      ended_at         timestamptz
    );

    -- Every list is of one account, newest first; id makes the order total.
    create index deliveries_by_account on deliveries (account_id, created_at desc, id desc);
    create index deliveries_by_subscription on deliveries (subscription_id, created_at desc, id desc);
    create index deliveries_by_event_type on deliveries (account_id, event_type, created_at desc, id desc);
    create index deliveries_by_event on deliveries (account_id, event_id);

    -- Most deliveries succeed: who asks for those finds enough of them in the indexes above, and who asks for
    -- the others needs an index of the few.
    create index deliveries_not_succeeded on deliveries (account_id, status, created_at desc, id desc)
      where status <> 'succeeded';
    create index deliveries_not_succeeded_of_subscription
      on deliveries (subscription_id, status, created_at desc, id desc)
      where status <> 'succeeded';
    create index deliveries_by_failing_status_code
      on deliveries (account_id, last_status_code, created_at desc, id desc)
      where last_status_code >= 300;

    create table attempts (
      delivery_id      text collate "C" not null,
      number           integer not null,
      started_at       timestamptz not null,
      ended_at         timestamptz not null,
      duration_ms      double precision not null,
      url              text not null,
      status_code      integer,
      error            text,
      response_headers jsonb not null,
      response_body    text not null,
      primary key (delivery_id, number)
    );

    create table subscription_stats (
      subscription_id text collate "C" primary key,
      pending         bigint not null,
      held            bigint not null,
      succeeded       bigint not null,
      failed          bigint not null,
      -- Whole microseconds: sums of fractions would depend on their order, and a recount would not agree.
      duration_us_sum bigint not null,
      last_delivery   timestamptz
    );

    create table response_times (
      subscription_id text collate "C" not null,
      bucket          integer not null,
      count           bigint not null,
      primary key (subscription_id, bucket)
    );

    create table projection_offsets (
      topic       text collate "C" not null,
      partition   integer not null,
      next_offset bigint not null,
      primary key (topic, partition)
    );
  `);
}

/** There is no way back: read models are dropped and made again. */
export const down = false;
