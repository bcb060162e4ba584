/** What several runs or many latencies come to. */

/** The value at `q` in [0, 1] by nearest rank; NaN of nothing. */
export function quantile(values: readonly number[] | Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

/** The smallest, the middle and the largest. */
export const spread = (values: readonly number[]): readonly [min: number, median: number, max: number] => [
  Math.min(...values),
  quantile(values, 0.5),
  Math.max(...values),
];
