import { describe, expect, it } from 'vitest';
import type { MatchableEvent } from '../../../domain/match/compile.ts';
import { explainMatch, type Check } from '../../../domain/match/explain.ts';
import type { RoutedSubscription } from '../../../domain/match/match-event.ts';
import { AccountId, SubscriptionId } from '../../../schemas/ids.ts';

const subscription = (given: Partial<RoutedSubscription> = {}): RoutedSubscription => ({
  id: SubscriptionId.parse('wh_00000001'),
  accountId: AccountId.parse('default'),
  url: 'https://own.example/',
  events: ['workflow.completed', 'workflow.*'],
  filters: {},
  conditions: {},
  routes: [],
  ...given,
});
const event = (given: Partial<MatchableEvent> = {}): MatchableEvent => ({
  accountId: AccountId.parse('default'),
  type: 'workflow.completed',
  data: {},
  ...given,
});
/** The checks of the fields alone. */
const fieldChecks = (
  filters: RoutedSubscription['filters'],
  data: MatchableEvent['data'],
): readonly Check[] => explainMatch(subscription({ filters }), event({ data })).checks.slice(2);

describe('an explanation', () => {
  it('names account, event type and each condition, with what was expected and what was there', () => {
    const explained = explainMatch(
      subscription({ filters: { workflow_id: ['a', 'b'] }, conditions: { cost: { greater_than: 0.1 } } }),
      event({ data: { workflow_id: 'a', cost: 0.05 } }),
    );
    expect(explained).toEqual({
      matched: false,
      url: null,
      routes: [],
      checks: [
        { path: 'account_id', operator: 'equals', expected: 'default', actual: 'default', outcome: 'holds' },
        {
          path: 'events',
          operator: 'matches',
          expected: ['workflow.completed', 'workflow.*'],
          actual: 'workflow.completed',
          outcome: 'holds',
        },
        { path: 'filters.workflow_id', operator: 'in', expected: ['a', 'b'], actual: 'a', outcome: 'holds' },
        { path: 'conditions.cost', operator: 'greater_than', expected: 0.1, actual: 0.05, outcome: 'fails' },
      ],
    });
  });

  it('goes on after the first check that fails', () => {
    const outcomes = fieldChecks({ a: 1, b: 2, c: 3 }, { a: 0, b: 2 }).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['fails', 'holds', 'missing']);
  });

  it('tells a value of a type that is never compared from one that is merely different', () => {
    expect(fieldChecks({ n: { greater_than: 5 } }, { n: '10' })[0]).toMatchObject({
      actual: '10',
      outcome: 'wrong_type',
    });
    expect(fieldChecks({ n: 5 }, { n: '5' })[0]?.outcome).toBe('wrong_type');
    expect(fieldChecks({ id: ['a', 'b'] }, { id: 1 })[0]?.outcome).toBe('wrong_type');
    expect(fieldChecks({ id: { starts_with: 'a' } }, { id: null })[0]?.outcome).toBe('wrong_type');
    expect(fieldChecks({ id: { contains: 'a' } }, { id: ['b'] })[0]?.outcome).toBe('fails');
  });

  it('says of a missing field that it is missing only where that is why it fails', () => {
    expect(fieldChecks({ id: 'a' }, {})[0]).toEqual({
      path: 'filters.id',
      operator: 'equals',
      expected: 'a',
      actual: undefined,
      outcome: 'missing',
    });
    expect(fieldChecks({ id: { not_equals: 'a' } }, {})[0]?.outcome).toBe('holds');
    expect(fieldChecks({ id: { exists: false } }, {})[0]?.outcome).toBe('holds');
  });

  it("keeps the customer's word for a field, and shows what was compared", () => {
    expect(fieldChecks({ output_contains: ['error'] }, { output: 'fine' })[0]).toMatchObject({
      path: 'filters.output_contains',
      operator: 'contains',
      actual: 'fine',
    });
    const tokens = { token_usage: { total_tokens: 225 } };
    expect(fieldChecks({ token_usage: { greater_than: 1000 } }, tokens)[0]).toMatchObject({
      path: 'filters.token_usage',
      actual: 225,
      outcome: 'fails',
    });
  });

  it('gives a group a check of its own before those of its members', () => {
    const filters = { any: [{ a: 1 }, { b: 2, none: [{ c: 3 }] }] };
    expect(fieldChecks(filters, { b: 2, c: 3 })).toEqual([
      { path: 'filters.any', operator: 'any', expected: 2, actual: 0, outcome: 'fails' },
      { path: 'filters.any[0].a', operator: 'equals', expected: 1, actual: undefined, outcome: 'missing' },
      { path: 'filters.any[1].b', operator: 'equals', expected: 2, actual: 2, outcome: 'holds' },
      { path: 'filters.any[1].none', operator: 'none', expected: 1, actual: 1, outcome: 'fails' },
      { path: 'filters.any[1].none[0].c', operator: 'equals', expected: 3, actual: 3, outcome: 'holds' },
    ]);
  });

  it('says that the event is of another account or type', () => {
    const other = explainMatch(subscription(), event({ accountId: AccountId.parse('other') }));
    expect(other.matched).toBe(false);
    expect(other.checks[0]).toMatchObject({ path: 'account_id', actual: 'other', outcome: 'fails' });
    const user = explainMatch(subscription(), event({ type: 'user.session.ended' }));
    expect(user.matched).toBe(false);
    expect(user.checks[1]).toMatchObject({ path: 'events', outcome: 'fails' });
  });

  it('follows the routes up to the one that was taken', () => {
    const explained = explainMatch(
      subscription({
        routes: [
          { when: { filters: { a: 1 } }, url: 'https://one.example/' },
          { when: { events: ['workflow.*'], conditions: { b: 2 } }, url: 'https://two.example/' },
          { when: { filters: { b: 2 } }, url: 'https://three.example/' },
        ],
      }),
      event({ data: { b: 2 } }),
    );
    expect(explained.url).toBe('https://two.example/');
    expect(explained.routes.map(({ url, holds }) => [url, holds])).toEqual([
      ['https://one.example/', false],
      ['https://two.example/', true],
    ]);
    expect(explained.routes[1]?.checks.map(({ path }) => path)).toEqual([
      'routes[1].when.events',
      'routes[1].when.conditions.b',
    ]);
  });
});
