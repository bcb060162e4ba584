import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterCircuitMove,
  afterLook,
  type CircuitMove,
  type Degraded,
  DEGRADED_LOOK_MS,
  type FailureLook,
  type HealthNews,
  recoveredUnnoticed,
} from '../../../domain/subscription/failure-watch.ts';
import type { AccountId } from '../../../schemas/ids.ts';

const accountId = 'default' as AccountId;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const START = Date.parse('2024-01-15T10:00:00.000Z');
const at = (ms: number): string => new Date(START + ms).toISOString();
const look = (failures: [sinceMs: number, latestMs: number] | null, after: number | null = 5 * DAY) =>
  ({
    active: { accountId, autoDisableAfterSeconds: after === null ? null : after / SECOND },
    failures: failures === null ? null : { since: at(failures[0]), latest: at(failures[1]) },
    latestSuccess: null,
  }) satisfies FailureLook;
const stepAt = (nowMs: number, seen: FailureLook, watch: { failedMs?: number; isDegraded?: boolean } = {}) =>
  afterLook(
    seen,
    { failedMs: START + (watch.failedMs ?? 0), isDegraded: watch.isDegraded ?? false },
    START + nowMs,
  );

describe('a subscription that fails', () => {
  it('is disabled when nothing but failures has come for five days', () => {
    expect(stepAt(5 * DAY + 1, look([0, 5 * DAY]))).toEqual({ step: 'disable', accountId });
  });
  it('is not disabled a moment earlier', () => {
    expect(stepAt(5 * DAY - 1, look([0, 5 * DAY - 1]))).toEqual({ step: 'wait', delayMs: 1 });
  });
  it('is looked at every day, so that a shorter time takes effect', () => {
    expect(stepAt(0, look([0, 0]))).toEqual({ step: 'wait', delayMs: DAY });
  });
  it('is not disabled for one failure and a long silence', () => {
    expect(stepAt(5 * DAY, look([0, 1_000]))).toEqual({ step: 'end' });
  });
  it('is waited for where it was tried not long ago', () => {
    expect(stepAt(5 * DAY, look([0, 5 * DAY - HOUR]))).toEqual({ step: 'wait', delayMs: HOUR });
  });
  it('is disabled by the first failure after a silence', () => {
    expect(stepAt(6 * DAY, look([0, 6 * DAY - 1]))).toEqual({ step: 'disable', accountId });
  });
  it('is let be where its owner wants it never disabled', () => {
    expect(stepAt(9 * DAY, look([0, 9 * DAY], null))).toEqual({ step: 'end' });
  });
  it('is let be while it is not active', () => {
    const seen = { active: null, failures: null, latestSuccess: null };
    expect(stepAt(9 * DAY, seen, { isDegraded: true })).toEqual({ step: 'end' });
  });
});

describe('where the read models know of no failure', () => {
  it('they are given a minute to learn of the one that was seen', () => {
    expect(stepAt(1_000, look(null))).toEqual({ step: 'wait', delayMs: 60_000 });
  });
  it('the watch ends then', () => {
    expect(stepAt(60_000, look(null))).toEqual({ step: 'end' });
  });
  it('a degraded endpoint is watched on', () => {
    const next = stepAt(60_000, look(null), { isDegraded: true });
    expect(next).toEqual({ step: 'wait', delayMs: 60_000 });
  });
});

it('no subscription is disabled unless failures span all of its time', () => {
  const ms = fc.integer({ min: 0, max: 12 * DAY });
  fc.assert(
    fc.property(ms, ms, ms, fc.integer({ min: SECOND, max: 10 * DAY }), (a, b, c, after) => {
      const [since, latest, now] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
      const next = stepAt(now, look([since, latest], Math.ceil(after / SECOND) * SECOND));
      expect(next.step === 'disable').toBe(latest - since >= Math.ceil(after / SECOND) * SECOND);
    }),
  );
});

it('every wait ends within a day, and is no busy loop while nothing is due', () => {
  const ms = fc.integer({ min: 0, max: 12 * DAY });
  fc.assert(
    fc.property(ms, ms, ms, fc.boolean(), (a, b, c, isDegraded) => {
      const [since, latest, now] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
      const next = stepAt(now, look([since, latest]), { isDegraded });
      if (next.step !== 'wait') return;
      expect(next.delayMs).toBeGreaterThan(0);
      expect(next.delayMs).toBeLessThanOrEqual(isDegraded ? DEGRADED_LOOK_MS : DAY);
    }),
  );
});

describe('what is told of circuits', () => {
  const move = (host: string, state: CircuitMove['state'], ms: number): CircuitMove => ({
    accountId,
    host,
    state,
    at: at(ms),
  });
  const newsOf = (moves: readonly CircuitMove[]): HealthNews[] => {
    let degraded: readonly Degraded[] = [];
    return moves.flatMap((one) => {
      const after = afterCircuitMove(degraded, one);
      degraded = after.degraded;
      return after.news === null ? [] : [after.news];
    });
  };

  it('is one degradation and one recovery, however many processes see them', () => {
    const news = newsOf([
      move('a', 'open', 0),
      move('a', 'open', 1),
      move('a', 'closed', 2),
      move('a', 'closed', 3),
    ]);
    const endpoint = { accountId, host: 'a', since: at(0) };
    expect(news).toEqual([
      { type: 'degraded', endpoint },
      { type: 'recovered', endpoint, at: at(2) },
    ]);
  });

  it('is nothing where only operational events failed, until another event does', () => {
    const untold = { ...move('a', 'open', 0), isWorthTelling: false };
    expect(newsOf([untold, move('a', 'closed', 1)])).toEqual([]);
    const told = { ...move('a', 'open', 2), isWorthTelling: true };
    expect(newsOf([untold, told, move('a', 'closed', 3)]).map(({ type }) => type)).toEqual([
      'degraded',
      'recovered',
    ]);
  });

  it('alternates for each endpoint, whatever comes', () => {
    const aMove = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('open', 'closed' as const));
    fc.assert(
      fc.property(fc.array(aMove), (moves) => {
        const news = newsOf(moves.map(([host, state], ms) => move(host, state, ms)));
        for (const host of ['a', 'b']) {
          const types = news.filter(({ endpoint }) => endpoint.host === host).map(({ type }) => type);
          expect(types).toEqual(types.map((_, i) => (i % 2 === 0 ? 'degraded' : 'recovered')));
        }
      }),
    );
  });

  it('is made good where the process that kept the circuit has died', () => {
    const degraded = [{ accountId, host: 'a', since: at(0) }];
    const after = (ms: number | null) =>
      recoveredUnnoticed(degraded, { ...look(null), latestSuccess: ms === null ? null : at(ms) });
    expect([after(null), after(DEGRADED_LOOK_MS), after(DEGRADED_LOOK_MS + 1)]).toEqual([[], [], degraded]);
  });
});
