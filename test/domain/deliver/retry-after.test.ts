import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../../domain/deliver/retry-after.ts';

const NOW_MS = Date.UTC(2024, 0, 15, 10, 30, 0);
const MINUTE_MS = 60_000;

describe('a number of seconds', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['007', 7_000],
    [' 5\t', 5_000],
    ['-5', 0],
    ['-0', 0],
  ])('reads %j as %i ms', (value, waitMs) => {
    expect(parseRetryAfterMs(value, NOW_MS)).toBe(waitMs);
  });

  it('stays a safe integer however many digits it has', () => {
    expect(parseRetryAfterMs('9'.repeat(400), NOW_MS)).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseRetryAfterMs(`-${'9'.repeat(400)}`, NOW_MS)).toBe(0);
  });
});

describe('a date', () => {
  it.each([
    ['IMF-fixdate', 'Mon, 15 Jan 2024 10:31:00 GMT'],
    ['RFC 850', 'Monday, 15-Jan-24 10:31:00 GMT'],
    ['asctime', 'Mon Jan 15 10:31:00 2024'],
  ])('is read in the form of %s', (_, value) => {
    expect(parseRetryAfterMs(value, NOW_MS)).toBe(MINUTE_MS);
  });

  it('is read with a day of one digit in the form of asctime', () => {
    const nowMs = Date.UTC(1994, 10, 6, 8, 48, 37);
    expect(parseRetryAfterMs('Sun Nov  6 08:49:37 1994', nowMs)).toBe(MINUTE_MS);
  });

  it('that has passed asks for no wait', () => {
    expect(parseRetryAfterMs('Mon, 15 Jan 2024 10:29:59 GMT', NOW_MS)).toBe(0);
  });

  it('with two digits of a year more than 50 years ahead lies in the past', () => {
    expect(parseRetryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', NOW_MS)).toBe(0);
  });

  it('with two digits of a year may lie behind the turn of the century', () => {
    const nowMs = Date.UTC(2099, 11, 31, 23, 59, 0);
    expect(parseRetryAfterMs('Friday, 01-Jan-00 00:00:00 GMT', nowMs)).toBe(MINUTE_MS);
  });

  it('may name a leap second', () => {
    expect(parseRetryAfterMs('Mon, 15 Jan 2024 10:30:60 GMT', NOW_MS)).toBe(MINUTE_MS);
  });
});

it.each([
  [undefined],
  [''],
  ['soon'],
  ['1.5'],
  ['+5'],
  ['1e3'],
  ['0x10'],
  ['5 seconds'],
  ['120, 120'],
  ['2024-01-15T10:31:00Z'],
  ['Mon, 15 Jan 2024 10:31:00 +0000'],
  ['Mon, 15 Jan 2024 10:31:00'],
  ['mon, 15 jan 2024 10:31:00 gmt'],
  ['Mon, 32 Jan 2024 10:31:00 GMT'],
  ['Thu, 30 Feb 2024 10:31:00 GMT'],
  ['Mon, 15 Jan 2024 24:00:00 GMT'],
  ['Mon, 15 Jan 2024 10:60:00 GMT'],
  ['Mon, 15 Jan 2024 10:30:61 GMT'],
  ['Mon, 15 Foo 2024 10:31:00 GMT'],
])('finds no wait in %j', (value) => {
  expect(parseRetryAfterMs(value, NOW_MS)).toBeNull();
});

it('gives null or a safe integer that is not negative, whatever the text', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^-?\d{1,40}$/), fc.date().map(String));
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 4e12 }), (value, nowMs) => {
      const waitMs = parseRetryAfterMs(value, nowMs);
      expect(waitMs === null || (Number.isSafeInteger(waitMs) && waitMs >= 0)).toBe(true);
    }),
  );
});

it('waits from now to the date, for every second of the calendar', () => {
  const second = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 }).map((seconds) => seconds * 1000);
  fc.assert(
    fc.property(second, second, (dateMs, nowMs) => {
      const date = new Date(dateMs);
      const imfFixdate = date.toUTCString();
      const [, day, month, year, time] = imfFixdate.split(' ');
      const asctime = `${imfFixdate.slice(0, 3)} ${month} ${day!.replace(/^0/, ' ')} ${time} ${year}`;
      expect(parseRetryAfterMs(imfFixdate, nowMs)).toBe(Math.max(0, dateMs - nowMs));
      expect(parseRetryAfterMs(asctime, nowMs)).toBe(Math.max(0, dateMs - nowMs));
    }),
  );
});
