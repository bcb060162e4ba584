/**
 * The lossless rule: what is written of a JSON document is what `JSON.stringify(JSON.parse(text))` writes,
 * except that a number literal whose decimal value a double cannot give back (`12345678901234567890`, `1e400`,
 * `3.141592653589793238`) is written as it was produced. So receivers that parse and write again before they
 * verify a signature get the same bytes, and no number changes its value on the way.
 *
 * All that follows is `JSON.parse`'s: the last of two equal keys wins, at the place of the first; keys that
 * are array indices come first, in ascending order; `__proto__` is a key like any other; `-0` becomes `0`; a
 * lone surrogate stays the escape that it was.
 */
import type { JsonReading, JsonValue } from '../../schemas/json.ts';

/**
 * The most levels of objects and arrays in a document. `JSON.stringify` calls itself for each level and runs
 * out of Node's default stack near 4,500 of them; half of that leaves room for whoever calls us.
 */
export const MAX_NESTING = 2_000;

/**
 * A literal that a double may not give back, after one of the characters that can stand before a number. Any
 * other has at most 15 significant digits and a magnitude between 1e-113 and 1e114, which every double returns
 * (IEEE 754 binary64: DBL_DIG is 15). Finds too much on purpose, also in strings; lossyLiterals decides.
 */
const MAY_LOSE = /(?:^|[ \t\r\n:,[])-?(?:[0-9.]{16}|[0-9.]+[eE][+-]?[0-9]{3})/;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** Reads a document. Never throws; takes time in proportion to the text, whatever it holds. */
export function readJson(text: string): JsonReading {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return { ok: false, failure: 'not_json' };
  }
  if (isTooDeep(text)) return { ok: false, failure: 'too_deep' };
  const lossy = MAY_LOSE.test(text) ? lossyLiterals(text) : [];
  return {
    ok: true,
    value,
    textOf:
      lossy.length === 0
        ? (part) => JSON.stringify(part(value))
        : (part) => textWithLiterals(text, value, lossy, part),
  };
}

interface Literal {
  readonly start: number;
  readonly end: number;
}

/**
 * Writes a twin of the document in which each lossy literal is a string that occurs nowhere else, then puts
 * the literals back in place of those strings. A twin, and not a walk over the tokens: which of two equal
 * keys wins, and in what order keys come, stays JSON.parse's to say.
 */
function textWithLiterals(
  text: string,
  value: JsonValue,
  lossy: readonly Literal[],
  part: (document: JsonValue) => JsonValue,
): string {
  // JSON.stringify never escapes letters and digits, so what its text does not hold no key and no string holds.
  const mark = absentFrom(JSON.stringify(value));
  const pieces: string[] = [];
  let copiedTo = 0;
  lossy.forEach(({ start, end }, index) => {
    pieces.push(text.slice(copiedTo, start), `"${mark}${index}"`);
    copiedTo = end;
  });
  pieces.push(text.slice(copiedTo));
  const twin = JSON.parse(pieces.join('')) as JsonValue;
  return JSON.stringify(part(twin)).replace(new RegExp(`"${mark}(\\d+)"`, 'g'), (_marked, index: string) => {
    const literal = lossy[Number(index)];
    return literal === undefined ? '' : text.slice(literal.start, literal.end);
  });
}

/** The first of `lossy0x`, `lossy1x`, … that `text` does not contain. One pass, however many it contains. */
function absentFrom(text: string): string {
  const taken = new Set<string>();
  for (const [, digits = ''] of text.matchAll(/lossy(\d+)x/g)) taken.add(digits);
  let candidate = 0;
  while (taken.has(String(candidate))) candidate++;
  return `lossy${candidate}x`;
}

/** The number literals of valid JSON text whose decimal value a double cannot give back, in order. */
function lossyLiterals(text: string): Literal[] {
  const found: Literal[] = [];
  for (let at = 0; at < text.length;) {
    const character = text[at] ?? '';
    if (character === '"') {
      at = afterString(text, at);
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      NUMBER.lastIndex = at;
      const literal = NUMBER.exec(text)?.[0] ?? character;
      if (isLossy(literal)) found.push({ start: at, end: at + literal.length });
      at += literal.length;
    } else {
      at++;
    }
  }
  return found;
}

/** The place after the string literal that begins at `start` of valid JSON text. */
function afterString(text: string, start: number): number {
  let quote = start;
  let backslashes: number;
  do {
    quote = text.indexOf('"', quote + 1);
    backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
  } while (backslashes % 2 === 1);
  return quote + 1;
}

function isLossy(literal: string): boolean {
  const double = Number(literal);
  const written = String(double);
  if (written === literal) return false;
  return !Number.isFinite(double) || decimalOf(written) !== decimalOf(literal);
}

/**
 * The decimal value of a literal in one form: its significant digits, and the power of ten of the last of
 * them. Only for literals that a double holds as a finite number: their exponents are small enough to be
 * exact here, or their value is zero or rounds to it.
 */
function decimalOf(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(literal) ?? [];
  const digits = whole + fraction;
  let first = 0;
  while (digits[first] === '0') first++;
  if (first === digits.length) return '0';
  // Not /0+$/: on a million digits it would look from every zero to the end.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${sign}${digits.slice(first, end)}e${power}`;
}

/** Valid JSON text with more than MAX_NESTING open objects and arrays at some place. */
function isTooDeep(text: string): boolean {
  // Every level takes an opening and a closing character.
  if (text.length <= 2 * MAX_NESTING) return false;
  let depth = 0;
  for (let at = 0; at < text.length;) {
    const character = text[at];
    if (character === '"') {
      at = afterString(text, at);
      continue;
    }
    if (character === '{' || character === '[') depth++;
    if (character === '}' || character === ']') depth--;
    if (depth > MAX_NESTING) return true;
    at++;
  }
  return false;
}
