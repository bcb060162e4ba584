/** The language as a table: what stands in `filters`, what is in `data`, and whether that matches. */

/** JSON text where an object of JavaScript would not do: keys such as `__proto__`, and numbers out of range. */
export interface FilterCase {
  readonly says: string;
  readonly filters: unknown;
  readonly data: unknown;
  readonly matches: boolean;
}

const json = (text: string): unknown => JSON.parse(text);

/** `[says, filters, data, matches]` */
type Row = readonly [string, unknown, unknown, boolean];

const none: readonly Row[] = [
  ['no filter takes in any data', {}, { a: 1 }, true],
  ['no filter takes in empty data', {}, {}, true],
];

const bareValues: readonly Row[] = [
  ['a bare text equals the same text', { id: 'a' }, { id: 'a' }, true],
  ['a bare text does not equal another', { id: 'a' }, { id: 'b' }, false],
  ['a bare text does not equal a longer one', { id: 'a' }, { id: 'ab' }, false],
  ['case counts', { id: 'A' }, { id: 'a' }, false],
  ['spaces count', { id: 'a' }, { id: ' a' }, false],
  ['a bare number equals the same number', { n: 5 }, { n: 5 }, true],
  ['minus zero is zero', { n: json('-0') }, { n: 0 }, true],
  ['a number does not equal its text', { n: 5 }, { n: '5' }, false],
  ['a text does not equal its number', { n: '5' }, { n: 5 }, false],
  ['true equals true', { on: true }, { on: true }, true],
  ['true does not equal false', { on: true }, { on: false }, false],
  ['true does not equal 1', { on: true }, { on: 1 }, false],
  ['true does not equal its text', { on: true }, { on: 'true' }, false],
  ['false does not equal a missing field', { on: false }, {}, false],
  ['0 does not equal null', { n: 0 }, { n: null }, false],
  ['0 does not equal the empty text', { n: 0 }, { n: '' }, false],
  ['the empty text equals the empty text', { id: '' }, { id: '' }, true],
  ['the empty text does not equal null', { id: '' }, { id: null }, false],
  ['null equals null', { id: null }, { id: null }, true],
  ['null does not equal a missing field', { id: null }, {}, false],
  ['null does not equal the text null', { id: null }, { id: 'null' }, false],
  ['a bare text does not equal a list with it', { id: 'a' }, { id: ['a'] }, false],
  ['a bare text does not equal an object', { id: 'a' }, { id: { a: 'a' } }, false],
  ['a bare text fails where the field is missing', { id: 'a' }, { other: 'a' }, false],
];

const equality: readonly Row[] = [
  ['equals holds for the same text', { id: { equals: 'a' } }, { id: 'a' }, true],
  ['equals fails for another text', { id: { equals: 'a' } }, { id: 'b' }, false],
  ['equals null holds for null', { id: { equals: null } }, { id: null }, true],
  ['equals fails where the field is missing', { id: { equals: 'a' } }, {}, false],
  ['equals null fails where the field is missing', { id: { equals: null } }, {}, false],
  ['not_equals holds for another text', { id: { not_equals: 'a' } }, { id: 'b' }, true],
  ['not_equals fails for the same text', { id: { not_equals: 'a' } }, { id: 'a' }, false],
  ['not_equals holds where the field is missing', { id: { not_equals: 'a' } }, {}, true],
  ['not_equals holds for null', { id: { not_equals: 'a' } }, { id: null }, true],
  ['not_equals null fails for null', { id: { not_equals: null } }, { id: null }, false],
  ['not_equals null holds where the field is missing', { id: { not_equals: null } }, {}, true],
  ['not_equals holds for a value of another type', { n: { not_equals: 5 } }, { n: '5' }, true],
  ['not_equals holds for a list with the value', { id: { not_equals: 'a' } }, { id: ['a'] }, true],
];

const lists: readonly Row[] = [
  ['a list holds for its first value', { id: ['a', 'b'] }, { id: 'a' }, true],
  ['a list holds for its last value', { id: ['a', 'b'] }, { id: 'b' }, true],
  ['a list fails for what is not in it', { id: ['a', 'b'] }, { id: 'c' }, false],
  ['a list fails for a part of its value', { id: ['abc'] }, { id: 'ab' }, false],
  ['a list fails where the field is missing', { id: ['a'] }, {}, false],
  ['a list fails for null', { id: ['a'] }, { id: null }, false],
  ['a list with null holds for null', { id: ['a', null] }, { id: null }, true],
  ['a list with null fails where the field is missing', { id: ['a', null] }, {}, false],
  ['a list of numbers holds for one of them', { n: [1, 2] }, { n: 2 }, true],
  ['a list of numbers fails for the text of one', { n: [1, 2] }, { n: '2' }, false],
  ['a mixed list holds for its number', { n: [1, '2', true] }, { n: 1 }, true],
  ['a mixed list holds for its text', { n: [1, '2', true] }, { n: '2' }, true],
  ['a mixed list holds for its boolean', { n: [1, '2', true] }, { n: true }, true],
  ['a mixed list fails for the number of its text', { n: [1, '2', true] }, { n: 2 }, false],
  ['a list fails for a list', { id: ['a', 'b'] }, { id: ['a', 'b'] }, false],
  ['in is a list', { id: { in: ['a', 'b'] } }, { id: 'b' }, true],
  ['in fails for what is not in it', { id: { in: ['a', 'b'] } }, { id: 'c' }, false],
  ['in fails where the field is missing', { id: { in: ['a'] } }, {}, false],
  ['not_in holds for what is not in it', { id: { not_in: ['a', 'b'] } }, { id: 'c' }, true],
  ['not_in fails for what is in it', { id: { not_in: ['a', 'b'] } }, { id: 'b' }, false],
  ['not_in holds where the field is missing', { id: { not_in: ['a'] } }, {}, true],
  ['not_in holds for null', { id: { not_in: ['a'] } }, { id: null }, true],
  ['not_in with null fails for null', { id: { not_in: [null] } }, { id: null }, false],
  ['not_in with null holds where the field is missing', { id: { not_in: [null] } }, {}, true],
  ['not_in holds for a value of another type', { n: { not_in: [1] } }, { n: '1' }, true],
];

const texts: readonly Row[] = [
  ['starts_with holds at the start', { id: { starts_with: 'premium_' } }, { id: 'premium_7' }, true],
  ['starts_with holds for the whole', { id: { starts_with: 'premium_' } }, { id: 'premium_' }, true],
  ['starts_with fails inside', { id: { starts_with: 'premium_' } }, { id: 'a_premium_7' }, false],
  ['starts_with fails for a shorter text', { id: { starts_with: 'premium_' } }, { id: 'premium' }, false],
  ['starts_with minds case', { id: { starts_with: 'premium_' } }, { id: 'Premium_7' }, false],
  ['starts_with takes any of a list', { id: { starts_with: ['vip_', 'pro_'] } }, { id: 'pro_1' }, true],
  ['starts_with fails for none of a list', { id: { starts_with: ['vip_', 'pro_'] } }, { id: 'x_1' }, false],
  ['starts_with fails for a number', { id: { starts_with: '1' } }, { id: 12 }, false],
  ['starts_with fails for null', { id: { starts_with: 'n' } }, { id: null }, false],
  ['starts_with fails for a list', { id: { starts_with: 'a' } }, { id: ['a'] }, false],
  ['starts_with fails where the field is missing', { id: { starts_with: 'a' } }, {}, false],
  ['ends_with holds at the end', { id: { ends_with: '.pdf' } }, { id: 'a.pdf' }, true],
  ['ends_with holds for the whole', { id: { ends_with: '.pdf' } }, { id: '.pdf' }, true],
  ['ends_with fails inside', { id: { ends_with: '.pdf' } }, { id: 'a.pdf.zip' }, false],
  ['ends_with fails for a shorter text', { id: { ends_with: '.pdf' } }, { id: 'pdf' }, false],
  ['ends_with takes any of a list', { id: { ends_with: ['.pdf', '.doc'] } }, { id: 'a.doc' }, true],
  ['ends_with fails for a number', { id: { ends_with: '2' } }, { id: 12 }, false],
  ['ends_with fails where the field is missing', { id: { ends_with: 'a' } }, {}, false],
  ['contains holds inside', { out: { contains: 'err' } }, { out: 'an error' }, true],
  ['contains holds at the start', { out: { contains: 'an' } }, { out: 'an error' }, true],
  ['contains holds at the end', { out: { contains: 'ror' } }, { out: 'an error' }, true],
  ['contains fails where it is not', { out: { contains: 'fail' } }, { out: 'an error' }, false],
  ['contains minds case', { out: { contains: 'Error' } }, { out: 'an error' }, false],
  ['contains takes any of a list', { out: { contains: ['x', 'error'] } }, { out: 'an error' }, true],
  ['contains fails for the empty text', { out: { contains: 'x' } }, { out: '' }, false],
  ['contains fails for a number', { out: { contains: '5' } }, { out: 5 }, false],
  ['contains fails for an object', { out: { contains: 'a' } }, { out: { a: 'a' } }, false],
  ['contains fails for null', { out: { contains: 'null' } }, { out: null }, false],
  ['contains fails where the field is missing', { out: { contains: 'a' } }, {}, false],
  ['contains takes a pattern for plain text', { out: { contains: '.*' } }, { out: 'anything' }, false],
  ['contains finds what looks like a pattern', { out: { contains: '(a+)+$' } }, { out: 'x(a+)+$' }, true],
];

const containsOnLists: readonly Row[] = [
  ['contains holds for any element', { tags: { contains: 'bet' } }, { tags: ['alpha', 'beta'] }, true],
  ['contains fails for no element', { tags: { contains: 'x' } }, { tags: ['alpha', 'beta'] }, false],
  ['contains fails for an empty list', { tags: { contains: 'x' } }, { tags: [] }, false],
  ['contains skips elements that are no text', { tags: { contains: '5' } }, { tags: [5, null] }, false],
  ['contains finds text among others', { tags: { contains: 'b' } }, { tags: [5, null, 'b'] }, true],
  ['contains does not go into lists of lists', { tags: { contains: 'b' } }, { tags: [['b']] }, false],
  ['contains does not join elements', { tags: { contains: 'ab' } }, { tags: ['a', 'b'] }, false],
];

const containsKeys: readonly Row[] = [
  [
    'output_contains holds for one of its texts',
    { output_contains: ['error', 'failed'] },
    { output: 'it failed' },
    true,
  ],
  ['output_contains fails for none', { output_contains: ['error', 'failed'] }, { output: 'fine' }, false],
  ['output_contains takes a single text', { output_contains: 'error' }, { output: 'an error' }, true],
  ['output_contains fails where output is missing', { output_contains: ['error'] }, {}, false],
  ['output_contains fails for null', { output_contains: ['error'] }, { output: null }, false],
  ['output_contains fails for a number', { output_contains: ['4'] }, { output: 42 }, false],
  ['tags_contains holds for any element', { tags_contains: ['urgent'] }, { tags: ['a', 'urgent!'] }, true],
  [
    'it goes to nested fields',
    { 'error.message_contains': ['time'] },
    { error: { message: 'timed out' } },
    true,
  ],
  [
    'it does not look at a field of its own name',
    { output_contains: ['a'] },
    { output_contains: 'a' },
    false,
  ],
  [
    'with operators it is a field of that name',
    { output_contains: { equals: 'a' } },
    { output_contains: 'a' },
    true,
  ],
  ['with operators it is not the other field', { output_contains: { equals: 'a' } }, { output: 'a' }, false],
  ['alone the suffix is a field', { _contains: 'a' }, { _contains: 'a' }, true],
  ['only the last suffix is taken off', { a_contains_contains: 'x' }, { a_contains: 'xyz' }, true],
];

const numbers: readonly Row[] = [
  ['greater_than holds above', { n: { greater_than: 5 } }, { n: 5.1 }, true],
  ['greater_than fails at the bound', { n: { greater_than: 5 } }, { n: 5 }, false],
  ['greater_than fails below', { n: { greater_than: 5 } }, { n: 4 }, false],
  ['greater_or_equal holds at the bound', { n: { greater_or_equal: 5 } }, { n: 5 }, true],
  ['greater_or_equal fails below', { n: { greater_or_equal: 5 } }, { n: 4.9 }, false],
  ['less_than holds below', { n: { less_than: 5 } }, { n: 4.9 }, true],
  ['less_than fails at the bound', { n: { less_than: 5 } }, { n: 5 }, false],
  ['less_or_equal holds at the bound', { n: { less_or_equal: 5 } }, { n: 5 }, true],
  ['less_or_equal fails above', { n: { less_or_equal: 5 } }, { n: 5.1 }, false],
  ['negative numbers are in order', { n: { less_than: -1 } }, { n: -2 }, true],
  ['minus zero is not below zero', { n: { less_than: 0 } }, { n: json('-0') }, false],
  ['a bound of zero takes zero in', { n: { greater_or_equal: 0 } }, { n: 0 }, true],
  ['the text of a number is no number', { n: { greater_than: 5 } }, { n: '10' }, false],
  ['nor below', { n: { less_than: 5 } }, { n: '1' }, false],
  ['true is no number', { n: { greater_than: 0 } }, { n: true }, false],
  ['null is no number', { n: { less_than: 5 } }, { n: null }, false],
  ['a list is no number', { n: { greater_than: 0 } }, { n: [1] }, false],
  ['a missing field is no number', { n: { less_than: 5 } }, {}, false],
  ['nor where the bound is below zero', { n: { greater_than: -1 } }, {}, false],
  ['both bounds hold between them', { n: { greater_than: 1, less_than: 3 } }, { n: 2 }, true],
  ['below both one fails', { n: { greater_than: 1, less_than: 3 } }, { n: 1 }, false],
  ['above both one fails', { n: { greater_than: 1, less_than: 3 } }, { n: 3 }, false],
  ['bounds that exclude each other never hold', { n: { greater_than: 3, less_than: 1 } }, { n: 2 }, false],
  ['a number beyond doubles is above all', { n: { greater_than: 1e308 } }, json('{"n":1e400}'), true],
  ['a small fraction is kept', { cost: { greater_than: 0.1 } }, { cost: 0.10000000000000002 }, true],
];

const tokens: readonly Row[] = [
  [
    'token_usage is its total',
    { token_usage: { greater_than: 1000 } },
    { token_usage: { total_tokens: 1001 } },
    true,
  ],
  [
    'its total may be too small',
    { token_usage: { greater_than: 1000 } },
    { token_usage: { total_tokens: 1000 } },
    false,
  ],
  [
    'its other counts do not matter',
    { token_usage: { greater_than: 10 } },
    { token_usage: { prompt_tokens: 99, total_tokens: 9 } },
    false,
  ],
  [
    'without a total it is missing',
    { token_usage: { greater_than: 10 } },
    { token_usage: { prompt_tokens: 99 } },
    false,
  ],
  ['without a total not_equals holds', { token_usage: { not_equals: 10 } }, { token_usage: {} }, true],
  ['a plain number is the total itself', { token_usage: { greater_than: 10 } }, { token_usage: 11 }, true],
  [
    'a bare number is compared with the total',
    { token_usage: 225 },
    { token_usage: { total_tokens: 225 } },
    true,
  ],
  [
    'not_equals compares the total',
    { token_usage: { not_equals: 225 } },
    { token_usage: { total_tokens: 225 } },
    false,
  ],
  [
    'a list of numbers holds for the total',
    { token_usage: [1, 225] },
    { token_usage: { total_tokens: 225 } },
    true,
  ],
  [
    'not_in compares the total',
    { token_usage: { not_in: [225] } },
    { token_usage: { total_tokens: 225 } },
    false,
  ],
  [
    'a total that is text is no number',
    { token_usage: { greater_than: 1 } },
    { token_usage: { total_tokens: '225' } },
    false,
  ],
  [
    'the total can be named',
    { 'token_usage.total_tokens': 225 },
    { token_usage: { total_tokens: 225 } },
    true,
  ],
  [
    'other counts can be named',
    { 'token_usage.prompt_tokens': { less_than: 5 } },
    { token_usage: { prompt_tokens: 4 } },
    true,
  ],
  ['exists asks for token_usage itself', { token_usage: { exists: true } }, { token_usage: {} }, true],
  ['a text is compared with token_usage itself', { token_usage: 'n/a' }, { token_usage: 'n/a' }, true],
  [
    'a text is not compared with the total',
    { token_usage: 'n/a' },
    { token_usage: { total_tokens: 'n/a' } },
    false,
  ],
  [
    'nested token_usage is its total too',
    { 'step.token_usage': { greater_than: 1 } },
    { step: { token_usage: { total_tokens: 2 } } },
    true,
  ],
  [
    'a total in an own __proto__ is none',
    { token_usage: { greater_than: 1 } },
    json('{"token_usage":{"__proto__":{"total_tokens":9}}}'),
    false,
  ],
  ['other objects have no total', { usage: { greater_than: 1 } }, { usage: { total_tokens: 2 } }, false],
];

const presence: readonly Row[] = [
  ['exists holds for a value', { id: { exists: true } }, { id: 'a' }, true],
  ['exists holds for null', { id: { exists: true } }, { id: null }, true],
  ['exists holds for false', { id: { exists: true } }, { id: false }, true],
  ['exists holds for the empty text', { id: { exists: true } }, { id: '' }, true],
  ['exists holds for an empty list', { id: { exists: true } }, { id: [] }, true],
  ['exists fails where the field is missing', { id: { exists: true } }, {}, false],
  ['exists false holds where the field is missing', { id: { exists: false } }, {}, true],
  ['exists false fails for a value', { id: { exists: false } }, { id: 'a' }, false],
  ['exists false fails for null', { id: { exists: false } }, { id: null }, false],
  ['exists true and not null', { id: { exists: true, not_equals: null } }, { id: null }, false],
  ['exists holds for a nested field', { 'error.code': { exists: true } }, { error: { code: 1 } }, true],
  ['exists false holds below what is missing', { 'error.code': { exists: false } }, {}, true],
];

const paths: readonly Row[] = [
  ['a dotted name goes into objects', { 'error.code': 5 }, { error: { code: 5 } }, true],
  ['as deep as it says', { 'a.b.c.d': 5 }, { a: { b: { c: { d: 5 } } } }, true],
  ['not deeper', { 'a.b': 5 }, { a: { b: { c: 5 } } }, false],
  ['below a text nothing is found', { 'error.length': 4 }, { error: 'text' }, false],
  ['below null nothing is found', { 'error.code': 5 }, { error: null }, false],
  ['below a list nothing is found', { 'list.0': 'a' }, { list: ['a'] }, false],
  ['the length of a list is no field', { 'list.length': 1 }, { list: ['a'] }, false],
  ['a literal dotted key is found', { 'error.code': 5 }, { 'error.code': 5 }, true],
  ['it goes before the nested one', { 'error.code': 5 }, { 'error.code': 5, error: { code: 6 } }, true],
  ['and hides it', { 'error.code': 6 }, { 'error.code': 5, error: { code: 6 } }, false],
  ['even where it is null', { 'error.code': 6 }, { 'error.code': null, error: { code: 6 } }, false],
  ['literal keys are found further down', { 'error.http.code': 5 }, { error: { 'http.code': 5 } }, true],
  ['a key with spaces is found', { 'user name': 'a' }, { 'user name': 'a' }, true],
  ['a name that is a number is found', { '0': 'a' }, { '0': 'a' }, true],
];

const prototypes: readonly Row[] = [
  ['constructor is missing where it is not own', { constructor: { exists: true } }, {}, false],
  ['constructor is missing below too', { 'a.constructor': { exists: true } }, { a: {} }, false],
  ['toString is missing where it is not own', { toString: { exists: false } }, {}, true],
  ['hasOwnProperty in the data disturbs nothing', { id: 'a' }, { id: 'a', hasOwnProperty: 1 }, true],
  ['constructor is found where it is own', { constructor: 'x' }, { constructor: 'x' }, true],
  ['constructor.name is not inherited', { 'constructor.name': 'Object' }, {}, false],
  ['__proto__ is missing where it is not own', json('{"__proto__":{"exists":true}}'), {}, false],
  ['__proto__ is found where it is own', json('{"__proto__":"x"}'), json('{"__proto__":"x"}'), true],
  ['__proto__ is gone into where it is own', { '__proto__.a': 'x' }, json('{"__proto__":{"a":"x"}}'), true],
  ['own __proto__ lends no fields', { a: 'x' }, json('{"__proto__":{"a":"x"}}'), false],
  [
    '__proto__ may be in a list of groups',
    json('{"any":[{"__proto__":"x"}]}'),
    json('{"__proto__":"x"}'),
    true,
  ],
];

const unicode: readonly Row[] = [
  ['letters beyond ASCII are equal to themselves', { name: 'Zoë' }, { name: 'Zoë' }, true],
  ['nothing is normalised', { name: 'Zo\u00eb' }, { name: 'Zoe\u0308' }, false],
  ['an emoji is found inside', { text: { contains: '😀' } }, { text: 'hi 😀!' }, true],
  ['another emoji of the same plane is not', { text: { contains: '😀' } }, { text: 'hi 😁!' }, false],
  ['starts_with takes whole characters', { text: { starts_with: '😀' } }, { text: '😀a' }, true],
  ['ends_with takes whole characters', { text: { ends_with: '😀' } }, { text: 'a😀' }, true],
  ['field names may be beyond ASCII', { größe: { greater_than: 1 } }, { größe: 2 }, true],
  ['dotless and dotted i differ', { name: 'i' }, { name: 'ı' }, false],
  ['text from right to left is text', { name_contains: 'שלום' }, { name: 'אמר שלום לך' }, true],
];

const together: readonly Row[] = [
  ['every entry must hold', { a: 1, b: 2 }, { a: 1, b: 2 }, true],
  ['one that fails is enough', { a: 1, b: 2 }, { a: 1, b: 3 }, false],
  ['one that is missing is enough', { a: 1, b: 2 }, { a: 1 }, false],
  ['all operators of one field must hold', { id: { starts_with: 'a', ends_with: 'z' } }, { id: 'a-z' }, true],
  ['one of them that fails is enough', { id: { starts_with: 'a', ends_with: 'z' } }, { id: 'a-y' }, false],
  [
    'a field and its contains key both hold',
    { out: { not_equals: 'x' }, out_contains: 'x' },
    { out: 'xx' },
    true,
  ],
  ['or the one fails', { out: { not_equals: 'x' }, out_contains: 'x' }, { out: 'x' }, false],
  [
    "the seed's example",
    {
      workflow_id: ['customer_support_bot', 'sales_assistant'],
      user_id: { starts_with: 'premium_' },
      output_contains: ['error', 'failed', 'unable'],
    },
    { workflow_id: 'sales_assistant', user_id: 'premium_1', output: 'I am unable to help' },
    true,
  ],
];

const groups: readonly Row[] = [
  ['any holds where one holds', { any: [{ a: 1 }, { b: 2 }] }, { b: 2 }, true],
  ['any holds where both hold', { any: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 2 }, true],
  ['any fails where none holds', { any: [{ a: 1 }, { b: 2 }] }, { a: 2, b: 1 }, false],
  ['any of one is that one', { any: [{ a: 1 }] }, { a: 2 }, false],
  ['all holds where all hold', { all: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 2 }, true],
  ['all fails where one fails', { all: [{ a: 1 }, { b: 2 }] }, { a: 1 }, false],
  ['none holds where none holds', { none: [{ a: 1 }, { b: 2 }] }, { a: 2 }, true],
  ['none fails where one holds', { none: [{ a: 1 }, { b: 2 }] }, { b: 2 }, false],
  ['none holds for missing fields', { none: [{ a: { greater_than: 1 } }] }, {}, true],
  ['a member with two fields needs both', { any: [{ a: 1, b: 2 }] }, { a: 1 }, false],
  ['none of a member with two fields', { none: [{ a: 1, b: 2 }] }, { a: 1 }, true],
  ['groups stand beside fields', { c: 3, any: [{ a: 1 }, { b: 2 }] }, { a: 1, c: 3 }, true],
  ['and both must hold', { c: 3, any: [{ a: 1 }, { b: 2 }] }, { a: 1 }, false],
  ['two groups both hold', { any: [{ a: 1 }], none: [{ b: 2 }] }, { a: 1, b: 3 }, true],
  ['or one fails', { any: [{ a: 1 }], none: [{ b: 2 }] }, { a: 1, b: 2 }, false],
  ['any stands in any', { any: [{ a: 1 }, { any: [{ b: 2 }, { c: 3 }] }] }, { c: 3 }, true],
  ['none in none is any', { none: [{ none: [{ a: 1 }] }] }, { a: 1 }, true],
  ['none in none fails as any would', { none: [{ none: [{ a: 1 }] }] }, { a: 2 }, false],
  ['all stands in any', { any: [{ all: [{ a: 1 }, { b: 2 }] }, { c: 3 }] }, { a: 1, b: 2 }, true],
  ['any in all in none', { none: [{ all: [{ any: [{ a: 1 }, { a: 2 }] }] }] }, { a: 2 }, false],
  [
    'the same field in several members',
    { any: [{ n: { less_than: 1 } }, { n: { greater_than: 9 } }] },
    { n: 10 },
    true,
  ],
  ['a field named any, with operators', { any: { equals: 'x' } }, { any: 'x' }, true],
  ['a field named none, with a list', { none: { in: ['x'] } }, { none: 'y' }, false],
  [
    'contains keys stand in groups',
    { none: [{ output_contains: ['secret'] }] },
    { output: 'no secrets' },
    false,
  ],
];

export const FILTER_CASES: readonly FilterCase[] = [
  ...none,
  ...bareValues,
  ...equality,
  ...lists,
  ...texts,
  ...containsOnLists,
  ...containsKeys,
  ...numbers,
  ...tokens,
  ...presence,
  ...paths,
  ...prototypes,
  ...unicode,
  ...together,
  ...groups,
].map(([says, filters, data, matches]) => ({ says, filters, data, matches }));
