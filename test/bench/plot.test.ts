import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawPlot } from '../../bench/plot.ts';

const point = fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0, max: 1e9, noNaN: true }));

it('draws whatever was measured, one point or many, without a coordinate that is no number', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 50 }), fc.boolean(), (points, xIsLogarithmic) => {
      const lines = [{ name: 'a < b', points }];
      const svg = drawPlot({ name: 'n', title: 't', xLabel: 'x', yLabel: 'y', xIsLogarithmic, lines });
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(svg).toContain('a &lt; b');
    }),
  );
});
