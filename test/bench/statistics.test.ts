import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantile, spread } from '../../bench/statistics.ts';

it('takes quantiles by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.99, 1].map((q) => quantile(hundred, q))).toEqual([50, 99, 100]);
  expect(quantile([], 0.5)).toBeNaN();
});

it('puts the median between the smallest and the largest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const [min, median, max] = spread(values);
      expect(values).toEqual(expect.arrayContaining([min, median, max]));
      expect(min <= median && median <= max).toBe(true);
    }),
  );
});
