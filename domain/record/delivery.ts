/**
 * Folds the log of one delivery into what API and CLI show. The router's and the worker's records of one
 * delivery race each other, and a crash may write a record twice: the fold gives the same for any order and
 * any repetition of `DeliveryScheduled` and of attempts. Times are compared as texts, so all of them must be
 * UTC with milliseconds, as schemas/delivery-log.ts reads them.
 */
import type { DeliveryStatus } from '../../schemas/delivery.ts';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';

/** What the read model keeps of a delivery beside its attempts. Times are RFC 3339 in UTC. */
export interface DeliveryRecord {
  readonly status: DeliveryStatus;
  /** How many attempts have ended. */
  readonly attempts: number;
  /** Of the latest attempt. */
  readonly lastStatusCode: number | null;
  readonly lastError: string | null;
  readonly lastDurationMs: number | null;
  /** When the next attempt is due; null unless `retrying`. */
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When it ended; null while it goes on. */
  readonly endedAt: string | null;
}

/** A delivery of which nothing is known yet, first heard of at `at`. */
export const newDelivery = (at: string): DeliveryRecord => ({
  status: 'pending',
  attempts: 0,
  lastStatusCode: null,
  lastError: null,
  lastDurationMs: null,
  nextAttemptAt: null,
  createdAt: at,
  updatedAt: at,
  endedAt: null,
});

const ENDS: ReadonlySet<DeliveryStatus> = new Set(['succeeded', 'exhausted', 'cancelled', 'blocked']);

/** True once a delivery has come to its end. */
export const isEnded = (status: DeliveryStatus): boolean => ENDS.has(status);

/** Applies one record of the log. */
export function evolveDelivery(before: DeliveryRecord, event: DeliveryEvent): DeliveryRecord {
  const known = { ...before, createdAt: earlier(before.createdAt, event.at) };
  switch (event.type) {
    case 'DeliveryScheduled':
      return before.status === 'pending' ? { ...known, updatedAt: later(before.updatedAt, event.at) } : known;
    case 'DeliveryHeld':
      return isEnded(before.status)
        ? known
        : { ...known, status: 'held', nextAttemptAt: null, updatedAt: event.at };
    case 'DeliveryCancelled':
      return isEnded(before.status)
        ? known
        : { ...known, status: 'cancelled', nextAttemptAt: null, updatedAt: event.at, endedAt: event.at };
    case 'DeliveryRestarted': {
      // A repetition of the record, or one that an attempt after it has overtaken.
      const isKnown = event.attempts_made < before.attempts || event.at <= before.updatedAt;
      return isKnown || !isEnded(before.status)
        ? known
        : {
            ...known,
            status: 'retrying',
            nextAttemptAt: event.at,
            updatedAt: event.at,
            endedAt: null,
          };
    }
    case 'AttemptEnded': {
      if (event.number < before.attempts) return known;
      // A crash between the record and its acknowledgement has the attempt made again under its number, and
      // the delivery goes on from what the second one came to.
      if (event.number === before.attempts && event.at <= before.updatedAt) return known;
      const attempted = {
        ...known,
        attempts: event.number,
        lastStatusCode: event.status_code,
        lastError: event.error,
        lastDurationMs: event.duration_ms,
        updatedAt: event.at,
        nextAttemptAt: null,
        endedAt: event.at,
      };
      switch (event.next.step) {
        case 'succeed':
          return { ...attempted, status: 'succeeded' };
        case 'exhaust':
          return { ...attempted, status: 'exhausted' };
        case 'block':
          return { ...attempted, status: 'blocked' };
        case 'retry':
          // It was on the wire when the delivery was cancelled: nothing follows it.
          if (before.status === 'cancelled' && event.started_at <= before.updatedAt) {
            return {
              ...attempted,
              status: 'cancelled',
              updatedAt: before.updatedAt,
              endedAt: before.endedAt,
            };
          }
          return {
            ...attempted,
            status: 'retrying',
            nextAttemptAt: event.next.next_attempt_at,
            endedAt: null,
          };
      }
    }
  }
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

const later = (a: string, b: string): string => (a > b ? a : b);
