import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../domain/deliver/outcome.ts';
import {
  CROWD,
  getsItsTurn,
  HIGHEST_LIMIT,
  LONGEST_MODERATE_LINE,
  SLOW_ANSWER_MS,
  paceAfter,
  STARTING_LIMIT,
  STARTING_PACE,
} from '../../../domain/deliver/pacing.ts';

const timeout: Outcome = { kind: 'unreachable', failure: 'timeout' };
const answered = (statusCode: number): Outcome => ({ kind: 'answered', statusCode, retryAfterMs: null });
const sign = { outcome: answered(200), sentAtMs: 100, endedAtMs: 150, wasFull: true };

describe('the limit of an endpoint', () => {
  it('grows by one for an answer that came while it was used up', () => {
    expect(paceAfter(STARTING_PACE, sign).limit).toBe(STARTING_LIMIT + 1);
  });

  it('stays where it was not used up', () => {
    expect(paceAfter(STARTING_PACE, { ...sign, wasFull: false })).toBe(STARTING_PACE);
  });

  it.each([timeout, answered(429)])('halves after %j', (outcome) => {
    expect(paceAfter(STARTING_PACE, { ...sign, outcome })).toEqual({
      limit: STARTING_LIMIT / 2,
      halvedAtMs: 150,
    });
  });

  it('halves once for requests that were under way together', () => {
    const once = paceAfter(STARTING_PACE, { ...sign, outcome: timeout });
    expect(paceAfter(once, { ...sign, outcome: timeout, endedAtMs: 160 })).toBe(once);
    expect(paceAfter(once, { ...sign, outcome: timeout, sentAtMs: 151, endedAtMs: 200 }).limit).toBe(
      STARTING_LIMIT / 4,
    );
  });

  it.each([{ kind: 'unreachable', failure: 'connection_refused' } as const, answered(500)])(
    'says nothing about capacity after %j',
    (outcome) => {
      expect(paceAfter(STARTING_PACE, { ...sign, outcome, wasFull: false })).toBe(STARTING_PACE);
    },
  );

  it('stays between one and its highest, whatever happens', () => {
    const signs = fc.record({
      outcome: fc.constantFrom(timeout, answered(200), answered(429), answered(503)),
      sentAtMs: fc.nat(1_000_000),
      endedAtMs: fc.nat(1_000_000),
      wasFull: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 600 }), (all) => {
        const { limit } = all.reduce(paceAfter, STARTING_PACE);
        expect(limit).toBeGreaterThanOrEqual(1);
        expect(limit).toBeLessThanOrEqual(HIGHEST_LIMIT);
      }),
    );
  });
});

describe('a request that finds the wire full', () => {
  const line = { limit: 64, waiting: 0, waitingForAny: 0, answerMs: 5, silentMs: 0, isBusy: false };

  it('waits where answers come quickly', () => {
    expect(getsItsTurn({ ...line, waiting: 200 })).toBe(true);
  });

  it('does not wait for an endpoint that is slow to answer', () => {
    expect(getsItsTurn({ ...line, answerMs: SLOW_ANSWER_MS + 1 })).toBe(false);
  });

  it('does not wait for an endpoint that has fallen silent, however quick it was', () => {
    expect(getsItsTurn({ ...line, silentMs: SLOW_ANSWER_MS })).toBe(true);
    expect(getsItsTurn({ ...line, silentMs: SLOW_ANSWER_MS + 1 })).toBe(false);
  });

  it('does not join a line that is too long', () => {
    expect(getsItsTurn({ ...line, limit: 10, waiting: 4_990, answerMs: 10 })).toBe(true);
    expect(getsItsTurn({ ...line, limit: 10, waiting: 5_000, answerMs: 10 })).toBe(false);
  });

  it('joins only a short line where answers take their time and many wait already', () => {
    const moderate = { ...line, limit: 256, answerMs: 900, waitingForAny: CROWD };
    expect(getsItsTurn({ ...moderate, waiting: LONGEST_MODERATE_LINE - 1 })).toBe(true);
    expect(getsItsTurn({ ...moderate, waiting: LONGEST_MODERATE_LINE })).toBe(false);
    expect(getsItsTurn({ ...moderate, waiting: LONGEST_MODERATE_LINE, waitingForAny: CROWD - 1 })).toBe(true);
  });

  it('joins a longer one where the process itself may be what is slow', () => {
    const busy = { ...line, limit: 256, answerMs: 300, waitingForAny: 1_000, isBusy: true };
    expect(getsItsTurn({ ...busy, waiting: 1_000 })).toBe(true);
  });
});
