import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toUtcTimestamp, utcTimestampOf } from '../../schemas/timestamp.ts';

it.each([
  ['2024-01-15T10:30:05.123Z', '2024-01-15T10:30:05.123Z'],
  ['2024-01-15t10:30:05z', '2024-01-15T10:30:05.000Z'],
  ['2024-01-15T10:30:05.1Z', '2024-01-15T10:30:05.100Z'],
  ['2024-01-15T10:30:05.1239999999999999999999Z', '2024-01-15T10:30:05.123Z'],
  ['2024-01-15T12:30:05+02:00', '2024-01-15T10:30:05.000Z'],
  ['2024-01-15T05:00:05-05:30', '2024-01-15T10:30:05.000Z'],
  ['2024-01-15T10:30:05-00:00', '2024-01-15T10:30:05.000Z'],
  ['2024-01-01T00:30:00+23:59', '2023-12-31T00:31:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
  ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['0050-06-01T00:00:00Z', '0050-06-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['2016-12-31T23:59:60.5Z', '2017-01-01T00:00:00.500Z'],
  ['1990-12-31T15:59:60-08:00', '1991-01-01T00:00:00.000Z'],
])('reads %s as %s', (text, expected) => {
  expect(toUtcTimestamp(text)).toBe(expected);
});

it.each([
  '',
  '2024-01-15',
  '2024-01-15T10:30Z',
  '2024-01-15T10:30:05',
  '2024-01-15 10:30:05Z',
  ' 2024-01-15T10:30:05Z',
  '2024-01-15T10:30:05Z\n',
  '2024-01-15T10:30:05.Z',
  '2024-01-15T10:30:05,5Z',
  '2024-01-15T10:30:05+0200',
  '2024-01-15T10:30:05+02',
  '2024-1-15T10:30:05Z',
  '+02024-01-15T10:30:05Z',
  '２024-01-15T10:30:05Z',
  '2023-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '2024-00-15T00:00:00Z',
  '2024-13-15T00:00:00Z',
  '2024-01-00T00:00:00Z',
  '2024-01-15T24:00:00Z',
  '2024-01-15T10:60:00Z',
  '2024-01-15T10:30:61Z',
  '2024-01-15T10:30:60Z',
  '2024-01-15T23:59:60+01:00',
  '2024-01-15T10:30:05+24:00',
  '2024-01-15T10:30:05+01:60',
  '0000-12-31T00:00:00Z',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '1705314605',
  'Mon, 15 Jan 2024 10:30:05 GMT',
])('refuses %j', (text) => {
  expect(toUtcTimestamp(text)).toBeNull();
});

const instant = fc.date({
  min: new Date('0002-01-01T00:00:00Z'),
  max: new Date('9998-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

it('reads every instant at every offset as itself', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -1_439, max: 1_439 }), (at, offsetMinutes) => {
      const local = new Date(at.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
      const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
      const offset = [hours, minutes].map((part) => String(part).padStart(2, '0')).join(':');
      expect(toUtcTimestamp(`${local}${offsetMinutes < 0 ? '-' : '+'}${offset}`)).toBe(at.toISOString());
    }),
  );
});

it('leaves its own text alone', () => {
  fc.assert(fc.property(instant, (at) => toUtcTimestamp(at.toISOString()) === at.toISOString()));
});

it('takes a text of its own form exactly where there is such a day and such a time', () => {
  const padded = (max: number, length: number) =>
    fc.integer({ min: 0, max }).map((number) => String(number).padStart(length, '0'));
  const parts = fc.tuple(padded(9_999, 4), padded(13, 2), padded(32, 2), padded(24, 2), padded(60, 2));
  fc.assert(
    fc.property(parts, padded(59, 2), padded(999, 3), ([year, month, day, hour, minute], second, ms) => {
      const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
      const at = new Date(text);
      const isReal = year !== '0000' && !Number.isNaN(at.getTime()) && at.toISOString() === text;
      expect(toUtcTimestamp(text)).toBe(isReal ? text : null);
    }),
    { numRuns: 1_000, examples: [[['2023', '02', '29', '00', '00'], '00', '000']] },
  );
});

it.each([Number.NaN, Infinity, -Infinity, 8.64e15, -8.64e15])(
  'has no text for the instant %d',
  (instantMs) => {
    expect(utcTimestampOf(instantMs)).toBeNull();
  },
);
