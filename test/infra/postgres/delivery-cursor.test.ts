import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../infra/postgres/delivery-cursor.ts';
import { DeliveryId } from '../../../schemas/ids.ts';

const place = fc.record({
  createdAt: fc
    .date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString()),
  id: fc.stringMatching(/^del_[A-Za-z0-9]{20,64}$/).map((text) => DeliveryId.parse(text)),
});

describe('a cursor', () => {
  it('gives back the place that it was made of', () => {
    fc.assert(
      fc.property(place, (end) => {
        expect(decodeCursor(encodeCursor(end))).toEqual(end);
      }),
    );
  });

  it('needs no escaping in a url', () => {
    fc.assert(
      fc.property(place, (end) => {
        expect(encodeCursor(end)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it('is refused where it was not made here', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(decodeCursor(text)).toBeNull();
      }),
    );
  });

  it('is refused with anything added, taken away or written otherwise', () => {
    const cursor = encodeCursor({
      createdAt: '2024-01-15T10:30:00.000Z',
      id: DeliveryId.parse('del_000000000000000000000001'),
    });
    for (const broken of [`${cursor}=`, `${cursor} `, ` ${cursor}`, cursor.slice(0, -1), `${cursor}AA`]) {
      expect(decodeCursor(broken)).toBeNull();
    }
  });

  it('is refused with a time that the calendar or PostgreSQL does not have', () => {
    for (const time of ['2024-02-30T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '2024-01-15']) {
      const cursor = Buffer.from(`${time} del_000000000000000000000001`).toString('base64url');
      expect(decodeCursor(cursor)).toBeNull();
    }
  });
});
