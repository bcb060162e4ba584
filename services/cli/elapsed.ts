/** Spans of time, short enough for a column. */

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const;

/** How long ago `moment` (RFC 3339) was, in its largest whole unit: `42s`, `3m`, `5h`, `2d`. Never negative. */
export function age(moment: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(moment)) / 1_000));
  if (Number.isNaN(seconds)) return '?';
  const unit = UNITS.find(([, size]) => seconds >= size);
  return unit === undefined ? `${seconds}s` : `${Math.floor(seconds / unit[1])}${unit[0]}`;
}

/** `12 ms`, or `1.23 s` from a second on. */
export const duration = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`;
