import { describe, expect, it } from 'vitest';
import type { MatchableEvent, MatchableSubscription } from '../../../domain/match/compile.ts';
import { matchEvent, targetUrl, type Destinations } from '../../../domain/match/match-event.ts';
import { createSubscriptionIndex, type SubscriptionIndex } from '../../../domain/match/subscription-index.ts';
import { AccountId, SubscriptionId } from '../../../schemas/ids.ts';

const DEFAULT = AccountId.parse('default');
const id = (number: number): SubscriptionId => SubscriptionId.parse(`wh_${String(number).padStart(8, '0')}`);

const subscription = (number: number, given: Partial<MatchableSubscription> = {}): MatchableSubscription => ({
  id: id(number),
  accountId: DEFAULT,
  events: ['*'],
  filters: {},
  conditions: {},
  ...given,
});
const event = (given: Partial<MatchableEvent> = {}): MatchableEvent => ({
  accountId: DEFAULT,
  type: 'workflow.completed',
  data: {},
  ...given,
});
const indexOf = (...subscriptions: readonly MatchableSubscription[]): SubscriptionIndex => {
  const index = createSubscriptionIndex();
  for (const one of subscriptions) index.add(one);
  return index;
};

describe('event types', () => {
  it.each([
    ['workflow.completed', 'workflow.completed', true],
    ['workflow.completed', 'workflow.completed.late', false],
    ['workflow.completed', 'workflow', false],
    ['workflow.completed', 'Workflow.completed', false],
    ['workflow.*', 'workflow.completed', true],
    ['workflow.*', 'workflow.step.completed', true],
    ['workflow.*', 'workflow', false],
    ['workflow.*', 'workflows.completed', false],
    ['workflow.*', 'other.workflow.completed', false],
    ['user.session.*', 'user.session.started', true],
    ['user.session.*', 'user.message.received', false],
    ['*', 'anything', true],
    ['*', 'anything.at.all', true],
  ])('the pattern %s on the type %s: %s', (pattern, type, expected) => {
    const index = indexOf(subscription(1, { events: [pattern] }));
    expect(matchEvent(index, event({ type }))).toEqual(expected ? [id(1)] : []);
  });

  it('match once where several patterns of a subscription take the type in', () => {
    const events = ['workflow.completed', 'workflow.*', '*', 'workflow.completed'];
    expect(matchEvent(indexOf(subscription(1, { events })), event())).toEqual([id(1)]);
  });

  it('match by any of the patterns', () => {
    const index = indexOf(subscription(1, { events: ['user.*', 'workflow.failed'] }));
    expect(matchEvent(index, event({ type: 'user.session.ended' }))).toEqual([id(1)]);
    expect(matchEvent(index, event({ type: 'workflow.failed' }))).toEqual([id(1)]);
    expect(matchEvent(index, event({ type: 'workflow.completed' }))).toEqual([]);
  });
});

/** The data, and how often a field of its own was asked for. */
function countingReads(data: MatchableEvent['data']): {
  data: MatchableEvent['data'];
  countReads: () => number;
} {
  let reads = 0;
  const counted = new Proxy(data, {
    getOwnPropertyDescriptor(target, name) {
      reads += 1;
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  return { data: counted, countReads: () => reads };
}

describe('the index', () => {
  it('never shows an event to another account', () => {
    const other = AccountId.parse('other');
    const index = indexOf(subscription(1), subscription(2, { accountId: other }));
    expect(matchEvent(index, event())).toEqual([id(1)]);
    expect(matchEvent(index, event({ accountId: other }))).toEqual([id(2)]);
    expect(matchEvent(index, event({ accountId: AccountId.parse('constructor') }))).toEqual([]);
  });

  it('answers in the order of the ids, whatever the order of the log', () => {
    expect(matchEvent(indexOf(subscription(2), subscription(3), subscription(1)), event())).toEqual([
      id(1),
      id(2),
      id(3),
    ]);
  });

  it('follows a change of what a subscription takes in', () => {
    const index = indexOf(subscription(1, { filters: { a: 1 } }));
    index.remove(subscription(1, { filters: { a: 1 } }));
    index.add(subscription(1, { filters: { a: 2 } }));
    expect(index.size).toBe(1);
    expect(matchEvent(index, event({ data: { a: 1 } }))).toEqual([]);
    expect(matchEvent(index, event({ data: { a: 2 } }))).toEqual([id(1)]);
  });

  it('forgets what was removed, and says whether there was anything', () => {
    const first = subscription(1, { filters: { a: ['x', 'y'] } });
    const index = indexOf(first, subscription(2));
    expect(index.remove(first)).toBe(true);
    expect(index.remove(first)).toBe(false);
    expect(index.size).toBe(1);
    expect(matchEvent(index, event({ data: { a: 'x' } }))).toEqual([id(2)]);
  });

  it('has nothing of a subscription that cannot be compiled', () => {
    const index = indexOf();
    const unknown = { a: { resembles: 1 } } as unknown as NonNullable<MatchableSubscription['filters']>;
    expect(() => index.add(subscription(1, { filters: unknown }))).toThrow(TypeError);
    expect(index.size).toBe(0);
  });

  it('does not take a subscription in twice', () => {
    const index = indexOf(subscription(1, { filters: { a: 1 } }));
    expect(() => index.add(subscription(1))).toThrow('wh_00000001 is in the index already');
    expect(matchEvent(index, event())).toEqual([]);
  });

  it('finds one once that several of its conditions would find', () => {
    const filters = { any: [{ a: 1 }, { b: { starts_with: ['x', 'xy'] } }, { tags_contains: ['p', 'q'] }] };
    const index = indexOf(subscription(1, { filters }));
    expect(matchEvent(index, event({ data: { a: 1, b: 'xyz', tags: ['p', 'q', 'pq'] } }))).toEqual([id(1)]);
  });

  it('evaluates what it was not found by, also where each event type finds it in another way', () => {
    const index = indexOf(
      subscription(1, { events: ['a.b'], filters: { x: 1 } }),
      subscription(2, { events: ['c.d'], filters: { y: 2 } }),
      subscription(3, { events: ['a.b', 'c.d'], filters: { x: 1, y: 2 } }),
    );
    for (const type of ['a.b', 'c.d']) {
      expect(matchEvent(index, event({ type, data: { x: 1, y: 2 } }))).toContain(id(3));
      expect(matchEvent(index, event({ type, data: { x: 1, y: 3 } }))).not.toContain(id(3));
      expect(matchEvent(index, event({ type, data: { x: 3, y: 2 } }))).not.toContain(id(3));
    }
  });

  it('finds nested and literal fields among a hundred different ones', () => {
    const hundred = Array.from({ length: 100 }, (_, number) =>
      subscription(number, { filters: { [`area${number}.code`]: number } }),
    );
    const index = indexOf(...hundred);
    expect(matchEvent(index, event({ data: { area70: { code: 70 } } }))).toEqual([id(70)]);
    expect(matchEvent(index, event({ data: { 'area70.code': 70 } }))).toEqual([id(70)]);
    expect(matchEvent(index, event({ data: { 'area70.code': 70, area70: { code: 70 } } }))).toEqual([id(70)]);
    expect(matchEvent(index, event({ data: { 'area70.code': 0, area70: { code: 70 } } }))).toEqual([]);
    for (const one of hundred.slice(0, 90)) index.remove(one);
    expect(matchEvent(index, event({ data: { area70: { code: 70 }, area95: { code: 95 } } }))).toEqual([
      id(95),
    ]);
  });

  it('matches a list that is too long to be filed under each of its values', () => {
    const values = Array.from({ length: 900 }, (_, number) => `v${number}`);
    const events = ['a.b', 'c.d', 'e.f'];
    const index = indexOf(subscription(1, { events, filters: { id: values } }));
    expect(matchEvent(index, event({ type: 'c.d', data: { id: 'v899' } }))).toEqual([id(1)]);
    expect(matchEvent(index, event({ type: 'c.d', data: { id: 'v900' } }))).toEqual([]);
  });

  it.each<[string, (number: number) => MatchableSubscription['filters'], number?]>([
    ['a value', (number) => ({ key: `k${number}` })],
    ['a list of values', (number) => ({ key: [`k${number}`, `l${number}`] })],
    ['a value behind one that all share', (number) => ({ status: 'failed', key: `k${number}` })],
    ['the start of a text', (number) => ({ key: { starts_with: `k${number}` } })],
    ['the end of a text', (number) => ({ end: { ends_with: `:${number}` } })],
    ['a text within a text', (number) => ({ text_contains: `<${number}>` })],
    ['a text within an element', (number) => ({ tags_contains: [`<${number}>`] })],
    ['a lower bound', (number) => ({ n: { greater_than: number + 999 } })],
    ['an upper bound', (number) => ({ n: { less_or_equal: 1_000 - number } })],
    ['tokens', (number) => ({ token_usage: { greater_or_equal: number + 100 } })],
    ['either of two fields', (number) => ({ any: [{ key: `k${number}` }, { n: -number - 1 }] })],
    ['all of a group', (number) => ({ all: [{ status: 'failed' }, { key: `k${number}` }] })],
    ['a field that is there', (number) => ({ [`field${number}`]: { exists: true } })],
  ])('reads few fields for 2,000 subscriptions that each demand %s', (_, filtersOf, maxReads = 10) => {
    const index = indexOf(
      ...Array.from({ length: 2_000 }, (_, number) => subscription(number, { filters: filtersOf(number) })),
    );
    const given = event({
      data: {
        key: 'k1234',
        status: 'failed',
        end: 'x:1234',
        text: 'some text <1234> here',
        tags: ['a', '<1234>'],
        n: 1_000,
        token_usage: { total_tokens: 103 },
        field1234: null,
      },
    });
    const { data, countReads } = countingReads(given.data);
    expect(matchEvent(index, { ...given, data }).length).toBeGreaterThan(0);
    expect(countReads()).toBeLessThanOrEqual(maxReads);
  });
});

describe('routes', () => {
  const settings: Destinations = {
    url: 'https://own.example/',
    routes: [
      { when: { filters: { id: { starts_with: 'support_' } } }, url: 'https://support.example/' },
      { when: { events: ['workflow.failed'] }, url: 'https://failed.example/' },
      { when: { conditions: { cost: { greater_than: 1 } } }, url: 'https://costly.example/' },
    ],
  };
  const urlOf = (given: Partial<MatchableEvent>): string => targetUrl(settings, event(given));

  it('give the url of the first that holds', () => {
    expect(urlOf({ type: 'workflow.failed', data: { id: 'support_bot', cost: 2 } })).toBe(
      'https://support.example/',
    );
    expect(urlOf({ type: 'workflow.failed', data: { id: 'sales_bot', cost: 2 } })).toBe(
      'https://failed.example/',
    );
    expect(urlOf({ data: { cost: 2 } })).toBe('https://costly.example/');
  });

  it('are compiled once, however many events ask them', () => {
    let reads = 0;
    const when = {
      get filters() {
        reads += 1;
        return { id: 'a' };
      },
    };
    const asked = { url: 'https://own.example/', routes: [{ when, url: 'https://a.example/' }] };
    const urls = ['a', 'b', 'a'].map((id) => targetUrl(asked, event({ data: { id } })));
    expect(urls).toEqual(['https://a.example/', 'https://own.example/', 'https://a.example/']);
    expect(reads).toBe(1);
  });

  it("leave the subscription's own url where none holds", () => {
    expect(urlOf({ data: { cost: 1 } })).toBe('https://own.example/');
  });
});
