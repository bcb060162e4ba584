import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HashFilter } from '../../../domain/match/hash-filter.ts';

const hash = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

it('may have every hash that was put in, even more of them than it is for', () => {
  fc.assert(
    fc.property(fc.array(hash), fc.integer({ min: 1, max: 200 }), (hashes, expected) => {
      const filter = new HashFilter(expected);
      for (const one of hashes) filter.add(one);
      expect(hashes.filter((one) => !filter.mayHave(one))).toEqual([]);
    }),
  );
});

it('takes fewer than one in fifty of the others for one that was put in', () => {
  const filter = new HashFilter(1_000);
  for (let number = 0; number < 1_000; number += 1) filter.add(number);
  const others = Array.from({ length: 10_000 }, (_, number) => 1_000 + number);
  expect(others.filter((other) => filter.mayHave(other)).length).toBeLessThan(200);
});
