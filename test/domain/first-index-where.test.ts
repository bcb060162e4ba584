import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstIndexWhere } from '../../domain/first-index-where.ts';

it('finds where something begins to hold, as looking at one after the other does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (numbers, least) => {
      const sorted = numbers.toSorted((a, b) => a - b);
      const looked = sorted.findIndex((one) => one >= least);
      expect(firstIndexWhere(sorted, (one) => one >= least)).toBe(looked === -1 ? sorted.length : looked);
    }),
  );
});
