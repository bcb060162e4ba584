import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPackedMap } from '../../../infra/packed/packed-map.ts';

type Change = readonly [key: string, value: { readonly n: number }];
const key = fc.constantFrom('a', 'b', 'c', 'd');
const change: fc.Arbitrary<Change> = fc.tuple(key, fc.record({ n: fc.nat() }));

it('answers as a Map does, whatever is set and looked at', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(change, key)), (steps) => {
      const map = createPackedMap<string, { readonly n: number }>();
      const model = new Map<string, { readonly n: number }>();
      for (const step of steps) {
        if (typeof step === 'string') {
          expect(map.get(step)).toEqual(model.get(step));
        } else {
          map.set(...step);
          model.set(...step);
        }
      }
      expect(map.size).toBe(model.size);
      expect([...map.values()]).toEqual([...model.values()]);
    }),
  );
});

it('what is looked at again soon is the same object, until it is set anew', () => {
  const map = createPackedMap<string, object>();
  map.set('a', { n: 1 });
  const first = map.get('a');
  expect(map.get('a')).toBe(first);
  map.set('a', { n: 1 });
  expect(map.get('a')).not.toBe(first);
});

it('a thousand are kept open, those that were looked at last', () => {
  const map = createPackedMap<string, object>();
  for (let n = 0; n <= 1_000; n += 1) map.set(String(n), { n });
  const opened = Array.from({ length: 1_001 }, (_, n) => map.get(String(n)));
  expect(map.get('1000')).toBe(opened[1_000]);
  expect(map.get('0')).not.toBe(opened[0]);
});

it('of large values fewer are kept open', () => {
  const map = createPackedMap<string, object>();
  for (const name of ['a', 'b', 'c']) map.set(name, { text: 'x'.repeat(1_500_000) });
  const [a, b, c] = [map.get('a'), map.get('b'), map.get('c')];
  expect(map.get('c')).toBe(c);
  expect(map.get('b')).toBe(b);
  expect(map.get('a')).not.toBe(a);
});
