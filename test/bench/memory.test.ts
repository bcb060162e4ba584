import { expect, it } from 'vitest';
import { memoryTargets } from '../../bench/memory.ts';

const MEBIBYTE = 2 ** 20;
const samplesOf = (mebibytes: readonly number[]) =>
  mebibytes.map((held, atSeconds) => ({
    atSeconds,
    uses: { router: { cpuMs: 0, rssBytes: held * MEBIBYTE } },
  }));
const verdicts = (mebibytes: readonly number[]): readonly boolean[] =>
  memoryTargets(samplesOf(mebibytes), { router: 300 }).map(({ isMet }) => isMet);

it('takes memory that has settled for flat, whatever filled it at the start', () => {
  expect(verdicts([100, 150, 200, 200, 200, 205, 205, 205])).toEqual([true, true]);
});

it('tells memory that grows', () => {
  expect(verdicts([100, 120, 140, 160, 180, 200, 220, 240])).toEqual([true, false]);
});

it('tells memory that was over the limit once', () => {
  expect(verdicts([200, 200, 200, 301, 200, 200, 200, 200])).toEqual([false, true]);
});
