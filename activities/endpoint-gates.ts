/**
 * Stands before every attempt and says whether it may go now: the circuit of its endpoint, how many requests it
 * may have on the wire, and its subscription's rate limit. An attempt that gets its turn within seconds waits
 * for it here; any other is to be held as a record, so that a slow endpoint takes neither memory nor anybody's
 * turn. Each worker process keeps gates of its own; the rules are domain/deliver/circuit.ts, pacing.ts and
 * domain/token-bucket.ts.
 */
import {
  askPassage,
  type Circuit,
  circuitAfter,
  circuitAfterNothing,
  circuitMoved,
  CLOSED,
} from '../domain/deliver/circuit.ts';
import type { Outcome } from '../domain/deliver/outcome.ts';
import {
  getsItsTurn,
  isTooSlowToWaitFor,
  LONGEST_WAIT_MS,
  type Pace,
  paceAfter,
  STARTING_PACE,
} from '../domain/deliver/pacing.ts';
import { isOperational } from '../domain/record/operational-event.ts';
import type { CircuitMove } from '../domain/subscription/failure-watch.ts';
import { type Bucket, takeToken, withTokenBack } from '../domain/token-bucket.ts';
import type { HoldReason } from '../schemas/delivery-log.ts';
import type { AccountId, DeliveryId, SubscriptionId } from '../schemas/ids.ts';

/** An attempt that asks to go. */
export interface Applicant {
  readonly subscriptionId: SubscriptionId;
  readonly accountId: AccountId;
  readonly deliveryId: DeliveryId;
  readonly eventType: string;
  /** Where it would go: one gate for each subscription and origin, so that no customer's failures close another's. */
  readonly url: string;
  /** Null where the subscription has no rate limit. */
  readonly perSecond: number | null;
}

/** What the gates say to an applicant. Who is admitted holds a place on the wire until it calls `leave`; who is not holds nothing. */
export type Admission =
  | {
      readonly admitted: true;
      /** True where it did not go at once, so that what was known before may have changed. */
      readonly hasWaited: boolean;
      /** To be called once, when the attempt has ended; null where it was cut off and tells nothing. */
      readonly leave: (outcome: Outcome | null) => void;
    }
  | {
      readonly admitted: false;
      readonly reason: Exclude<HoldReason, 'paused'>;
      /** From when it is worth asking again. */
      readonly waitMs: number;
    };

/**
 * The gates of one process. They begin with every circuit closed, and promise nothing across processes: each sees only
 * the attempts that it makes itself.
 */
export interface EndpointGates {
  /** Resolves within a few seconds. */
  enter(applicant: Applicant): Promise<Admission>;
  /** Attempts that wait for their turn. */
  waiting(): number;
  /** Attempts that have been let go and have not ended. */
  onWire(): number;
  /** Circuits that are not closed, for the metrics. */
  openCircuits(): number;
}

export interface EndpointGatesDeps {
  readonly now: () => Date;
  /** Called for a circuit that opened or closed, and for an open one that has become worth telling. */
  readonly onCircuit: (id: SubscriptionId, move: CircuitMove) => void;
  /** Whether this process has its hands full, so that endpoints seem slow for its own sake. */
  readonly isBusy: () => boolean;
}

interface Gate {
  /** Whose name is told where the circuit moves. */
  readonly host: string;
  circuit: Circuit;
  pace: Pace;
  onWire: number;
  /** Smoothed, as TCP smooths its round-trip time (RFC 6298). */
  answerMs: number;
  /** When it answered last, or when it was first asked after it owed nothing. */
  heardAtMs: number;
  /** First come, first served. */
  readonly waiting: Waiter[];
}

interface Waiter {
  readonly goOn: (hasTurn: boolean) => void;
}

/** A rate limit makes an attempt wait here for so long at most. */
const LONGEST_RATE_WAIT_MS = 1_000;
/** When it is worth asking again at a gate that is full. */
const ENDPOINT_FULL_WAIT_MS = 1_000;
/** Gates that nobody uses are forgotten beyond this number, and so is what is left of rate limits. */
const MOST_GATES = 10_000;
/** To look for those costs a look at all. */
const FORGOTTEN_EVERY_MS = 60_000;
/** Of an endpoint that was away nobody knows after so long whether it still is. */
const OPEN_CIRCUIT_KEPT_MS = 3_600_000;
const SMOOTHING = 1 / 8;

/** Makes the gates of one process. */
export function createEndpointGates({ now, onCircuit, isBusy }: EndpointGatesDeps): EndpointGates {
  const gates = new Map<string, Gate>();
  /** One for each subscription that has a rate limit, whatever origins its routes lead to. */
  const buckets = new Map<SubscriptionId, Bucket>();
  let forgottenAtMs = 0;
  let waiting = 0;
  let onWire = 0;

  const gateOf = ({ subscriptionId, url }: Applicant): Gate => {
    const { origin, host } = new URL(url);
    const key = `${subscriptionId} ${origin}`;
    const known = gates.get(key);
    if (known !== undefined) return known;
    if (gates.size >= MOST_GATES) forgetIdle();
    const gate: Gate = {
      host,
      circuit: CLOSED,
      pace: STARTING_PACE,
      onWire: 0,
      answerMs: 0,
      heardAtMs: 0,
      waiting: [],
    };
    gates.set(key, gate);
    return gate;
  };

  const forgetIdle = (): void => {
    const nowMs = now().getTime();
    if (nowMs < forgottenAtMs + FORGOTTEN_EVERY_MS) return;
    forgottenAtMs = nowMs;
    for (const [key, gate] of gates) if (isIdle(gate, nowMs)) gates.delete(key);
    // Within a minute a token has flowed into each that is there, and none holds more.
    const fullSinceMs = performance.now() - FORGOTTEN_EVERY_MS;
    for (const [id, bucket] of buckets) if (bucket.atMs < fullSinceMs) buckets.delete(id);
  };

  /** Promises a token of the subscription's rate limit, and answers how long until it is there. */
  const takeTokenOf = ({
    subscriptionId,
    perSecond,
  }: Applicant): { readonly ok: boolean; readonly waitMs: number } => {
    if (perSecond === null) return { ok: true, waitMs: 0 };
    const before = buckets.get(subscriptionId) ?? null;
    const taken = takeToken({ perSecond, burst: 1 }, before, performance.now(), LONGEST_RATE_WAIT_MS);
    buckets.set(subscriptionId, taken.bucket);
    return taken;
  };
  const giveTokenBack = ({ subscriptionId, perSecond }: Applicant): void => {
    const bucket = buckets.get(subscriptionId);
    if (perSecond === null || bucket === undefined) return;
    buckets.set(subscriptionId, withTokenBack({ perSecond, burst: 1 }, bucket));
  };

  const goes = (gate: Gate): void => {
    if (gate.onWire === 0) gate.heardAtMs = now().getTime();
    gate.onWire += 1;
  };

  const goesAtOnce = (gate: Gate): boolean => {
    if (gate.onWire >= gate.pace.limit || gate.waiting.length > 0) return false;
    goes(gate);
    return true;
  };

  /** Waits for a place on the wire; false where none comes in time. */
  const turn = (gate: Gate): Promise<boolean> => {
    const line = {
      limit: gate.pace.limit,
      waiting: gate.waiting.length,
      waitingForAny: waiting,
      answerMs: gate.answerMs,
      silentMs: now().getTime() - gate.heardAtMs,
      isBusy: isBusy(),
    };
    if (!getsItsTurn(line)) {
      // Who joined before this was known would wait in vain, and keep the worker from others' deliveries.
      if (isTooSlowToWaitFor(line)) for (const waiter of gate.waiting.splice(0)) waiter.goOn(false);
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        goOn(hasTurn) {
          clearTimeout(impatient);
          waiting -= 1;
          resolve(hasTurn);
        },
      };
      const impatient = setTimeout(() => {
        gate.waiting.splice(gate.waiting.indexOf(waiter), 1);
        waiter.goOn(false);
      }, LONGEST_WAIT_MS);
      gate.waiting.push(waiter);
      waiting += 1;
    });
  };

  const letNextGo = (gate: Gate): void => {
    while (gate.onWire < gate.pace.limit && gate.waiting.length > 0) {
      goes(gate);
      gate.waiting.shift()?.goOn(true);
    }
  };

  /** For one that has its place on the wire. Asked again: the circuit may have opened while it waited for that. */
  const pass = (gate: Gate, applicant: Applicant, hasWaited: boolean): Admission => {
    const sentAtMs = now().getTime();
    const passage = askPassage(gate.circuit, applicant.deliveryId, sentAtMs);
    if (!passage.passes) {
      giveTokenBack(applicant);
      gate.onWire -= 1;
      letNextGo(gate);
      return circuitOpen(passage.untilMs - sentAtMs);
    }
    gate.circuit = passage.circuit;
    onWire += 1;
    return {
      admitted: true,
      hasWaited,
      leave(outcome) {
        const endedAtMs = now().getTime();
        const wasFull = gate.onWire >= gate.pace.limit;
        gate.onWire -= 1;
        onWire -= 1;
        if (outcome === null) {
          gate.circuit = circuitAfterNothing(gate.circuit, applicant.deliveryId, endedAtMs);
        } else {
          if (!isTimeout(outcome)) gate.heardAtMs = endedAtMs;
          gate.answerMs += (endedAtMs - sentAtMs - gate.answerMs) * SMOOTHING;
          gate.pace = paceAfter(gate.pace, { outcome, sentAtMs, endedAtMs, wasFull });
          judge(gate, applicant, outcome, endedAtMs);
        }
        letNextGo(gate);
      },
    };
  };

  const judge = (gate: Gate, applicant: Applicant, outcome: Outcome, endedAtMs: number): void => {
    const { subscriptionId, accountId, deliveryId, eventType } = applicant;
    const before = gate.circuit;
    const judged = { deliveryId, isOperational: isOperational(eventType) };
    gate.circuit = circuitAfter(before, judged, outcome, endedAtMs);
    const state = circuitMoved(before, gate.circuit);
    if (state === null) return;
    const { isWorthTelling } = gate.circuit;
    const at = new Date(endedAtMs).toISOString();
    onCircuit(subscriptionId, { accountId, host: gate.host, state, at, isWorthTelling });
  };

  const wait = async (gate: Gate, applicant: Applicant, tokenWaitMs: number): Promise<Admission> => {
    if (tokenWaitMs > 0) await new Promise((resolve) => setTimeout(resolve, tokenWaitMs));
    if (goesAtOnce(gate) || (await turn(gate))) return pass(gate, applicant, true);
    giveTokenBack(applicant);
    return { admitted: false, reason: 'endpoint_full', waitMs: ENDPOINT_FULL_WAIT_MS };
  };

  return {
    // Not async: under load hundreds wait here, and what an async function may ever need is kept all the while.
    enter(applicant) {
      const gate = gateOf(applicant);
      const askedAtMs = now().getTime();
      const early = askPassage(gate.circuit, applicant.deliveryId, askedAtMs);
      if (!early.passes) return Promise.resolve(circuitOpen(early.untilMs - askedAtMs));
      const token = takeTokenOf(applicant);
      if (!token.ok) {
        return Promise.resolve({ admitted: false, reason: 'rate_limited', waitMs: token.waitMs });
      }
      return token.waitMs === 0 && goesAtOnce(gate)
        ? Promise.resolve(pass(gate, applicant, false))
        : wait(gate, applicant, token.waitMs);
    },
    waiting: () => waiting,
    onWire: () => onWire,
    openCircuits: () => [...gates.values()].filter(({ circuit }) => circuit.state !== 'closed').length,
  };
}

const isTimeout = (outcome: Outcome): boolean =>
  outcome.kind === 'unreachable' && outcome.failure === 'timeout';

const circuitOpen = (waitMs: number): Admission => ({ admitted: false, reason: 'circuit_open', waitMs });

function isIdle({ onWire, waiting, circuit }: Gate, nowMs: number): boolean {
  if (onWire > 0 || waiting.length > 0) return false;
  return circuit.state === 'closed' || circuit.untilMs + OPEN_CIRCUIT_KEPT_MS < nowMs;
}
