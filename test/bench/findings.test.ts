import { expect, it } from 'vitest';
import { rateAtLeast } from '../../bench/findings.ts';

it('a rate is what came in a second', () => {
  expect(rateAtLeast('drain', 1_000, 500, 0.25)).toMatchObject({ found: '2,000/s', isMet: true });
  expect(rateAtLeast('drain', 1_000, 500, 1)).toMatchObject({ isMet: false });
});

it('a rate of what never came is missed, though it took no time', () => {
  for (const seconds of [0, -1, NaN]) {
    expect(rateAtLeast('drain', 1_000, 500, seconds)).toMatchObject({ found: 'nothing came', isMet: false });
  }
});
