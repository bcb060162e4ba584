import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPacking } from '../../../infra/packed/packing.ts';

const json = fc.jsonValue({ maxDepth: 4 });

it('a value comes back as it does from its text as JSON, whatever was packed between', () => {
  fc.assert(
    fc.property(fc.array(json), (values) => {
      const packing = createPacking<unknown>();
      const texts = values.map((value) => packing.pack(value));
      // Not `values`: JSON writes -0 as 0.
      expect(texts.map((text) => packing.unpack(text))).toEqual(JSON.parse(JSON.stringify(values)));
    }),
    { numRuns: 1_000, examples: [[[[-0]]]] },
  );
});

it.each([
  ['a lone surrogate', { text: 'a\ud800b' }],
  ['a field named __proto__', JSON.parse('{"__proto__":{"a":1}}')],
  ['lists in lists', [[], [[]], [-1, 0]]],
  ['no text', { ключ: 'значение 🙂' }],
  ['null', null],
])('%s comes back as it was', (_, value: unknown) => {
  const packing = createPacking<unknown>();
  expect(packing.unpack(packing.pack(value))).toEqual(value);
});

it('names of fields are in the first of many values alone, if at all', () => {
  const packing = createPacking<object>();
  const first = packing.pack({ exponential_backoff: true, nested: { max_delay: 60 } });
  const second = packing.pack({ exponential_backoff: false, nested: { max_delay: 5 } });
  expect(`${first} ${second}`).not.toMatch(/exponential_backoff|nested|max_delay/);
});

it('fields in another order are another shape', () => {
  const packing = createPacking<object>();
  const [forth, back] = [packing.pack({ a: 1, b: 2 }), packing.pack({ b: 2, a: 1 })];
  expect([forth, back].map((text) => Object.keys(packing.unpack(text)))).toEqual([
    ['a', 'b'],
    ['b', 'a'],
  ]);
});

it('whoever names fields as nobody did before is packed too, and remembered a thousand times at most', () => {
  const packing = createPacking<object>();
  const values = Array.from({ length: 3_000 }, (_, n) => ({
    [`field${n}`]: n,
    inner: { [`other${n}`]: [n] },
  }));
  const texts = values.map((value) => packing.pack(value));
  expect(texts.map((text) => packing.unpack(text))).toEqual(values);
  expect(texts.filter((text) => text.includes('field'))).toHaveLength(2_500);
});

it('names that are very long are not remembered', () => {
  const packing = createPacking<object>();
  const value = { ['n'.repeat(2_000)]: 1 };
  expect(packing.pack(value).length).toBeGreaterThan(2_000);
  expect(packing.unpack(packing.pack(value))).toEqual(value);
});
