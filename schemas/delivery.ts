/** One delivery: what its workflow is given, and how it is named where others see it. */
import { z } from 'zod';
import { AccountId, DeliveryId, EventId, SubscriptionId } from './ids.ts';

/** Where a delivery stands. The last four are ends. */
export const DeliveryStatus = z.enum([
  'pending',
  'retrying',
  'held',
  'succeeded',
  'exhausted',
  'cancelled',
  'blocked',
]);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** The Kafka record that an event came from. `offset` is a decimal text: it may exceed 2^53. */
export const RecordPlace = z.object({ topic: z.string(), partition: z.int(), offset: z.string() }).readonly();
export type RecordPlace = z.infer<typeof RecordPlace>;

/**
 * All that a delivery's carrier is given. Neither url nor headers nor secret: those are looked up at each
 * attempt, so that a correction takes effect on the next one and no secret enters a workflow's history.
 */
export const DeliveryTask = z
  .object({
    deliveryId: DeliveryId,
    subscriptionId: SubscriptionId,
    /** The version that the router matched. A worker that has not seen it yet waits until it has. */
    subscriptionVersion: z.int(),
    accountId: AccountId,
    eventId: EventId,
    eventType: z.string(),
    /** RFC 3339, UTC, milliseconds. */
    occurredAt: z.string(),
    source: RecordPlace,
    /** When the source record was appended to Kafka, in milliseconds since 1970: what is held is released in this order. */
    appendedAtMs: z.number(),
    /** The exact text that is sent, the same on every attempt. */
    body: z.string(),
    /** W3C trace context: 32 hex digits, the same over all attempts. */
    traceId: z.string(),
    /** How many events its body holds, for a batch. The fields above are then those of the first one. */
    batchedEvents: z.int().optional(),
    /** How many attempts had been made when its retries were last granted. Absent: none, they never were again. */
    attemptsBefore: z.int().optional(),
    /** Deliveries with the same lane are sent one after the other. Absent: it waits for no other. */
    lane: z.string().optional(),
    /** The exhausted delivery that it is sent instead of, to the subscription's fallback. */
    standsInFor: DeliveryId.optional(),
  })
  .readonly();
export type DeliveryTask = z.infer<typeof DeliveryTask>;

/** What is said of a delivery: all of its task but the text that is sent. */
export type TaskHead = Omit<DeliveryTask, 'body'>;

/** Deliveries that one workflow carries together. `startedAt` is the router's clock, RFC 3339. */
export interface DeliveryGroup {
  readonly id: string;
  readonly startedAt: string;
  readonly tasks: readonly DeliveryTask[];
}

/**
 * A group on its way through Temporal (infra/temporal/packed-group.ts). Its workflow only passes it on, and as bytes it
 * does so without reading it: the decoders of Temporal's workflow threads are slow, and a group is large.
 */
export type PackedGroup = Uint8Array;

/** One delivery of a group that is not done, by its place in the group. */
export interface Waiting {
  readonly index: number;
  readonly attemptsMade: number;
  /** Milliseconds since 1970; 0 for a first attempt, which is due at once. */
  readonly dueAtMs: number;
  /** Of its latest attempt, in a few words; empty before the first. */
  readonly failure: string;
}

/** What survives from one execution of a group to the next. */
export interface GroupProgress {
  /** False where nothing has happened since that `waiting` does not tell. */
  readonly isUnderWay: boolean;
  readonly waiting: readonly Waiting[];
  /** All that was recorded before this is told by `waiting`, milliseconds since 1970. Absent in older ones. */
  readonly atMs?: number;
}

/** What somebody asks of one delivery that rides in a group: to be tried now, or no more. */
export interface GroupOrder {
  readonly deliveryId: DeliveryId;
  readonly do: 'retryNow' | 'cancel';
}

/** An order on its way to the group, with the group's latest heartbeat: its workflow cannot see that. */
export interface GroupSignal extends GroupOrder {
  readonly known?: GroupProgress;
}

/** The value of a record of `webhooks.held`: a delivery that no workflow of its own carries. Its key is the delivery's id. */
export const HeldDelivery = z.object({
  schema_version: z.literal(1),
  task: DeliveryTask,
  attempts_made: z.int().min(0),
  /** It failed while it was being released, and is not to be tried again before this. Null: as soon as may be. */
  not_before: z.iso.datetime().nullable(),
});
export type HeldDelivery = z.infer<typeof HeldDelivery>;

/**
 * Another record of `webhooks.held`: somebody has a delivery that waits for its next attempt tried now. It counts where
 * the delivery still stands as whoever asked saw it.
 */
export const HeldDeliveryHurried = z.object({
  schema_version: z.literal(1),
  delivery_id: DeliveryId,
  attempts_made: z.int().min(0),
});
export type HeldDeliveryHurried = z.infer<typeof HeldDeliveryHurried>;
