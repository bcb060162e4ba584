import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askPassage,
  type Circuit,
  circuitAfter,
  CLOSED,
  DELIVERIES_TO_OPEN,
  FAILURES_TO_OPEN,
  FIRST_COOL_DOWN_MS,
  LONGEST_COOL_DOWN_MS,
} from '../../../domain/deliver/circuit.ts';
import type { Outcome } from '../../../domain/deliver/outcome.ts';
import type { DeliveryId } from '../../../schemas/ids.ts';

const failure: Outcome = { kind: 'unreachable', failure: 'timeout' };
const answered = (statusCode: number): Outcome => ({ kind: 'answered', statusCode, retryAfterMs: null });
const id = (index: number) => `del_${index}` as DeliveryId;

/** The circuit after `count` failures in a row, each of another delivery unless `deliveries` is fewer. */
const afterFailures = (count: number, deliveries = count): Circuit =>
  Array.from({ length: count }, (_, index) => id(index % deliveries)).reduce<Circuit>(
    (circuit, deliveryId) => circuitAfter(circuit, deliveryId, failure, 1_000),
    CLOSED,
  );

describe('a closed circuit', () => {
  it('opens after enough failures in a row', () => {
    expect(afterFailures(FAILURES_TO_OPEN - 1).state).toBe('closed');
    expect(afterFailures(FAILURES_TO_OPEN)).toEqual({
      state: 'open',
      coolDownMs: FIRST_COOL_DOWN_MS,
      untilMs: 1_000 + FIRST_COOL_DOWN_MS,
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
    const circuit = circuitAfter(afterFailures(FAILURES_TO_OPEN - 1), id(0), answered(statusCode), 2_000);
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
    expect(probe.passes && circuitAfter(probe.circuit, id(1), answered(200), untilMs + 5)).toEqual(CLOSED);
  });

  it('stays open for longer with each probe that fails, up to a limit', () => {
    const coolDowns: number[] = [];
    let circuit: Circuit = open;
    for (let nowMs = untilMs; coolDowns.length < 8;) {
      const probe = askPassage(circuit, nowMs);
      circuit = probe.passes ? circuitAfter(probe.circuit, id(1), failure, nowMs) : circuit;
      if (circuit.state !== 'open') throw new Error('expected an open circuit');
      coolDowns.push(circuit.coolDownMs);
      nowMs = circuit.untilMs;
    }
    expect(coolDowns.slice(0, 2)).toEqual([2 * FIRST_COOL_DOWN_MS, 4 * FIRST_COOL_DOWN_MS]);
    expect(coolDowns.at(-1)).toBe(LONGEST_COOL_DOWN_MS);
  });

  it('learns nothing from failures that were on the wire when it opened', () => {
    expect(circuitAfter(open, id(9), failure, 3_000)).toBe(open);
  });
});
