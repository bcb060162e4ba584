import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_NESTING, readJson } from '../../../domain/deliver/json-text.ts';

/** The canonical text of a whole document, or the failure. */
function canonical(text: string): string {
  const reading = readJson(text);
  return reading.ok ? reading.textOf((document) => document) : reading.failure;
}

/** A number literal's exact value as a fraction of two integers. */
function fractionOf(literal: string): readonly [bigint, bigint] {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)];
}

function haveSameValue(left: string, right: string): boolean {
  const [a, b] = fractionOf(left);
  const [c, d] = fractionOf(right);
  return a * d === c * b;
}

/** The rule once more, by exact arithmetic: what JSON.stringify writes, or the literal where that is another value. */
function expectedNumber(literal: string): string {
  const written = JSON.stringify(Number(literal));
  return written !== 'null' && haveSameValue(written, literal) ? written : literal;
}

/** A document as its author wrote it: JSON text, and the canonical text by an independent writer. */
interface Written {
  readonly text: string;
  readonly canonical: string;
}

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });
const numberLiteral = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      fc.constant('0'),
      fc.tuple(fc.constantFrom(...'123456789'), digits(0, 24)).map(([a, b]) => a + b),
    ),
    fc.option(digits(1, 24), { nil: null }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(1, 3)), {
      nil: null,
    }),
  )
  .map(([isNegative, whole, fraction, exponent]) =>
    [isNegative ? '-' : '', whole, fraction === null ? '' : `.${fraction}`, ...(exponent ?? [])].join(''),
  );
const nastyLiteral = fc.constantFrom(
  ...[
    '0',
    '-0',
    '-0.0',
    '0.1',
    '2.0',
    '1E2',
    '1e400',
    '-1e400',
    '1e-400',
    '5e-324',
    '4e-324',
    '1e23',
    '0e999',
  ],
  ...['12345678901234567890', '9007199254740993', '9007199254740992', '3.141592653589793238', '1e0000000400'],
);
const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '1',
    '2',
    '10',
    '01',
    '__proto__',
    'constructor',
    'toString',
    'toJSON',
    '',
    'lossy0x0',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const stringValue = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    'lossy0x',
    'lossy0x0',
    '"lossy1x0"',
    '12345678901234567890',
    ': 1e400,',
    '\ud800',
    '\\',
    '\\"',
  ),
);
/** A string literal, with some of its characters needlessly escaped. */
const quoted = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.boolean()).map(([value, isEscaped]) => ({
    value,
    text: isEscaped
      ? `"${[...Array(value.length).keys()].map((at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
      : JSON.stringify(value),
  }));
const space = fc.constantFrom('', '', ' ', '\n\t', '\r ');

/** Where JSON.parse puts keys: array indices first and in order, then the others as they first came. */
function objectText(members: ReadonlyMap<string, string>): string {
  const isIndex = (name: string) => /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
  const names = [...members.keys()];
  const ordered = [
    ...names.filter(isIndex).sort((a, b) => Number(a) - Number(b)),
    ...names.filter((name) => !isIndex(name)),
  ];
  return `{${ordered.map((name) => `${JSON.stringify(name)}:${members.get(name)}`).join(',')}}`;
}

const { document: anyDocument } = fc.letrec<{ document: Written; array: Written; object: Written }>(
  (tie) => ({
    document: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(numberLiteral, nastyLiteral).map((text) => ({ text, canonical: expectedNumber(text) })),
      quoted(stringValue).map(({ text, value }) => ({ text, canonical: JSON.stringify(value) })),
      fc.constantFrom('true', 'false', 'null').map((text) => ({ text, canonical: text })),
      tie('array'),
      tie('object'),
    ),
    array: fc.tuple(space, fc.array(tie('document'), { maxLength: 4 })).map(([gap, items]) => ({
      text: `[${gap}${items.map((item) => item.text).join(`${gap},`)}${gap}]`,
      canonical: `[${items.map((item) => item.canonical).join(',')}]`,
    })),
    object: fc
      .tuple(space, fc.array(fc.tuple(quoted(key), tie('document')), { maxLength: 5 }))
      .map(([gap, members]) => ({
        text: `{${members.map(([name, item]) => `${gap}${name.text}:${gap}${item.text}`).join(',')}${gap}}`,
        canonical: objectText(new Map(members.map(([name, item]) => [name.value, item.canonical]))),
      })),
  }),
);

describe('a number', () => {
  it.each([
    ['2.0', '2'],
    ['1E2', '100'],
    ['0.1', '0.1'],
    ['-0', '0'],
    ['-0.0', '0'],
    ['0e999', '0'],
    ['5e-324', '5e-324'],
    ['1e23', '1e+23'],
    ['100000000000000000000000', '1e+23'],
    ['9007199254740992', '9007199254740992'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['1.50000000000000000000000000', '1.5'],
  ])('is written as JSON.stringify would: %s as %s', (literal, written) => {
    expect(canonical(`{"n":${literal}}`)).toBe(`{"n":${written}}`);
  });

  it.each([
    '12345678901234567890',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1e-400',
    '-1e-400',
    '4e-324',
    '3.141592653589793238',
    '1.0000000000000000000000001E+2',
    '1e99999999999999999999',
  ])('that a double cannot give back is written as produced: %s', (literal) => {
    expect(canonical(`{"n":[ ${literal} ],"m":-1}`)).toBe(`{"n":[${literal}],"m":-1}`);
  });

  it('stands alone as a document too', () => {
    expect(canonical(' 12345678901234567890 ')).toBe('12345678901234567890');
  });

  it('inside a string is text', () => {
    expect(canonical('{"a":": 12345678901234567890 ","b":"\\": 1e400"}')).toBe(
      '{"a":": 12345678901234567890 ","b":"\\": 1e400"}',
    );
  });
});

describe('what JSON.parse decides', () => {
  const lossy = '12345678901234567890';
  it.each([
    ['the last of equal keys wins, at the place of the first', `{"a":${lossy},"b":1,"a":2}`, '{"a":2,"b":1}'],
    ['a lossy last one too', `{"a":1,"b":1,"a":${lossy}}`, `{"a":${lossy},"b":1}`],
    ['array indices come first', `{"b":${lossy},"2":1e400,"1":0}`, `{"1":0,"2":1e400,"b":${lossy}}`],
    ['__proto__ is a key', `{"__proto__":{"x":${lossy}},"y":1}`, `{"__proto__":{"x":${lossy}},"y":1}`],
    ['toJSON is a key', `{"toJSON":${lossy}}`, `{"toJSON":${lossy}}`],
    ['a lone surrogate stays an escape', `["\\uD800",${lossy}]`, `["\\ud800",${lossy}]`],
    ['a pair becomes its character', `["\\ud83d\\ude00",${lossy}]`, `["😀",${lossy}]`],
  ])('%s', (_rule, text, written) => {
    expect(canonical(text)).toBe(written);
  });
});

it('keeps apart what is its own mark and what the document says, escaped or not', () => {
  const text = '{"lossy0x":"lossy1x0","b":"\\u006cossy2x0","n":12345678901234567890,"m":"\\"lossy3x0\\""}';
  expect(canonical(text)).toBe(
    '{"lossy0x":"lossy1x0","b":"lossy2x0","n":12345678901234567890,"m":"\\"lossy3x0\\""}',
  );
});

it('gives the text of a part', () => {
  const reading = readJson('{"id":1,"data":{"n":1e400,"s":"x"}}');
  expect(reading.ok && reading.textOf((document) => (document as { data: never }).data)).toBe(
    '{"n":1e400,"s":"x"}',
  );
});

it('gives the value as JSON.parse reads it', () => {
  const text = '{"n":1e400,"__proto__":[12345678901234567890]}';
  const reading = readJson(text);
  expect(reading.ok && reading.value).toEqual(JSON.parse(text));
});

it.each(['', '{', '{"a":01}', '{"a":1,}', 'undefined', "{'a':1}", '[1]]', '"\u0001"', 'NaN', '[1e]'])(
  'refuses what is no JSON: %j',
  (text) => {
    expect(canonical(text)).toBe('not_json');
  },
);

it('writes every document as an independent writer does', () => {
  fc.assert(
    fc.property(anyDocument, ({ text, canonical: expected }) => {
      expect(canonical(text)).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});

it('changes no number, by exact arithmetic', () => {
  fc.assert(
    fc.property(fc.oneof(numberLiteral, nastyLiteral), (literal) =>
      haveSameValue(canonical(literal), literal),
    ),
    { numRuns: 3_000 },
  );
});

it('leaves its own text alone', () => {
  fc.assert(fc.property(anyDocument, ({ text }) => canonical(canonical(text)) === canonical(text)));
});

it('is JSON.stringify of JSON.parse wherever numbers are doubles', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value, null, 1);
      return canonical(text) === JSON.stringify(JSON.parse(text));
    }),
  );
});

describe('depth', () => {
  const nested = (levels: number, inner = '1e400') =>
    '{"a":['.repeat(levels / 2) + inner + ']}'.repeat(levels / 2);

  it('is kept up to the limit', () => {
    expect(canonical(nested(MAX_NESTING))).toBe(nested(MAX_NESTING));
  });

  it.each([MAX_NESTING + 2, 10_000, 400_000])('is refused beyond it: %i levels', (levels) => {
    expect(canonical(nested(levels))).toBe('too_deep');
  });

  it('does not count brackets in strings', () => {
    const text = JSON.stringify(['\\"[{'.repeat(MAX_NESTING)]);
    expect(canonical(text)).toBe(text);
  });

  it('does not count what was closed', () => {
    const text = `[${'[],{},'.repeat(MAX_NESTING)}0]`;
    expect(canonical(text)).toBe(text);
  });
});

describe('a document of a million bytes, made to be slow,', () => {
  const size = 1_000_000;
  it.each([
    ['one number of zeros with a digit at each end', `1${'0'.repeat(size)}1`],
    ['one fraction of zeros', `0.${'0'.repeat(size)}1`],
    ['lossy numbers only', `[${Array(50_000).fill('12345678901234567890').join(',')}]`],
    ['a string of backslashes', `["${'\\\\'.repeat(size / 2)}",1e400]`],
    ['escaped quotes', `["${'\\"'.repeat(size / 2)}",1e400]`],
    ['every mark taken', `["${[...Array(80_000).keys()].map((n) => `lossy${n}x`).join('')}",1e400]`],
    ['digits that are no number', `["${' 1111111.1111111'.repeat(size / 16)}",1e400]`],
  ])('is read and written within two seconds of CPU: %s', (_what, text) => {
    const before = process.cpuUsage();
    expect(canonical(text) === text).toBe(true);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
});
