/** What the log says of a delivery whose carrier has died, or was slow: whoever goes on sends nothing again. */
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { AttemptEnd } from './attempt-end.ts';

/**
 * For a delivery with a workflow of its own that was to make the first attempt, by its last record; null where that
 * attempt is still to be made.
 */
export function endOfFirstAttempt(last: DeliveryEvent | undefined): AttemptEnd | null {
  switch (last?.type) {
    case undefined:
    case 'DeliveryScheduled':
    case 'DeliveryRestarted':
      return null;
    case 'DeliveryHeld':
      return { step: 'hold', reason: last.reason, attemptsMade: 0, waitMs: null };
    case 'DeliveryCancelled':
      return { step: 'cancel', reason: last.reason };
    case 'AttemptEnded':
      switch (last.next.step) {
        case 'retry':
          return last.workflow_id === last.delivery_id
            ? retryOf(last, Date.parse(last.next.next_attempt_at))
            : carriedElsewhere(last.number);
        case 'exhaust':
          return { step: 'exhaust', reason: last.next.reason };
        case 'block':
          return { step: 'block' };
        case 'succeed':
          return { step: 'succeed' };
      }
  }
}

/** The same for attempt `number`, counted from 1: null where that is still to be made, as far as the log can tell. */
export function endOfAttempt(number: number, last: DeliveryEvent | undefined): AttemptEnd | null {
  if (last?.type === 'AttemptEnded' && last.number < number) return null;
  const end = endOfFirstAttempt(last);
  // Of those before it this record does not tell.
  return end?.step === 'hold' && last?.type === 'DeliveryHeld' ? { ...end, attemptsMade: number - 1 } : end;
}

/** Another workflow makes the attempts that follow, mostly the release of what is held: two would send them twice. */
const carriedElsewhere = (attemptsMade: number): AttemptEnd => ({
  step: 'hold',
  // Why it was held first this record does not tell, and nobody asks: the workflow ends in any case.
  reason: 'endpoint_full',
  attemptsMade,
  waitMs: null,
});

type AttemptEnded = Extract<DeliveryEvent, { type: 'AttemptEnded' }>;

/** The next attempt of a delivery whose latest one is to be followed by another at `dueAtMs`. */
export const retryOf = (
  event: AttemptEnded,
  dueAtMs: number,
): Extract<AttemptEnd, { readonly step: 'retry' }> => ({
  step: 'retry',
  number: event.number,
  delayMs: Math.max(1, dueAtMs - Date.parse(event.at)),
  failure: event.status_code === null ? (event.error ?? '') : `answered ${event.status_code}`,
});
