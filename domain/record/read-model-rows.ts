/** The rows of the read models, as the code that makes and reads them sees them. */
import type { DeliveryRecord } from './delivery.ts';
import type { FlushedBy } from '../../schemas/delivery-log.ts';
import type { RecordPlace } from '../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../schemas/ids.ts';

/** A delivery: who is owed what, and where it stands. Times are RFC 3339 in UTC with milliseconds. */
export interface DeliveryRow extends DeliveryRecord {
  readonly id: DeliveryId;
  readonly accountId: AccountId;
  readonly subscriptionId: SubscriptionId;
  readonly eventId: EventId;
  readonly eventType: string;
  readonly occurredAt: string;
  readonly source: RecordPlace;
  readonly workflowId: string;
  /** How many events it delivers, for a batch. */
  readonly batchedEvents: number | null;
  /** What ended the collecting, for a batch; null where no record has told it yet. */
  readonly flushedBy: FlushedBy | null;
  /** The exhausted delivery in whose place it was made. */
  readonly standsInFor: DeliveryId | null;
  /** The delivery that was made in its place. */
  readonly fallbackId: DeliveryId | null;
}

/** One event of a batch. Never changes. */
export interface BatchContentRow {
  readonly deliveryId: DeliveryId;
  /** In the batch, counted from 0. */
  readonly position: number;
  /** What its delivery would be called if it were delivered alone. */
  readonly owedId: DeliveryId;
  readonly accountId: AccountId;
  readonly eventId: EventId;
  readonly occurredAt: string;
  readonly source: RecordPlace;
}

/** One ended attempt of a delivery. */
export interface AttemptRow {
  readonly deliveryId: DeliveryId;
  readonly number: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly url: string;
  /** Null where the record did not tell. */
  readonly requestHeaders: Readonly<Record<string, string>> | null;
  /** Milliseconds; null where the phase was not reached or not needed, or the record did not tell. */
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/** What is added to the counters of one subscription. */
export interface CounterChange {
  readonly subscriptionId: SubscriptionId;
  readonly pending: number;
  readonly held: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Whole microseconds. */
  readonly durationUs: number;
  /** The latest end among the deliveries that ended, null where none did. */
  readonly lastDelivery: string | null;
  /** When the latest successful attempt among the events ended, null where none was. */
  readonly lastSuccess: string | null;
}

/** What is added to one bucket of a subscription's histogram of response times. */
export interface BucketChange {
  readonly subscriptionId: SubscriptionId;
  readonly bucket: number;
  readonly count: number;
}
