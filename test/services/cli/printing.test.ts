import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { age, duration } from '../../../services/cli/elapsed.ts';
import { indentJson } from '../../../services/cli/indent-json.ts';
import { printable, printableLines } from '../../../services/cli/printable.ts';
import { table } from '../../../services/cli/table.ts';

describe('printable', () => {
  it('leaves nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
    );
  });

  it('changes nothing else', () => {
    expect(printable('naïve 日本 \\ "quoted" 🎉')).toBe('naïve 日本 \\ "quoted" 🎉');
  });

  it('keeps lines where lines are wanted', () => {
    expect(printableLines('a\r\nb\u0007')).toBe('a\nb\\u0007');
  });
});

describe('indentJson', () => {
  it('writes what JSON.stringify writes with an indentation of two', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        // Both take -0 for 0.
        const text = JSON.stringify(value);
        expect(indentJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2));
      }),
    );
  });

  it('keeps the digits of every number, and drops the spaces of the writer', () => {
    expect(indentJson('{ "a" :[1.0,\t12345678901234567890 ] }')).toBe(
      '{\n  "a": [\n    1.0,\n    12345678901234567890\n  ]\n}',
    );
  });

  it.each(['', '{', '{}x', "{'a':1}"])('knows that %j is no JSON', (text) => {
    expect(indentJson(text)).toBeNull();
  });

  it('does not grow a deep document out of all proportion', () => {
    expect(indentJson('['.repeat(5_000) + ']'.repeat(5_000))).toBeNull();
  });
});

describe('table', () => {
  const columns = [
    { title: 'ID', value: ({ id }: { id: string }) => id },
    { title: 'NOTE', value: () => 'long enough to be in the way', optional: true },
  ];

  it('leaves optional columns out where they do not fit', () => {
    expect(table([{ id: '1' }], columns, { columns: 20 })).toBe('ID\n1');
  });

  it('leaves nothing out where the output is no terminal', () => {
    expect(table([{ id: '1' }], columns, { columns: null })).toContain('in the way');
  });

  it('aligns wide characters, and takes a value for one line', () => {
    const rows = [{ id: '日本' }, { id: 'a\nb' }];
    const [, wide, escaped] = table(rows, [...columns, { title: 'Z', value: () => 'z' }], {
      columns: null,
    }).split('\n');
    expect(wide).toMatch(/^日本 {2}long/);
    expect(escaped).toMatch(/^a\\nb {2}long/);
  });
});

describe('spans of time', () => {
  const now = new Date('2024-01-15T12:00:00Z');
  it.each([
    ['2024-01-15T11:59:18Z', '42s'],
    ['2024-01-15T11:57:00Z', '3m'],
    ['2024-01-15T06:59:00Z', '5h'],
    ['2024-01-13T11:00:00Z', '2d'],
    ['2024-01-15T12:00:09Z', '0s'],
    ['never', '?'],
  ])('%s is %s ago', (moment, text) => {
    expect(age(moment, now)).toBe(text);
  });

  it('is in milliseconds below a second', () => {
    expect([duration(0.4), duration(999.4), duration(1_500)]).toEqual(['0 ms', '999 ms', '1.50 s']);
  });
});
