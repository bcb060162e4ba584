/** The stretch of the past that a request speaks of. */
import { invalidFields } from './problem.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Milliseconds since 1970; `toMs` is excluded. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `from` and `to`, by default the last 24 hours before `to`, and now. What has not happened yet is left out. */
export function windowOf(
  given: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): Window {
  const toMs = Math.min(given.to === undefined ? nowMs : Date.parse(given.to), nowMs);
  const fromMs = given.from === undefined ? toMs - DAY_MS : Date.parse(given.from);
  if (fromMs < toMs) return { fromMs, toMs };
  const message = given.to === undefined ? 'expected a time in the past' : 'expected a time before to';
  throw invalidFields([{ path: 'from', message }]);
}
