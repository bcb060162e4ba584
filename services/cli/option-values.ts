/** The values of options, checked while the command line is read: a wrong one is a usage error. */
import { InvalidArgumentError } from 'commander';

/** From `least` to `most`, both included. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };

const decimal =
  (expected: string) =>
  (text: string): number => {
    if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
    throw new InvalidArgumentError(expected);
  };

/** Any number of seconds; the API knows its limits. */
export const seconds = decimal('Expected seconds, such as 30 or 2.5.');

/** How often in a second; the API knows its limits. */
export const perSecond = decimal('Expected a number, such as 10 or 0.5.');

const SECONDS_OF: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** A span of time: `90`, `90s`, `15m`, `24h` or `7d`. */
export function spanInSeconds(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  const size = SECONDS_OF[unit];
  if (count !== undefined && size !== undefined) return Number(count) * size;
  throw new InvalidArgumentError('Expected seconds, or such as 90m, 24h or 7d.');
}

/** `a, b` → `['a', 'b']`. */
export function commaList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.every((item) => item !== '')) return items;
  throw new InvalidArgumentError('Expected names, separated by commas.');
}

/** Collects `Name: value` of a repeated option. */
export function headerLine(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Expected 'Name: value'.");
  // Not by assignment, which would lose a header named __proto__.
  return Object.fromEntries([...Object.entries(before), [name, value.trim()]]);
}

/** A JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Told below, like every other text that is no object.
  }
  throw new InvalidArgumentError('Expected a JSON object.');
}

/** An http or https url. */
export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Expected a url such as http://127.0.0.1:3000/hook.');
}
