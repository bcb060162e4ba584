import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainMatch } from '../../../domain/match/explain.ts';
import type { MatchableEvent } from '../../../domain/match/compile.ts';
import { matchEvent, targetUrl, type RoutedSubscription } from '../../../domain/match/match-event.ts';
import { createSubscriptionIndex } from '../../../domain/match/subscription-index.ts';
import type { FilterGroup } from '../../../schemas/filter-grammar.ts';
import { Filters } from '../../../schemas/filter.ts';
import { AccountId, SubscriptionId, type SubscriptionId as Id } from '../../../schemas/ids.ts';
import type { JsonObject } from '../../../schemas/json.ts';
import { changes, data, event, filterGroup } from './arbitraries.ts';
import { FILTER_CASES } from './filter-cases.ts';
import { naiveHolds, naiveMatches, naiveUrl } from './naive-match.ts';

const accountId = AccountId.parse('default');
const withFilters = (filters: FilterGroup | null): RoutedSubscription => ({
  id: SubscriptionId.parse('wh_00000001'),
  accountId,
  url: 'https://own.example/',
  events: ['*'],
  filters,
  conditions: null,
  routes: [],
});
const eventWith = (given: JsonObject): MatchableEvent => ({
  accountId,
  type: 'workflow.completed',
  data: given,
});

/** Through the index, as the router does it. */
function isMatched(subscription: RoutedSubscription, given: MatchableEvent): boolean {
  const index = createSubscriptionIndex();
  index.add(subscription);
  return matchEvent(index, given).length === 1;
}

describe('the language of filters', () => {
  it('has at least 150 cases, no two of the same words', () => {
    expect(FILTER_CASES.length).toBeGreaterThanOrEqual(150);
    const texts = FILTER_CASES.map(({ filters, data }) => JSON.stringify([filters, data]));
    expect(texts.filter((text, place) => texts.indexOf(text) !== place)).toEqual([]);
  });

  it.each(FILTER_CASES)('$says', ({ filters, data, matches }) => {
    const parsed = Filters.parse(filters);
    const given = eventWith(data as JsonObject);
    expect(isMatched(withFilters(parsed), given)).toBe(matches);
    expect(isMatched({ ...withFilters(null), conditions: parsed }, given)).toBe(matches);
    expect(explainMatch(withFilters(parsed), given).matched).toBe(matches);
    expect(naiveHolds(parsed as Record<string, unknown>, data)).toBe(matches);
  });

  it('means the same in filters and in conditions, both of which must hold', () => {
    const both = { ...withFilters({ a: 1 }), conditions: { b: { greater_than: 1 } } };
    expect(isMatched(both, eventWith({ a: 1, b: 2 }))).toBe(true);
    expect(isMatched(both, eventWith({ a: 1, b: 1 }))).toBe(false);
    expect(isMatched(both, eventWith({ a: 2, b: 2 }))).toBe(false);
  });

  it('lets the schema take in every group that the laws below are tried with', () => {
    fc.assert(fc.property(filterGroup, (group) => Filters.safeParse(group).success));
  });
});

describe('compiled and indexed, matching', () => {
  it('finds what trying every subscription naively finds, after any changes', () => {
    fc.assert(
      fc.property(changes, fc.array(event, { minLength: 1, maxLength: 8 }), (log, events) => {
        const index = createSubscriptionIndex();
        const current = new Map<Id, RoutedSubscription>();
        for (const change of log) {
          const changed = 'put' in change ? change.put.id : change.remove;
          const before = current.get(changed);
          if (before !== undefined) expect(index.remove(before)).toBe(true);
          current.delete(changed);
          if (!('put' in change)) continue;
          index.add(change.put);
          current.set(changed, change.put);
        }
        expect(index.size).toBe(current.size);
        for (const given of events) {
          expect(matchEvent(index, given)).toEqual(naiveMatches([...current.values()], given));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with the oracle on one group and one event', () => {
    fc.assert(
      fc.property(filterGroup, data, (group, given) => {
        const expected = naiveHolds(group as Record<string, unknown>, given);
        expect(isMatched(withFilters(group), eventWith(given))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on the order in which subscriptions came', () => {
    fc.assert(
      fc.property(changes, event, (log, given) => {
        const puts = [
          ...new Map(
            log.flatMap((change) => ('put' in change ? [[change.put.id, change.put]] : [])),
          ).values(),
        ];
        const forwards = createSubscriptionIndex();
        const backwards = createSubscriptionIndex();
        for (const put of puts) forwards.add(put);
        for (const put of puts.toReversed()) backwards.add(put);
        expect(matchEvent(backwards, given)).toEqual(matchEvent(forwards, given));
      }),
    );
  });

  it('goes to the url that trying every route naively finds', () => {
    fc.assert(
      fc.property(changes, event, (log, given) => {
        for (const change of log) {
          if ('put' in change) expect(targetUrl(change.put, given)).toBe(naiveUrl(change.put, given));
        }
      }),
    );
  });

  it('is explained by checks that come to the same verdict and the same url', () => {
    fc.assert(
      fc.property(changes, event, (log, given) => {
        for (const change of log) {
          if (!('put' in change)) continue;
          const isTakenIn = naiveMatches([change.put], given).length > 0;
          const explained = explainMatch(change.put, given);
          expect({ matched: explained.matched, url: explained.url }).toEqual({
            matched: isTakenIn,
            url: isTakenIn ? naiveUrl(change.put, given) : null,
          });
          const outside = explained.checks.filter(({ path }) => !/\b(?:any|all|none)\[/.test(path));
          expect(outside.every(({ outcome }) => outcome === 'holds')).toBe(explained.matched);
        }
      }),
    );
  });
});
