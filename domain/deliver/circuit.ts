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

export type Circuit = {
  /**
   * Whether an attempt has failed that was none of an operational event's delivery. An account is told of no other
   * circuit: what it is told would fail too, and open the next one, without end.
   */
  readonly isWorthTelling: boolean;
} & (
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
  | {
      readonly state: 'probing';
      /** The delivery that is sent to find out: no other failure tells anything now. */
      readonly probe: DeliveryId;
      readonly coolDownMs: number;
      readonly untilMs: number;
    }
);

/** A circuit of which nothing is known. */
export const CLOSED: Circuit = { state: 'closed', failures: 0, deliveries: [], isWorthTelling: false };

/** A probe that tells nothing for so long, because its process forgot it, makes room for another. */
const PROBE_PATIENCE_MS = 150_000;
/** When it is worth asking again while a probe is on the wire: it may have told something by then. */
const PROBE_LOOK_MS = 10_000;

/** Whether an attempt may go now. `circuit` is what holds from then on. */
export type Passage =
  | { readonly passes: true; readonly circuit: Circuit }
  /** `untilMs`: when it is worth asking again. */
  | { readonly passes: false; readonly untilMs: number };

/** Asks at `nowMs` for passage of one attempt of `deliveryId`. */
export function askPassage(circuit: Circuit, deliveryId: DeliveryId, nowMs: number): Passage {
  if (circuit.state === 'closed') return { passes: true, circuit };
  const { coolDownMs, untilMs, isWorthTelling } = circuit;
  if (nowMs < untilMs) {
    const isOpen = circuit.state === 'open';
    return { passes: false, untilMs: isOpen ? untilMs : Math.min(untilMs, nowMs + PROBE_LOOK_MS) };
  }
  const patientUntilMs = nowMs + PROBE_PATIENCE_MS;
  return {
    passes: true,
    circuit: { state: 'probing', probe: deliveryId, coolDownMs, untilMs: patientUntilMs, isWorthTelling },
  };
}

/** The circuit after an attempt of `deliveryId` that told nothing: where it was the probe, another may go at once. */
export const circuitAfterNothing = (circuit: Circuit, deliveryId: DeliveryId, nowMs: number): Circuit =>
  circuit.state === 'probing' && circuit.probe === deliveryId
    ? {
        state: 'open',
        coolDownMs: circuit.coolDownMs,
        untilMs: nowMs,
        isWorthTelling: circuit.isWorthTelling,
      }
    : circuit;

/** An attempt that a circuit hears of. */
export interface JudgedAttempt {
  readonly deliveryId: DeliveryId;
  /** Whether what it delivers is told of the account's own subscriptions. */
  readonly isOperational: boolean;
}

/** The circuit after an attempt came to `outcome` at `nowMs`. */
export function circuitAfter(
  circuit: Circuit,
  { deliveryId, isOperational }: JudgedAttempt,
  outcome: Outcome,
  nowMs: number,
): Circuit {
  if (!isRetried(outcome)) return circuit.state === 'closed' && circuit.failures === 0 ? circuit : CLOSED;
  const isWorthTelling = circuit.isWorthTelling || !isOperational;
  switch (circuit.state) {
    case 'closed': {
      const failures = circuit.failures + 1;
      const deliveries = withOneMore(circuit.deliveries, deliveryId);
      return failures >= FAILURES_TO_OPEN && deliveries.length >= DELIVERIES_TO_OPEN
        ? {
            state: 'open',
            coolDownMs: FIRST_COOL_DOWN_MS,
            untilMs: nowMs + FIRST_COOL_DOWN_MS,
            isWorthTelling,
          }
        : { state: 'closed', failures, deliveries, isWorthTelling };
    }
    case 'open':
      // It was on the wire when the circuit opened, and delays no probe.
      return { ...circuit, isWorthTelling };
    case 'probing': {
      // Another one was on the wire when the circuit opened.
      if (circuit.probe !== deliveryId) return { ...circuit, isWorthTelling };
      const coolDownMs = Math.min(2 * circuit.coolDownMs, LONGEST_COOL_DOWN_MS);
      return { state: 'open', coolDownMs, untilMs: nowMs + coolDownMs, isWorthTelling };
    }
  }
}

/**
 * What others are to hear of a circuit that was `before` and is `after`; null where it is nothing, as for a probe that
 * fails. A circuit that was open and becomes worth telling opens as far as they can know.
 */
export function circuitMoved(before: Circuit, after: Circuit): 'open' | 'closed' | null {
  if (after.state === 'closed') return before.state === 'closed' ? null : 'closed';
  const hasOpened = before.state === 'closed';
  return hasOpened || (after.isWorthTelling && !before.isWorthTelling) ? 'open' : null;
}

const withOneMore = (deliveries: readonly DeliveryId[], id: DeliveryId): readonly DeliveryId[] =>
  deliveries.length >= DELIVERIES_TO_OPEN || deliveries.includes(id) ? deliveries : [...deliveries, id];
