import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FILTER_LIMITS, filterProblems } from '../../schemas/filter-grammar.ts';
import { Conditions, EventPattern, Filters, Route, Routes } from '../../schemas/filter.ts';
import { nearestName } from '../../schemas/nearest-name.ts';

const json = (text: string): unknown => JSON.parse(text);

/** Every problem as `path: message`. */
const problemsOf = (schema: z.ZodType, value: unknown): readonly string[] =>
  (schema.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('filters and conditions', () => {
  it("take in the seed's examples", () => {
    const filters = {
      workflow_id: ['customer_support_bot', 'sales_assistant'],
      user_id: { starts_with: 'premium_' },
      output_contains: ['error', 'failed', 'unable'],
    };
    const conditions = {
      execution_time: { greater_than: 5.0 },
      token_usage: { greater_than: 1000 },
      cost: { greater_than: 0.1 },
    };
    expect(Filters.parse(filters)).toEqual(filters);
    expect(Conditions.parse(conditions)).toEqual(conditions);
  });

  it('are kept as they were written, so that they can be parsed again', () => {
    const written = json('{"__proto__":"x","b":{"in":[1]},"a_contains":"y","any":[{"constructor":1}]}');
    expect(Filters.parse(written)).toBe(written);
    expect(JSON.stringify(Filters.parse(Filters.parse(written)))).toBe(JSON.stringify(written));
  });

  it('are described in JSON Schema', () => {
    expect(z.toJSONSchema(z.strictObject({ filters: Filters.default({}) }))).toMatchObject({
      properties: { filters: { type: 'object', additionalProperties: true } },
    });
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown operator',
      { a: { resembles: 1 } },
      'a.resembles: unknown operator "resembles"; expected one of in, not_in, equals, not_equals, starts_with, ends_with, contains, greater_than, greater_or_equal, less_than, less_or_equal, exists',
    ],
    ['a list that is no object', [], ': expected an object of fields and groups, got an empty list'],
    ['a text', 'a', ': expected an object of fields and groups, got "a"'],
    ['nothing', undefined, ': expected an object of fields and groups, got nothing'],
    ['no operator', { a: {} }, 'a: expected at least one operator, got {}'],
    ['an empty list', { a: [] }, 'a: "in" on "a" takes a list of at least one value, got an empty list'],
    [
      'an object in a list',
      { a: [{ b: 1 }, 1] },
      'a.0: "in" on "a" takes text, a number, true, false or null, got an object',
    ],
    [
      'a list in a list',
      { a: [['b']] },
      'a.0: "in" on "a" takes text, a number, true, false or null, got a list',
    ],
    [
      'in with a bare value',
      { a: { in: 'b' } },
      'a.in: "in" on "a" takes a list of at least one value, got "b"',
    ],
    [
      'an empty in',
      { a: { in: [] } },
      'a.in: "in" on "a" takes a list of at least one value, got an empty list',
    ],
    [
      'an empty not_in',
      { a: { not_in: [] } },
      'a.not_in: "not_in" on "a" takes a list of at least one value, got an empty list',
    ],
    [
      'equals with a list',
      { a: { equals: ['b'] } },
      'a.equals: "equals" on "a" takes text, a number, true, false or null (for a list, "in" or "not_in"), got a list',
    ],
    [
      'equals with an object',
      { a: { equals: { b: 1 } } },
      'a.equals: "equals" on "a" takes text, a number, true, false or null, got an object',
    ],
    [
      'a number as text',
      { n: { greater_than: '5' } },
      'n.greater_than: "greater_than" on "n" takes a number, got "5"',
    ],
    [
      'a bound that is null',
      { n: { less_than: null } },
      'n.less_than: "less_than" on "n" takes a number, got null',
    ],
    [
      'a bound beyond doubles',
      { n: { less_than: json('1e400') } },
      'n.less_than: "less_than" on "n" takes a number, got Infinity',
    ],
    [
      'a bare number beyond doubles',
      { n: json('1e400') },
      'n: "equals" on "n" takes text, a number, true, false or null, got Infinity',
    ],
    [
      'starts_with with a number',
      { a: { starts_with: 5 } },
      'a.starts_with: "starts_with" on "a" takes text of at least one character, got 5',
    ],
    [
      'contains with a number in its list',
      { a: { contains: ['b', 5] } },
      'a.contains.1: "contains" on "a" takes text of at least one character, got 5',
    ],
    [
      'contains with the empty text',
      { a: { contains: '' } },
      'a.contains: "contains" on "a" takes text of at least one character, got ""',
    ],
    [
      'ends_with with an empty list',
      { a: { ends_with: [] } },
      'a.ends_with: "ends_with" on "a" takes a text or a list of at least one text, got an empty list',
    ],
    [
      'exists with text',
      { a: { exists: 'yes' } },
      'a.exists: "exists" on "a" takes true or false, got "yes"',
    ],
    [
      '_contains with a number',
      { output_contains: 5 },
      'output_contains: "contains" on "output_contains" takes text of at least one character, got 5',
    ],
    [
      '_contains with null',
      { output_contains: null },
      'output_contains: "contains" on "output_contains" takes text of at least one character, got null',
    ],
    [
      'an empty group',
      { any: [] },
      'any: the group "any" takes a list of at least one object, got an empty list; for a field of that name write {"any":{"equals":…}}',
    ],
    [
      'a group with a bare value',
      { all: 'x' },
      'all: the group "all" takes a list of at least one object, got "x"; for a field of that name write {"all":{"equals":…}}',
    ],
    ['a group of texts', { any: ['x'] }, 'any.0: expected an object of fields and groups, got "x"'],
    [
      'a group with an empty member',
      { none: [{ a: 1 }, {}] },
      'none.1: expected at least one field or group, got {}',
    ],
    [
      'an empty part of a name',
      { 'error..code': 1 },
      'error..code: expected a field name such as "error.code", got "error..code" with an empty part',
    ],
    ['an empty name', { '': 1 }, ': expected a field name such as "error.code", got "" with an empty part'],
    [
      'half a surrogate pair',
      { a: '\ud83d' },
      'a: "equals" on "a" takes whole characters (no half of a surrogate pair), got "\\ud83d"',
    ],
    [
      'half a pair in a name',
      { '\ud83d': 1 },
      '\ud83d: expected a field name of whole characters (no half of a surrogate pair)',
    ],
    [
      'the character U+0000',
      { a: 'b\0' },
      'a: "equals" on "a" takes text without the character U+0000, got "b\\u0000"',
    ],
  ])('refuse %s', (_, value, problem) => {
    expect(problemsOf(Filters, value)).toEqual([problem]);
  });

  it('say where in a group something is wrong', () => {
    const value = { any: [{ a: 1 }, { none: [{ 'error.code': { greater_than: true } }] }] };
    expect(problemsOf(Filters, value)).toEqual([
      'any.1.none.0.error.code.greater_than: "greater_than" on "error.code" takes a number, got true',
    ]);
    expect(Filters.safeParse(value).error?.issues[0]?.path).toEqual([
      'any',
      1,
      'none',
      0,
      'error.code',
      'greater_than',
    ]);
  });

  it('report everything that is wrong, up to twenty', () => {
    expect(problemsOf(Filters, { a: { b: 1 }, c: [], d: { exists: 1 } })).toHaveLength(3);
    const wrong = Object.fromEntries(Array.from({ length: 500 }, (_, number) => [`f${number}`, []]));
    expect(problemsOf(Filters, wrong)).toHaveLength(20);
  });

  it.each([
    ['greater_then', 'greater_than'],
    ['greaterThan', 'greater_than'],
    ['greater_than_or_equal', 'greater_or_equal'],
    ['start_with', 'starts_with'],
    ['startsWith', 'starts_with'],
    ['begins_with', 'starts_with'],
    ['exist', 'exists'],
    ['equal', 'equals'],
    ['notin', 'not_in'],
    ['contain', 'contains'],
    ['conatins', 'contains'],
    ['gt', 'greater_than'],
    ['$gte', 'greater_or_equal'],
    ['<', 'less_than'],
    ['ne', 'not_equals'],
    ['regex', 'contains'],
    ['prefix', 'starts_with'],
  ])('ask whether %s was meant to be %s', (typo, meant) => {
    expect(problemsOf(Filters, { a: { [typo]: 1 } })[0]).toContain(`; did you mean "${meant}"? expected`);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
    'take the prototype name %s for no operator',
    (name) => {
      const value = json(`{"a":{"${name}":1}}`);
      expect(problemsOf(Filters, value)[0]).toMatch(`a.${name}: unknown operator "${name}"; expected one of`);
    },
  );

  it('ask whether a list of objects was meant to be a group', () => {
    expect(problemsOf(Filters, { anny: [{ a: 1 }] })).toEqual([
      'anny: unknown group "anny"; did you mean "any"? expected one of all, any, none; a field takes values',
    ]);
    expect(problemsOf(Filters, { or: [{ a: 1 }] })[0]).toContain('did you mean "any"?');
    expect(problemsOf(Filters, { none: { a: 1 } })[0]).toContain('the group "none" takes a list of objects');
  });

  it('take in the last and refuse the first beyond each limit', () => {
    const nested = (depth: number): unknown => (depth === 1 ? { a: 1 } : { any: [nested(depth - 1)] });
    const accepts = (value: unknown): boolean => Filters.safeParse(value).success;
    const { depth, textLength, containedTextLength, fieldLength, fieldParts, entries } = FILTER_LIMITS;
    expect([accepts(nested(depth)), accepts(nested(depth + 1))]).toEqual([true, false]);
    expect([accepts({ a: 'x'.repeat(textLength) }), accepts({ a: 'x'.repeat(textLength + 1) })]).toEqual([
      true,
      false,
    ]);
    expect([
      accepts({ a_contains: 'x'.repeat(containedTextLength) }),
      accepts({ a_contains: 'x'.repeat(containedTextLength + 1) }),
    ]).toEqual([true, false]);
    expect([
      accepts({ ['x'.repeat(fieldLength)]: 1 }),
      accepts({ ['x'.repeat(fieldLength + 1)]: 1 }),
    ]).toEqual([true, false]);
    const parts = (count: number): string => Array.from({ length: count }, () => 'a').join('.');
    expect([accepts({ [parts(fieldParts)]: 1 }), accepts({ [parts(fieldParts + 1)]: 1 })]).toEqual([
      true,
      false,
    ]);
    const values = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
    expect([accepts({ a: values(entries - 1) }), accepts({ a: values(entries) })]).toEqual([true, false]);
    const long = (count: number): unknown => ({
      a: values(count).map((number) => `${number}${'x'.repeat(1_000)}`),
    });
    expect([accepts(long(60)), accepts(long(70))]).toEqual([true, false]);
  });

  it('name a limit that was passed, once', () => {
    const value = { a: Array.from({ length: 5_000 }, () => 1), b: Array.from({ length: 5_000 }, () => 1) };
    expect(problemsOf(Filters, value)).toEqual([
      'a: expected at most 1000 fields, operators and values in all',
    ]);
  });

  it('end quickly on nesting that would break a recursion', () => {
    const deep = json('{"any":['.repeat(100_000) + '{"a":1}' + ']}'.repeat(100_000));
    expect(problemsOf(Filters, deep)).toEqual([
      `${'any.0.'.repeat(6).slice(0, -1)}: expected groups nested at most 5 deep`,
    ]);
    expect(problemsOf(Routes, [{ when: { filters: deep }, url: 'https://a.example/' }])).toHaveLength(1);
  });

  it('answer any JSON with problems or none, and never throw', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(filterProblems(value).length).toBeLessThanOrEqual(20);
      }),
    );
  });
});

describe('event patterns', () => {
  it.each(['*', 'workflow.*', 'workflow.completed', 'user.session.*', 'ping', 'a-b.c_d', 'brand.new.type'])(
    'take in %s',
    (pattern) => expect(EventPattern.parse(pattern)).toBe(pattern),
  );

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '**',
    '*.completed',
    'workflow.*.failed',
    'workflow*',
    'a b',
    'a.**',
    'é',
  ])('refuse %j', (pattern) => {
    expect(problemsOf(EventPattern, pattern)).toEqual([
      expect.stringContaining(
        `expected an event type such as workflow.completed, a prefix such as workflow.*, or *; got "${pattern}"`,
      ),
    ]);
  });

  it('ask whether a star was meant to stand behind a dot', () => {
    expect(problemsOf(EventPattern, 'workflow*')[0]).toContain('did you mean "workflow.*"?');
    expect(problemsOf(EventPattern, 'workflow.**')[0]).toContain('did you mean "workflow.*"?');
    expect(problemsOf(EventPattern, '**')[0]).not.toContain('did you mean');
  });
});

describe('routes', () => {
  const url = 'https://a.example/';

  it('take in each part of when alone, and fill nothing in', () => {
    const routes = [
      { when: { filters: { a: 1 } }, url },
      { when: { conditions: { a: { exists: true } } }, url },
      { when: { events: ['workflow.*'] }, url },
    ];
    expect(Routes.parse(routes)).toEqual(routes);
  });

  it.each<[string, unknown, RegExp]>([
    ['a route without when', { url }, /^when: /],
    ['a route without url', { when: { filters: { a: 1 } } }, /^url: /],
    ['a url that is none', { when: { filters: { a: 1 } }, url: 'a' }, /^url: expected an absolute url/],
    [
      'another scheme',
      { when: { filters: { a: 1 } }, url: 'ftp://a.example' },
      /^url: expected an https url/,
    ],
    ['an empty when', { when: {}, url }, /^when: expected filters, conditions or events/],
    ['empty filters', { when: { filters: {} }, url }, /^when: expected filters, conditions or events/],
    [
      'a when of all events',
      { when: { events: ['*'] }, url },
      /^when: expected filters, conditions or events/,
    ],
    ['no event type', { when: { events: [] }, url }, /^when\.events: expected at least one event type/],
    [
      'a wrong filter',
      { when: { filters: { a: { gt: 1 } } }, url },
      /^when\.filters\.a\.gt: unknown operator "gt"; did you mean "greater_than"\?/,
    ],
    [
      'an unknown part of when',
      { when: { filter: { a: 1 } }, url },
      /unknown field of when "filter"; did you mean "filters"\?/,
    ],
    [
      'an unknown field',
      { when: { filters: { a: 1 } }, url, uri: 1 },
      /unknown field of a route "uri"; did you mean "url"\?/,
    ],
  ])('refuse %s', (_, route, problem) => {
    expect(problemsOf(Route, route).some((text) => problem.test(text))).toBe(true);
  });

  it('are limited in number and in size', () => {
    const route = { when: { filters: { a: 1 } }, url };
    const routes = (count: number): unknown => Array.from({ length: count }, () => route);
    expect(Routes.safeParse(routes(FILTER_LIMITS.routes)).success).toBe(true);
    expect(problemsOf(Routes, routes(FILTER_LIMITS.routes + 1))).toEqual([': expected at most 50 routes']);
    const large = { when: { filters: { a: Array.from({ length: 40 }, () => 'x'.repeat(1_000)) } }, url };
    expect(problemsOf(Routes, [large, large])).toEqual([
      ': expected at most 65536 characters of JSON in all routes together',
    ]);
  });
});

describe('the nearest name', () => {
  it('is one that differs little, and the first of equals', () => {
    expect(nearestName('colour', ['color', 'column'])).toBe('color');
    expect(nearestName('ab', ['ac', 'ad'])).toBe('ac');
  });

  it('is none where everything differs much, or nothing is there to differ', () => {
    expect(nearestName('banana', ['color', 'column'])).toBeNull();
    expect(nearestName('', ['a'])).toBeNull();
    expect(nearestName('x'.repeat(10_000), ['x'])).toBeNull();
  });

  it('is the name itself for every name that is known', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1 }), (names) => {
        for (const name of names) expect(nearestName(name, names)).toBe(name);
      }),
    );
  });
});
