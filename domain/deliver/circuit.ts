/**
 * Whether a broken endpoint is still asked: closed → open → probing → closed. A circuit opens only after many
 * failures in a row over several deliveries, never because of one delivery; while it is open everything is
 * held, and now and then a single probe finds out whether the endpoint is back.
 */
import type { DeliveryId } from '../../schemas/ids.ts';
import { isRetried, type Outcome } from './outcome.ts';

/** Attempts that failed in a row before a circuit opens. */
export const FAILURES_TO_OPEN = 20;
/** Of so many different deliveries at least. */
export const DELIVERIES_TO_OPEN = 5;
/** From opening to the first probe. */
export const FIRST_COOL_DOWN_MS = 5_000;
/** The cool-down doubles with each probe that fails, up to this. */
export const LONGEST_COOL_DOWN_MS = 60_000;

export type Circuit =
  | {
      readonly state: 'closed';
      /** Failed attempts since the last answer that was none. */
      readonly failures: number;
      /** The first few different deliveries among them: at most DELIVERIES_TO_OPEN. */
      readonly deliveries: readonly DeliveryId[];
    }
  | {
      readonly state: 'open';
      readonly coolDownMs: number;
      /** When a probe may be sent. */
      readonly untilMs: number;
    }
  /** One probe is on the wire; what else comes is held. */
  | { readonly state: 'probing'; readonly coolDownMs: number; readonly untilMs: number };

/** A circuit of which nothing is known. */
export const CLOSED: Circuit = { state: 'closed', failures: 0, deliveries: [] };

/** A probe that tells nothing for so long, because its process forgot it, makes room for another. */
const PROBE_PATIENCE_MS = 150_000;

/** Whether an attempt may go now. `circuit` is what holds from then on. */
export type Passage =
  | { readonly passes: true; readonly circuit: Circuit }
  /** `untilMs`: when it is worth asking again. */
  | { readonly passes: false; readonly untilMs: number };

/** Asks at `nowMs` for passage of one attempt. */
export function askPassage(circuit: Circuit, nowMs: number): Passage {
  switch (circuit.state) {
    case 'closed':
      return { passes: true, circuit };
    case 'open':
    case 'probing':
      if (nowMs < circuit.untilMs) return { passes: false, untilMs: circuit.untilMs };
      return {
        passes: true,
        circuit: {
          state: 'probing',
          coolDownMs: circuit.coolDownMs,
          untilMs: nowMs + PROBE_PATIENCE_MS,
        },
      };
  }
}

/** The circuit after an attempt of `deliveryId` came to `outcome` at `nowMs`. */
export function circuitAfter(
  circuit: Circuit,
  deliveryId: DeliveryId,
  outcome: Outcome,
  nowMs: number,
): Circuit {
  if (!isRetried(outcome)) return circuit.state === 'closed' && circuit.failures === 0 ? circuit : CLOSED;
  switch (circuit.state) {
    case 'closed': {
      const failures = circuit.failures + 1;
      const deliveries = withOneMore(circuit.deliveries, deliveryId);
      return failures >= FAILURES_TO_OPEN && deliveries.length >= DELIVERIES_TO_OPEN
        ? { state: 'open', coolDownMs: FIRST_COOL_DOWN_MS, untilMs: nowMs + FIRST_COOL_DOWN_MS }
        : { state: 'closed', failures, deliveries };
    }
    case 'open':
      // It was on the wire when the circuit opened, and tells nothing new.
      return circuit;
    case 'probing': {
      const coolDownMs = Math.min(2 * circuit.coolDownMs, LONGEST_COOL_DOWN_MS);
      return { state: 'open', coolDownMs, untilMs: nowMs + coolDownMs };
    }
  }
}

const withOneMore = (deliveries: readonly DeliveryId[], id: DeliveryId): readonly DeliveryId[] =>
  deliveries.length >= DELIVERIES_TO_OPEN || deliveries.includes(id) ? deliveries : [...deliveries, id];
