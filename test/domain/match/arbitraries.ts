/** Random subscriptions and events, from words so few that matches, near misses and collisions are common. */
import fc from 'fast-check';
import type { MatchableEvent } from '../../../domain/match/compile.ts';
import type { RoutedSubscription } from '../../../domain/match/match-event.ts';
import type { FilterGroup } from '../../../schemas/filter-grammar.ts';
import type { Route } from '../../../schemas/filter.ts';
import { AccountId, SubscriptionId } from '../../../schemas/ids.ts';
import type { JsonObject } from '../../../schemas/json.ts';

const NAMES = [
  'a',
  'b',
  'c',
  'token_usage',
  'total_tokens',
  '__proto__',
  'constructor',
  'any',
  'a_contains',
  'é',
];
const TYPES = [
  'workflow.completed',
  'workflow.step.failed',
  'workflow',
  'user.message.received',
  'user',
  'other.x',
];
const PATTERNS = [
  ...TYPES,
  '*',
  'workflow.*',
  'workflow.step.*',
  'user.*',
  'other.*',
  'workflow.completed.*',
];
const URLS = ['https://a.example/', 'https://b.example/', 'https://c.example/'];

/** An object with these entries as JSON would make it: `__proto__` is a key like any other. */
const objectOf = (entries: readonly (readonly [string, unknown])[]): unknown =>
  JSON.parse(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
  );

const name = fc.constantFrom(...NAMES);
const fieldName = fc.oneof(
  { weight: 3, arbitrary: name },
  { weight: 1, arbitrary: fc.array(name, { minLength: 2, maxLength: 3 }).map((parts) => parts.join('.')) },
);
const word = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 1, maxLength: 5 }),
  fc.constantFrom('1', 'true', 'null', 'workflow'),
);
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, -0, 1e300));
const scalar = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 3, arbitrary: number },
  fc.boolean(),
  fc.constant(null),
  fc.constant(''),
);
const someOf = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(item, { minLength: 1, maxLength: 4 });

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(fieldName, tie('json')), { maxLength: 3 }).map(objectOf),
  ),
}));

export const data: fc.Arbitrary<JsonObject> = fc
  .array(fc.tuple(fieldName, json), { maxLength: 6 })
  .map((entries) => objectOf(entries) as JsonObject);

const operators = fc
  .record(
    {
      in: someOf(scalar),
      not_in: someOf(scalar),
      equals: scalar,
      not_equals: scalar,
      starts_with: fc.oneof(word, someOf(word)),
      ends_with: fc.oneof(word, someOf(word)),
      contains: fc.oneof(word, someOf(word)),
      greater_than: number,
      greater_or_equal: number,
      less_than: number,
      less_or_equal: number,
      exists: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .filter((chosen) => Object.keys(chosen).length > 0)
  // Twelve operators at once hold for nothing.
  .map((chosen) => Object.fromEntries(Object.entries(chosen).slice(0, 2)));

const isPlainName = (key: string): boolean => key !== 'any' && !key.endsWith('_contains');
const entry = (group: fc.Arbitrary<unknown>): fc.Arbitrary<[string, unknown]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fieldName, operators) },
    { weight: 2, arbitrary: fc.tuple(fieldName.filter(isPlainName), fc.oneof(scalar, someOf(scalar))) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fieldName.map((field) => `${field}_contains`),
        fc.oneof(word, someOf(word)),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constantFrom('all', 'any', 'none'),
        fc.array(group, { minLength: 1, maxLength: 3 }),
      ),
    },
  );

const group = (depth: number, minLength: number): fc.Arbitrary<unknown> =>
  fc
    .array(depth === 0 ? entry(fc.constant({ a: 1 })) : entry(group(depth - 1, 1)), {
      minLength,
      maxLength: 3,
    })
    .map(objectOf);

/** Valid filters or conditions, the empty ones included. */
export const filterGroup: fc.Arbitrary<FilterGroup> = group(2, 0).map((made) => made as FilterGroup);

/** Event patterns of one subscription. */
export const patterns = fc.array(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 4 });
const url = fc.constantFrom(...URLS);
const route: fc.Arbitrary<Route> = fc.record({
  when: fc.record({ events: patterns, filters: filterGroup, conditions: filterGroup }, { requiredKeys: [] }),
  url,
});
const accountId = fc.constantFrom('default', 'other').map((id) => AccountId.parse(id));

const subscription: fc.Arbitrary<RoutedSubscription> = fc.record({
  id: fc.integer({ min: 0, max: 30 }).map((number) => SubscriptionId.parse(`wh_0000000${number}`)),
  accountId,
  url,
  events: patterns,
  filters: fc.oneof({ weight: 4, arbitrary: filterGroup }, fc.constant(null)),
  conditions: fc.oneof({ weight: 1, arbitrary: filterGroup }, fc.constant(null)),
  routes: fc.array(route, { maxLength: 2 }),
});

/** What the log of all subscriptions may do, in any order. */
export type Change = { readonly put: RoutedSubscription } | { readonly remove: SubscriptionId };

export const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: subscription.map((put): Change => ({ put })) },
    { weight: 1, arbitrary: subscription.map(({ id }): Change => ({ remove: id })) },
  ),
  { maxLength: 40 },
);

export const event: fc.Arbitrary<MatchableEvent> = fc.record({
  accountId,
  type: fc.constantFrom(...TYPES),
  data,
});
