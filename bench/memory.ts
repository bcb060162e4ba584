/** What the processes of a run hold in memory, as a table, a plot, and targets. */
import type { Plot } from './plot.ts';
import type { Sample } from './processes.ts';
import { atMost, type Table, type Target } from './findings.ts';
import { quantile } from './statistics.ts';

const MEBIBYTE = 2 ** 20;
/** How much more may be held in the last quarter of a run than in the second: the first is for filling caches. */
const FLAT_FACTOR = 1.1;

/** Mebibytes of one part over a run; NaN while it was away. */
const series = (samples: readonly Sample[], part: string): number[] =>
  samples.map(({ uses }) => (uses[part]?.rssBytes ?? NaN) / MEBIBYTE);

const partsOf = (samples: readonly Sample[]): readonly string[] => Object.keys(samples[0]?.uses ?? {});

/** The median of the `quarter`th quarter, from 1. */
function quarterOf(values: readonly number[], quarter: number): number {
  const length = values.length / 4;
  const part = values.slice(Math.floor((quarter - 1) * length), Math.ceil(quarter * length));
  return quantile(part.filter(Number.isFinite), 0.5);
}

const highestOf = (values: readonly number[]): number => Math.max(...values.filter(Number.isFinite));

export const memoryTable = (title: string, samples: readonly Sample[]): Table => ({
  title,
  columns: ['process, MiB resident', 'first', '2nd quarter', 'last quarter', 'highest'],
  rows: partsOf(samples).map((part) => {
    const values = series(samples, part);
    return [part, values[0] ?? NaN, quarterOf(values, 2), quarterOf(values, 4), highestOf(values)];
  }),
});

export const memoryPlot = (name: string, title: string, samples: readonly Sample[]): Plot => ({
  name,
  title,
  xLabel: 'seconds',
  yLabel: 'MiB resident',
  xIsLogarithmic: false,
  lines: partsOf(samples).map((part) => ({
    name: part,
    points: series(samples, part)
      .map((value, index): [number, number] => [samples[index]!.atSeconds, value])
      .filter(([, value]) => Number.isFinite(value)),
  })),
});

/** That none of `parts` holds more at the end of a run than in its second quarter. */
export const flatTargets = (samples: readonly Sample[], parts: readonly string[]): readonly Target[] =>
  parts.map((part) => {
    const values = series(samples, part);
    return atMost(
      `memory of the ${part}, last quarter against the second`,
      FLAT_FACTOR,
      quarterOf(values, 4) / quarterOf(values, 2),
      ' times',
    );
  });

/** The same, and that each part never holds more than its limit in mebibytes. */
export const memoryTargets = (
  samples: readonly Sample[],
  limits: Readonly<Record<string, number>>,
): readonly Target[] => [
  ...Object.entries(limits).map(([part, mebibytes]) =>
    atMost(`memory of the ${part}`, mebibytes, highestOf(series(samples, part)), ' MiB'),
  ),
  ...flatTargets(samples, Object.keys(limits)),
];
