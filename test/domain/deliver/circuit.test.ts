import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askPassage as askPassageOf,
  type Circuit,
  circuitAfter,
  circuitAfterNothing,
  circuitMoved,
  CLOSED,
  DELIVERIES_TO_OPEN,
  FAILURES_TO_OPEN,
  FIRST_COOL_DOWN_MS,
  type JudgedAttempt,
  LONGEST_COOL_DOWN_MS,
} from '../../../domain/deliver/circuit.ts';
import type { Outcome } from '../../../domain/deliver/outcome.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';

const failure: Outcome = { kind: 'unreachable', failure: 'timeout' };
const answered = (statusCode: number): Outcome => ({ kind: 'answered', statusCode, retryAfterMs: null });
/** The first delivery asks, unless another is named. */
const askPassage = (circuit: Circuit, nowMs: number, index = 1): ReturnType<typeof askPassageOf> =>
  askPassageOf(circuit, attempt(index).deliveryId, nowMs);
const attempt = (index: number, isOperational = false): JudgedAttempt => ({
  deliveryId: `del_${index}` as DeliveryId,
  isOperational,
});

/** The circuit after `count` failures in a row, each of another delivery unless `deliveries` is fewer. */
const afterFailures = (count: number, deliveries = count): Circuit =>
  Array.from({ length: count }, (_, index) => attempt(index % deliveries)).reduce<Circuit>(
    (circuit, judged) => circuitAfter(circuit, judged, failure, 1_000),
    CLOSED,
  );

describe('a closed circuit', () => {
  it('opens after enough failures in a row', () => {
    expect(afterFailures(FAILURES_TO_OPEN - 1).state).toBe('closed');
    expect(afterFailures(FAILURES_TO_OPEN)).toEqual({
      state: 'open',
      coolDownMs: FIRST_COOL_DOWN_MS,
      untilMs: 1_000 + FIRST_COOL_DOWN_MS,
      isWorthTelling: true,
    });
  });

  it('never opens because of a few deliveries, however often they fail', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: DELIVERIES_TO_OPEN - 1 }),
        (n, few) => {
          expect(afterFailures(n, few).state).toBe('closed');
        },
      ),
    );
  });

  it.each([200, 404, 400, 301])('counts anew after an answer of %i', (statusCode) => {
    const circuit = circuitAfter(
      afterFailures(FAILURES_TO_OPEN - 1),
      attempt(0),
      answered(statusCode),
      2_000,
    );
    expect(circuit).toEqual(CLOSED);
  });

  it('lets everything pass', () => {
    expect(askPassage(afterFailures(3), 0).passes).toBe(true);
  });
});

describe('an open circuit', () => {
  const open = afterFailures(FAILURES_TO_OPEN);
  const untilMs = 1_000 + FIRST_COOL_DOWN_MS;

  it('lets nothing pass until it has cooled down', () => {
    expect(askPassage(open, untilMs - 1)).toEqual({ passes: false, untilMs });
  });

  it('then lets a single probe pass', () => {
    const probe = askPassage(open, untilMs);
    expect(probe.passes).toBe(true);
    expect(probe.passes && askPassage(probe.circuit, untilMs + 1).passes).toBe(false);
  });

  it('closes when the probe succeeds', () => {
    const probe = askPassage(open, untilMs);
    expect(probe.passes && circuitAfter(probe.circuit, attempt(1), answered(200), untilMs + 5)).toEqual(
      CLOSED,
    );
  });

  it('stays open for longer with each probe that fails, up to a limit', () => {
    const coolDowns: number[] = [];
    let circuit: Circuit = open;
    for (let nowMs = untilMs; coolDowns.length < 8;) {
      const probe = askPassage(circuit, nowMs);
      circuit = probe.passes ? circuitAfter(probe.circuit, attempt(1), failure, nowMs) : circuit;
      if (circuit.state !== 'open') throw new Error('expected an open circuit');
      coolDowns.push(circuit.coolDownMs);
      nowMs = circuit.untilMs;
    }
    expect(coolDowns.slice(0, 2)).toEqual([2 * FIRST_COOL_DOWN_MS, 4 * FIRST_COOL_DOWN_MS]);
    expect(coolDowns.at(-1)).toBe(LONGEST_COOL_DOWN_MS);
  });

  it('says of itself while a probe is on the wire that it is worth asking again soon', () => {
    const probe = askPassage(open, untilMs);
    expect(probe.passes && askPassage(probe.circuit, untilMs + 1_000)).toEqual({
      passes: false,
      untilMs: untilMs + 11_000,
    });
  });

  it('lets another probe pass at once where the first tells nothing', () => {
    const probe = askPassage(open, untilMs);
    if (!probe.passes) throw new Error('expected a probe');
    const after = circuitAfterNothing(probe.circuit, attempt(1).deliveryId, untilMs + 5);
    expect(askPassage(after, untilMs + 5, 2).passes).toBe(true);
    expect(after).toMatchObject({ state: 'open', coolDownMs: FIRST_COOL_DOWN_MS });
    expect(circuitAfterNothing(probe.circuit, attempt(2).deliveryId, untilMs + 5)).toBe(probe.circuit);
  });

  it('does not take an old failure for that of its probe', () => {
    const probe = askPassage(open, untilMs);
    if (!probe.passes) throw new Error('expected a probe');
    const after = circuitAfter(probe.circuit, attempt(9), failure, untilMs + 5);
    expect(after).toEqual(probe.circuit);
    expect(askPassage(after, untilMs + 6, 2).passes).toBe(false);
  });

  it('learns nothing from failures that were on the wire when it opened', () => {
    expect(circuitAfter(open, attempt(9), failure, 3_000)).toEqual(open);
  });
});

describe('what others hear of a circuit', () => {
  interface Step {
    readonly index: number;
    readonly isOperational: boolean;
    readonly fails: boolean;
  }
  /** Whether each opening that others hear of is worth telling, when attempts go as soon as they may. */
  const openingsOf = (steps: readonly Step[]): readonly boolean[] => {
    let circuit = CLOSED;
    let nowMs = 0;
    return steps.flatMap(({ index, isOperational, fails }) => {
      const asked = askPassage(circuit, nowMs);
      if (!asked.passes) nowMs = asked.untilMs;
      const passage = askPassage(circuit, nowMs, index);
      const before = passage.passes ? passage.circuit : circuit;
      circuit = circuitAfter(before, attempt(index, isOperational), fails ? failure : answered(200), nowMs);
      return circuitMoved(before, circuit) === 'open' ? [circuit.isWorthTelling] : [];
    });
  };
  const failing = (count: number, isOperational: boolean): Step[] =>
    Array.from({ length: count }, (_, index) => ({ index, isOperational, fails: true }));

  it('is that it opened, once, however many probes fail', () => {
    expect(openingsOf(failing(3 * FAILURES_TO_OPEN, false))).toEqual([true]);
  });

  it('is not worth telling where only operational events failed', () => {
    expect(openingsOf(failing(3 * FAILURES_TO_OPEN, true))).toEqual([false]);
  });

  it('is worth telling once another event fails too', () => {
    const steps = [...failing(FAILURES_TO_OPEN, true), ...failing(3, false)];
    expect(openingsOf(steps)).toEqual([false, true]);
  });

  it('is worth telling no more often than other events have failed: nothing is told for ever', () => {
    const aStep = fc.record({
      index: fc.nat({ max: 9 }),
      // Long rows of failures are what opens circuits.
      isOperational: fc.nat({ max: 9 }).map((n) => n < 8),
      fails: fc.nat({ max: 29 }).map((n) => n > 0),
    });
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 400, size: 'max' }), (steps) => {
        const told = openingsOf(steps).filter((isWorthTelling) => isWorthTelling).length;
        const paid = steps.filter(({ isOperational, fails }) => fails && !isOperational).length;
        expect(told).toBeLessThanOrEqual(paid);
      }),
    );
  });

  it('is that it closed when a probe succeeds', () => {
    const probing: Circuit = {
      state: 'probing',
      probe: attempt(1).deliveryId,
      coolDownMs: 5_000,
      untilMs: 9_000,
      isWorthTelling: true,
    };
    expect(circuitMoved(probing, circuitAfter(probing, attempt(1), answered(200), 7_000))).toBe('closed');
    expect(circuitMoved(CLOSED, circuitAfter(CLOSED, attempt(1), failure, 0))).toBeNull();
  });
});
