/** Points in time as text. Outside: RFC 3339 with any offset. Inside: UTC, milliseconds, `Z`. */

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
/** How we write them ourselves. February 29 is left out, for not every year has it; the year 0000 is none. */
const CANONICAL =
  /^(?!0000)\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The same instant in UTC with milliseconds and `Z`, or null where `text` is no RFC 3339 date-time of a real
 * calendar date (https://www.rfc-editor.org/rfc/rfc3339#section-5.6). A fraction of any length is cut, not
 * rounded, to milliseconds. A leap second (`:60`, in UTC's last minute of a day only) becomes the second after
 * it, as POSIX clocks count it. Years 0001 to 9999 in UTC: others have no such text, or no place in PostgreSQL.
 */
export function toUtcTimestamp(text: string): string | null {
  // Nearly all that is read: nothing has to be worked out.
  if (CANONICAL.test(text)) return text;
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return null;

  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  const midnightMs = date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;

  const offsetMs = Number(offsetHour ?? 0) * HOUR_MS + Number(offsetMinute ?? 0) * MINUTE_MS;
  const wholeSecondMs =
    midnightMs +
    Number(hour) * HOUR_MS +
    Number(minute) * MINUTE_MS +
    Number(second) * SECOND_MS -
    (sign === '-' ? -offsetMs : offsetMs);
  if (second === '60' && wholeSecondMs % DAY_MS !== 0) return null;
  return utcTimestampOf(wholeSecondMs + Number(`${fraction}00`.slice(0, 3)));
}

/** The text of an instant in milliseconds since 1970, or null outside the years 0001 to 9999. */
export function utcTimestampOf(instantMs: number): string | null {
  return instantMs >= FIRST_MS && instantMs <= LAST_MS ? new Date(instantMs).toISOString() : null;
}
