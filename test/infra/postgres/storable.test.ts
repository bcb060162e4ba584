import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storableJson, storableText } from '../../../infra/postgres/storable.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

describe('what PostgreSQL is given', () => {
  it('has neither NUL nor half a character, and is as long as before', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stored = storableText(text);
        expect(stored).not.toContain('\0');
        expect(Buffer.from(stored).toString()).toBe(stored);
        expect(stored).toHaveLength(text.length);
      }),
    );
  });

  it('is left as it is where nothing is wrong with it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(storableText(text)).toBe(text.replaceAll('\0', '\uFFFD'));
      }),
    );
  });

  it('shows what was replaced', () => {
    expect(storableText('a\0b\uD83Dc\uD83D\uDE00')).toBe('a\uFFFDb\uFFFDc\uD83D\uDE00');
  });

  it('is the same for headers together as for each of their texts', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (headers) => {
        const stored = Object.entries(headers).map(([name, value]) => [
          storableText(name),
          storableText(value),
        ]);
        expect(JSON.parse(storableJson(headers))).toEqual(
          JSON.parse(JSON.stringify(Object.fromEntries(stored))),
        );
      }),
    );
  });

  it('holds names and values of headers', () => {
    expect(JSON.parse(storableJson({ 'x-\0': '\uDC00', etag: '"1"' }))).toEqual({
      'x-\uFFFD': '\uFFFD',
      etag: '"1"',
    });
  });
});
