/** One delivery: what its workflow is given, and how it is named where others see it. */
import { z } from 'zod';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from './ids.ts';

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
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/**
 * All that a `delivery` workflow is given. Neither url nor headers nor secret: those are looked up at each
 * attempt, so that a correction takes effect on the next one and no secret enters a workflow's history.
 */
export interface DeliveryTask {
  readonly deliveryId: DeliveryId;
  readonly subscriptionId: SubscriptionId;
  /** The version that the router matched. A worker that has not seen it yet waits until it has. */
  readonly subscriptionVersion: number;
  readonly accountId: AccountId;
  readonly eventId: EventId;
  readonly eventType: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  readonly source: RecordPlace;
  /** When the source record was appended to Kafka, in milliseconds since 1970: what is held is released in this order. */
  readonly appendedAtMs: number;
  /** The exact text that is sent, the same on every attempt. */
  readonly body: string;
  /** W3C trace context: 32 hex digits, the same over all attempts. */
  readonly traceId: string;
  /** How many events its body holds, for a batch. The fields above are then those of the first one. */
  readonly batchedEvents?: number | undefined;
  /** How many attempts had been made when its retries were last granted. Absent: none, they never were again. */
  readonly attemptsBefore?: number;
}
