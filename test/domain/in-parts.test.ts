import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inParts } from '../../domain/in-parts.ts';

const cases = fc.record({
  weights: fc.array(fc.nat(120)),
  count: fc.option(fc.integer({ min: 1, max: 8 }), { nil: Infinity }),
  weight: fc.integer({ min: 1, max: 100 }),
});
const sum = (weights: readonly number[]): number => weights.reduce((total, one) => total + one, 0);
const partsOf = ({ weights, ...limits }: { weights: number[]; count: number; weight: number }): number[][] =>
  inParts(weights, (weight) => weight, limits);

it('keeps every item once, in order', () => {
  fc.assert(
    fc.property(cases, (one) => {
      expect(partsOf(one).flat()).toEqual(one.weights);
    }),
  );
});

it('makes no part too large, but for an item that is too heavy alone', () => {
  fc.assert(
    fc.property(cases, (one) => {
      for (const part of partsOf(one)) {
        expect(part.length).toBeGreaterThan(0);
        expect(part.length).toBeLessThanOrEqual(one.count);
        expect(part.length === 1 || sum(part) <= one.weight).toBe(true);
      }
    }),
  );
});

it('begins a part only where the one before has no room for its first item', () => {
  fc.assert(
    fc.property(cases, (one) => {
      const parts = partsOf(one);
      for (const [index, part] of parts.slice(1).entries()) {
        const before = parts[index]!;
        const hasRoom = before.length < one.count && sum(before) + part[0]! <= one.weight;
        expect(hasRoom).toBe(false);
      }
    }),
  );
});
