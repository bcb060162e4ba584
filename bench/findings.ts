/** What a scenario answers: tables and plots to look at, and targets that are met or missed. */
import { formatNumber } from './format-number.ts';
import type { Plot } from './plot.ts';

/** Rows of one width; numbers are written with separators, and as many digits as matter. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What was wanted and what was found. */
export interface Target {
  readonly says: string;
  readonly wanted: string;
  readonly found: string;
  readonly isMet: boolean;
}

export interface Findings {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  readonly plots: readonly Plot[];
}

/** A target for a number that must not be smaller. */
export const atLeast = (says: string, wanted: number, found: number, unit: string): Target => ({
  says,
  wanted: `at least ${formatNumber(wanted)}${unit}`,
  found: `${formatNumber(found)}${unit}`,
  isMet: found >= wanted,
});

/** A target for a rate. Missed where it took no time: then nothing came of what was to be measured. */
export const rateAtLeast = (says: string, wanted: number, count: number, seconds: number): Target =>
  seconds > 0
    ? atLeast(says, wanted, count / seconds, '/s')
    : { ...atLeast(says, wanted, 0, '/s'), found: 'nothing came', isMet: false };

/** A target for a number that must not be larger. */
export const atMost = (says: string, wanted: number, found: number, unit: string): Target => ({
  says,
  wanted: `at most ${formatNumber(wanted)}${unit}`,
  found: `${formatNumber(found)}${unit}`,
  isMet: found <= wanted,
});

/** A target for what must not happen. */
export const noneOf = (says: string, found: number): Target => ({
  says,
  wanted: 'none',
  found: formatNumber(found),
  isMet: found === 0,
});
