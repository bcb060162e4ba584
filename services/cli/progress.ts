/** How far long work has come: a bar, how much of it, how fast. */

/** So far, and in all as far as is known now. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

const BAR_CELLS = 24;

/** One line. `unit` is what is counted, in the plural. */
export function progressLine({ done, total }: Progress, elapsedMs: number, unit: string): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.floor(share * BAR_CELLS);
  const bar = '#'.repeat(filled).padEnd(BAR_CELLS, '-');
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `[${bar}] ${percent}  ${figure(done)} of ${figure(total)} ${unit}, ${figure(perSecond(done, elapsedMs))} a second`;
}

/** A whole number; 0 where no time has passed. */
export const perSecond = (count: number, elapsedMs: number): number =>
  elapsedMs <= 0 ? 0 : Math.round((count * 1_000) / elapsedMs);

/** A number as people read it: `1,234,567`. */
export const figure = (value: number): string => value.toLocaleString('en');
