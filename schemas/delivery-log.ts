/** The records of `webhooks.deliveries`: every attempt and outcome. The Kafka key is the delivery's id. */
import { z } from 'zod';
import { RecordPlace } from './delivery.ts';
import { AccountId, DeliveryId, EventId, SubscriptionId } from './ids.ts';
import { toUtcTimestamp } from './timestamp.ts';

/** Read as UTC with milliseconds, whatever it was written as, so that the texts of times sort as they do. */
const UtcTimestamp = z.string().transform((text, context) => {
  const timestamp = toUtcTimestamp(text);
  if (timestamp !== null) return timestamp;
  context.addIssue('expected an RFC 3339 date-time of the years 0001 to 9999');
  return z.NEVER;
});

/**
 * Stands in every record, so that each can be read alone and in any order: the router's and the worker's
 * records of one delivery race each other.
 */
const fact = {
  schema_version: z.literal(1),
  delivery_id: DeliveryId,
  subscription_id: SubscriptionId,
  account_id: AccountId,
  event_id: EventId,
  event_type: z.string(),
  /** When the event happened, by its producer. */
  occurred_at: UtcTimestamp,
  source: RecordPlace,
  /** The Temporal workflow that carries the delivery: retry, cancel and the UI link find it here. */
  workflow_id: z.string(),
  /** How many events it delivers, for a batch. `event_id`, `source` are then those of the first one. */
  batched_events: z.int().min(1).optional(),
  /** The exhausted delivery that it is sent instead of, to the subscription's fallback. */
  stands_in_for: DeliveryId.optional(),
  at: UtcTimestamp,
};

/** One event of a batch. */
export const BatchedEvent = z.object({
  /** What its delivery would be called if it were delivered alone: a record that repeats the event is known by it. */
  owed_id: DeliveryId,
  event_id: EventId,
  occurred_at: UtcTimestamp,
  source: z.object({ topic: z.string(), partition: z.int(), offset: z.string() }),
});
export type BatchedEvent = z.infer<typeof BatchedEvent>;

/** What ended the collecting of a batch: enough events or bytes, enough time, or an operator. */
export const FlushedBy = z.enum(['size', 'timeout', 'manual']);
export type FlushedBy = z.infer<typeof FlushedBy>;

/** How an attempt ended, and what follows it. */
export const AfterAttempt = z.discriminatedUnion('step', [
  z.object({ step: z.literal('succeed') }),
  z.object({ step: z.literal('retry'), next_attempt_at: UtcTimestamp }),
  z.object({ step: z.literal('exhaust'), reason: z.enum(['not_retried', 'retries_used_up', 'gone']) }),
  z.object({ step: z.literal('block'), address: z.string() }),
]);
export type AfterAttempt = z.infer<typeof AfterAttempt>;

/** In milliseconds; null for a phase that was not reached or not needed. */
const PhaseTimings = z.object({
  dns_ms: z.number().min(0).nullable(),
  connect_ms: z.number().min(0).nullable(),
  tls_ms: z.number().min(0).nullable(),
  /** From the request being written to the first byte of its answer. */
  first_byte_ms: z.number().min(0).nullable(),
});
/** Why a delivery may not be sent now. */
export const HoldReason = z.enum(['paused', 'circuit_open', 'endpoint_full', 'rate_limited']);
export type HoldReason = z.infer<typeof HoldReason>;

export const DeliveryEvent = z.discriminatedUnion('type', [
  /** The router handed the delivery to Temporal. */
  z.object({
    ...fact,
    type: z.literal('DeliveryScheduled'),
    /** What is in a batch, in its order. */
    events: z.array(BatchedEvent).optional(),
    /** With `events` and `occurred_at` all that a batch is made of. Absent in records from before it was kept. */
    flushed_by: FlushedBy.optional(),
  }),
  z.object({
    ...fact,
    type: z.literal('AttemptEnded'),
    /** Counted from 1. */
    number: z.int().min(1),
    started_at: UtcTimestamp,
    duration_ms: z.number().min(0),
    url: z.string(),
    /** As they were made, the values of the subscription's own masked. Null in records from before they were kept. */
    request_headers: z.record(z.string(), z.string()).readonly().nullable().default(null),
    /** Null in records from before they were kept. `duration_ms` is the whole. */
    timings: PhaseTimings.nullable().default(null),
    /** Null where no answer came. */
    status_code: z.int().nullable(),
    /** Why no answer came, for a person. Null where one did. */
    error: z.string().nullable(),
    response_headers: z.record(z.string(), z.string()).readonly(),
    /** The first 16 KiB. */
    response_body: z.string(),
    next: AfterAttempt,
    /** The delivery that is made in its place, where it was exhausted and has a fallback. */
    fallback_id: DeliveryId.optional(),
  }),
  /** It may not be sent now. What is to be sent stands on `webhooks.held`. */
  z.object({ ...fact, type: z.literal('DeliveryHeld'), reason: HoldReason }),
  /** It is no longer owed: the subscription was disabled or deleted, or an operator cancelled it. */
  z.object({ ...fact, type: z.literal('DeliveryCancelled'), reason: z.string() }),
  /** It had ended, and somebody has it tried again: its retries are granted anew. */
  z.object({
    ...fact,
    type: z.literal('DeliveryRestarted'),
    /** The number of the last attempt before; the next has one more. */
    attempts_made: z.int().min(0),
    /** Who asked for it: `key:<id>` of an API key. */
    actor: z.string(),
  }),
]);
export type DeliveryEvent = z.infer<typeof DeliveryEvent>;
