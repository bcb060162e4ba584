/** Reads the `Retry-After` header of an answer (RFC 9110, sections 10.2.3 and 5.6.7). */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

const HTTP_DATE_FORMS = [
  new RegExp(`^${DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`), // IMF-fixdate
  new RegExp(`^${LONG_DAY}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`), // RFC 850
  new RegExp(`^${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`), // asctime
];

/**
 * How long an answer asks to be left alone.
 *
 * @param value the header as it came; undefined where there was none
 * @param nowMs the present as Unix milliseconds, against which a date is read
 * @returns milliseconds, a safe integer and never negative: 0 for what lies in the past. Not capped
 *   otherwise: the caller decides how much waiting it grants. Null for no header, and for text that is
 *   neither a number of seconds nor one of the three forms of an HTTP date.
 */
export function parseRetryAfterMs(value: string | undefined, nowMs: number): number | null {
  const text = value?.trim();
  if (text === undefined) return null;
  const waitMs = /^-?\d+$/.test(text) ? Number(text) * 1000 : httpDateMs(text, nowMs) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(0, Math.round(waitMs)), Number.MAX_SAFE_INTEGER);
}

/** Unix milliseconds of an HTTP date; NaN for any other text, and for a day that no calendar has. */
function httpDateMs(text: string, nowMs: number): number {
  const parts = HTTP_DATE_FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return NaN;
  const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const month = MONTHS.indexOf(parts.month!);
  const year = parts.year!.length === 2 ? expandYear(Number(parts.year), nowMs) : Number(parts.year);

  // Second 60 is a leap second; Date reads it as the first of the next minute.
  if (hour > 23 || minute > 59 || second > 60) return NaN;
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month) return NaN;
  return date.setUTCHours(hour, minute, second);
}

/**
 * The year nearest to the present that ends in two digits. More than 50 years ahead it is the one before
 * (RFC 9110, 5.6.7); the other direction lets a date just after the turn of a century be the future.
 */
function expandYear(lastTwoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + lastTwoDigits;
  if (year > thisYear + 50) return year - 100;
  return year <= thisYear - 50 ? year + 100 : year;
}
