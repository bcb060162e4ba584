import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJson } from '../../domain/deliver/json-text.ts';
import { type EventRecord, MAX_EVENT_BYTES, parseEventRecord } from '../../schemas/event.ts';
import { EVENT_TYPES } from '../../schemas/event-types.ts';

const ENVELOPE = {
  id: 'evt_1',
  event: 'workflow.completed',
  timestamp: '2024-01-15T10:30:05.123Z',
  account_id: 'acme',
  data: { workflow_id: 'customer_support_bot' },
};
const CLOUD_EVENT = {
  specversion: '1.0',
  id: 'ce_1',
  source: '/workflows',
  type: 'workflow.completed',
  time: '2024-01-15T12:30:05.123+02:00',
  accountid: 'acme',
  data: { workflow_id: 'customer_support_bot' },
};
const BINARY_HEADERS = {
  ce_specversion: Buffer.from('1.0'),
  ce_id: Buffer.from('ce_1'),
  ce_source: Buffer.from('/workflows'),
  ce_type: Buffer.from('workflow.completed'),
  ce_time: Buffer.from('2024-01-15T12:30:05.123+02:00'),
  ce_accountid: Buffer.from('acme'),
  'content-type': Buffer.from('application/json'),
};

/** A record whose value is given as bytes, as text, or as what JSON.stringify makes of it. */
function recordOf(value: unknown, record: Partial<EventRecord> = {}): EventRecord {
  const bytes = Buffer.isBuffer(value)
    ? value
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return {
    topic: 'platform.events',
    partition: 2,
    offset: '9007199254740993',
    timestampMs: Date.parse('2024-01-15T10:31:00.000Z'),
    headers: {},
    value: bytes,
    ...record,
  };
}
const parse = (value: unknown, record?: Partial<EventRecord>) =>
  parseEventRecord(recordOf(value, record), EVENT_TYPES, readJson);
function accepted(value: unknown, record?: Partial<EventRecord>) {
  const parsed = parse(value, record);
  if (!parsed.ok) throw new Error(parsed.reason.message);
  return parsed.event;
}
function refused(value: unknown, record?: Partial<EventRecord>): string {
  const parsed = parse(value, record);
  return parsed.ok ? 'accepted' : `${parsed.reason.code}: ${parsed.reason.message}`;
}
const without = (value: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

it('makes an event of a record', () => {
  expect(accepted(ENVELOPE)).toEqual({
    id: 'evt_1',
    type: 'workflow.completed',
    occurredAt: '2024-01-15T10:30:05.123Z',
    accountId: 'acme',
    data: { workflow_id: 'customer_support_bot' },
    dataText: '{"workflow_id":"customer_support_bot"}',
  });
});

describe('the id', () => {
  const headers = { id: Buffer.from('evt_header') };
  const unnamed = without(ENVELOPE, 'id');

  it('is that of the body, whatever the header says', () => {
    expect(accepted(ENVELOPE, { headers }).id).toBe('evt_1');
  });

  it.each([
    ['absent', unnamed],
    ['null', { ...ENVELOPE, id: null }],
  ])('is that of the header where the body has it %s', (_how, value) => {
    expect(accepted(value, { headers }).id).toBe('evt_header');
  });

  it('is that of the last header of several', () => {
    expect(accepted(unnamed, { headers: { id: [Buffer.from('first'), 'last'] } }).id).toBe('last');
  });

  it("is made of the record's place where nothing names it", () => {
    expect(accepted(unnamed).id).toBe('platform.events-2-9007199254740993');
  });

  it('keeps within its length under the longest name of a topic', () => {
    const id = accepted(unnamed, { topic: 't'.repeat(249), partition: 2 ** 31 - 1 }).id;
    expect(id).toHaveLength(256);
    expect(id).toMatch(/-2147483647-9007199254740993$/);
  });

  it.each([
    ['a number', { ...ENVELOPE, id: 1 }, {}, 'wrong_field: id: expected string'],
    ['empty', { ...ENVELOPE, id: '' }, {}, 'wrong_field: id: expected string to have >=1 characters'],
    ['too long', { ...ENVELOPE, id: 'x'.repeat(257) }, {}, 'wrong_field: id: expected string to have <=256'],
    [
      'with a null character',
      { ...ENVELOPE, id: 'a\u0000' },
      {},
      'wrong_field: id: expected text without control',
    ],
    ['half a character', { ...ENVELOPE, id: '\ud800' }, {}, 'wrong_field: id: expected text without control'],
    [
      'an empty header',
      unnamed,
      { id: '' },
      'wrong_field: header id: expected string to have >=1 characters',
    ],
    [
      'a header of broken UTF-8',
      unnamed,
      { id: Buffer.from([0xff]) },
      'wrong_field: header id: expected string, got bytes',
    ],
  ])('is refused: %s', (_what, value, given, reason) => {
    expect(refused(value, { headers: given })).toContain(reason);
  });
});

describe('the account', () => {
  it.each([
    ['absent', without(ENVELOPE, 'account_id')],
    ['null', { ...ENVELOPE, account_id: null }],
  ])('is default where it is %s', (_how, value) => {
    expect(accepted(value).accountId).toBe('default');
  });

  it.each([['two words'], [''], [7], ['x'.repeat(129)]])('is refused: %j', (account_id) => {
    expect(refused({ ...ENVELOPE, account_id })).toMatch(
      /^wrong_field: account_id: expected|^wrong_field: account_id: letters/,
    );
  });
});

describe('the event type', () => {
  it.each(['order.created', 'a', 'webhook.disabled', 'com.example/Thing:v1.done_2', 'x'.repeat(256)])(
    'may be one that nobody has heard of: %s',
    (event) => {
      expect(accepted({ ...ENVELOPE, event, data: { execution_time: 'any' } }).type).toBe(event);
    },
  );

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a.*', '*', 'a\r\nb', 'ümlaut', "a'b", 'x'.repeat(257)])(
    'is refused: %j',
    (event) => {
      expect(refused({ ...ENVELOPE, event })).toMatch(/^wrong_field: event: expected /);
    },
  );
});

describe('the timestamp', () => {
  it('is put into UTC with milliseconds', () => {
    expect(accepted({ ...ENVELOPE, timestamp: '2024-01-15t12:30:05+02:00' }).occurredAt).toBe(
      '2024-01-15T10:30:05.000Z',
    );
  });

  it.each(['yesterday', '2024-02-30T00:00:00Z', 1_705_314_605, {}])('is refused: %j', (timestamp) => {
    expect(refused({ ...ENVELOPE, timestamp })).toMatch(
      /^wrong_field: timestamp: expected an RFC 3339 date-time/,
    );
  });
});

describe('data', () => {
  it('keeps every digit in its text', () => {
    const event = accepted(
      JSON.stringify(ENVELOPE)
        .replace('"customer_support_bot"', '12345678901234567890, "n": 2.0')
        .replace('workflow.completed', 'other'),
    );
    expect(event.dataText).toBe('{"workflow_id":12345678901234567890,"n":2}');
  });

  it('keeps fields named like parts of an object', () => {
    const event = accepted(
      '{"event":"other","timestamp":"2024-01-15T10:30:05Z","data":{"__proto__":{"admin":true},"constructor":1}}',
    );
    expect(event.dataText).toBe('{"__proto__":{"admin":true},"constructor":1}');
    expect(Object.keys(event.data)).toEqual(['__proto__', 'constructor']);
    expect((event.data as { admin?: boolean }).admin).toBeUndefined();
  });

  it('keeps fields that its schema does not know', () => {
    expect(accepted({ ...ENVELOPE, data: { another: [null] } }).dataText).toBe('{"another":[null]}');
  });

  it('that breaks the schema of its type is refused, with the field and what was expected', () => {
    expect(refused({ ...ENVELOPE, data: { token_usage: { total_tokens: 'many' } } })).toBe(
      'data_breaks_schema: data.token_usage.total_tokens: expected number (workflow.completed)',
    );
  });

  it('is judged by the types that an operator adds', () => {
    const definition = {
      description: 'An order was made.',
      data: z.looseObject({ total: z.number() }),
      example: {},
    };
    const catalogue = new Map([...EVENT_TYPES, ['order.created', definition] as const]);
    const record = recordOf({ ...ENVELOPE, event: 'order.created', data: {} });
    expect(parseEventRecord(record, catalogue, readJson)).toEqual({
      ok: false,
      reason: { code: 'data_breaks_schema', message: 'data.total: expected number (order.created)' },
    });
  });
});

describe('a record', () => {
  it.each([
    ['without a value', recordOf('', { value: null }), 'no_value: value: expected a JSON object, got none'],
    ['of broken UTF-8', recordOf(Buffer.from([0x7b, 0xff])), 'invalid_utf8: value: expected UTF-8 text'],
    [
      'of surrogates in UTF-8',
      recordOf(Buffer.from('22eda08022', 'hex')),
      'invalid_utf8: value: expected UTF-8 text',
    ],
    ['that is empty', recordOf(''), 'invalid_json: value: expected JSON text'],
    ['of broken JSON', recordOf('{"event":'), 'invalid_json: value: expected JSON text'],
    ['that is an array', recordOf('[]'), 'wrong_field: value: expected a JSON object, got an array'],
    ['that is a text', recordOf('"x"'), 'wrong_field: value: expected a JSON object, got a string'],
    ['that is null', recordOf('null'), 'wrong_field: value: expected a JSON object, got null'],
    [
      'nested too deeply',
      recordOf(`{"data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
      'too_deep: value: expected JSON that is nested less deeply',
    ],
  ])('%s is refused', (_what, record, reason) => {
    const parsed = parseEventRecord(record, EVENT_TYPES, readJson);
    expect(parsed.ok ? 'accepted' : `${parsed.reason.code}: ${parsed.reason.message}`).toBe(reason);
  });

  it.each([
    ['event', 'missing_field: event: expected an event type such as workflow.completed, but it is missing'],
    [
      'timestamp',
      'missing_field: timestamp: expected an RFC 3339 date-time such as 2024-01-15T10:30:05.123Z, but it is missing',
    ],
    ['data', 'missing_field: data: expected an object, but it is missing'],
  ])('without %s is refused', (name, reason) => {
    expect(refused(without(ENVELOPE, name))).toBe(reason);
  });

  it.each([
    [null, 'null'],
    [[], 'an array'],
    [7, 'a number'],
    [true, 'a boolean'],
  ])('whose data is %j is refused', (data, kind) => {
    expect(refused({ ...ENVELOPE, data })).toBe(`wrong_field: data: expected an object, got ${kind}`);
  });

  it('of exactly the most bytes is accepted, and of one more refused', () => {
    const padding = MAX_EVENT_BYTES - JSON.stringify({ ...ENVELOPE, data: { p: '' } }).length;
    expect(accepted({ ...ENVELOPE, data: { p: 'x'.repeat(padding) } }).id).toBe('evt_1');
    expect(refused({ ...ENVELOPE, data: { p: 'x'.repeat(padding + 1) } })).toBe(
      'too_large: value: expected at most 1000000 bytes, got 1000001',
    );
  });

  it('whose numbers take more than that, once they are written out, is refused', () => {
    const text = JSON.stringify({ ...ENVELOPE, data: { p: [0] } });
    expect(refused(text.replace('[0]', `[${Array(60_000).fill('1e20').join()}]`))).toBe(
      'too_large: data: expected at most 1000000 bytes with every number written out',
    );
    expect(accepted(text.replace('[0]', `[${Array(40_000).fill('1e20').join()}]`)).id).toBe('evt_1');
  });

  it('may begin with a byte order mark', () => {
    expect(accepted(`\ufeff${JSON.stringify(ENVELOPE)}`).id).toBe('evt_1');
  });

  it('may have fields that are not ours', () => {
    expect(accepted({ ...ENVELOPE, trace: 1, type: 5 }).type).toBe('workflow.completed');
  });
});

describe.each([
  ['a structured CloudEvent', CLOUD_EVENT, {}],
  [
    'a structured CloudEvent that its header names',
    CLOUD_EVENT,
    { 'content-type': Buffer.from('application/cloudevents+json; charset=utf-8') },
  ],
  ['a binary CloudEvent', CLOUD_EVENT.data, BINARY_HEADERS],
])('%s', (_what, value, headers: EventRecord['headers']) => {
  it('makes the same event', () => {
    expect(accepted(value, { headers })).toEqual({ ...accepted({ ...ENVELOPE, id: 'ce_1' }) });
  });
});

describe('a structured CloudEvent', () => {
  it('without time happened when its record was produced', () => {
    expect(accepted(without(CLOUD_EVENT, 'time')).occurredAt).toBe('2024-01-15T10:31:00.000Z');
  });

  it.each([Number.NaN, -1e15, 1e300])(
    'without time, in a record without one (%d), is refused',
    (timestampMs) => {
      expect(refused(without(CLOUD_EVENT, 'time'), { timestampMs })).toMatch(/^missing_field: time: /);
    },
  );

  it('without accountid is of the default account', () => {
    expect(accepted(without(CLOUD_EVENT, 'accountid')).accountId).toBe('default');
  });

  it.each([
    [{ specversion: '0.3' }, 'wrong_field: specversion: expected "1.0"'],
    [
      { type: undefined },
      'missing_field: type: expected an event type such as workflow.completed, but it is missing',
    ],
    [{ time: 'noon' }, 'wrong_field: time: expected an RFC 3339 date-time such as 2024-01-15T10:30:05.123Z'],
    [{ data: undefined, data_base64: 'e30=' }, 'missing_field: data: expected an object, but it is missing'],
    [{ data: '{}' }, 'wrong_field: data: expected an object'],
  ])('is refused in its own words with %j', (change, reason) => {
    expect(refused({ ...CLOUD_EVENT, ...change })).toBe(reason);
  });

  it('must say its version where only the header calls it one', () => {
    const headers = { 'content-type': 'application/cloudevents+json' };
    expect(refused(without(CLOUD_EVENT, 'specversion'), { headers })).toBe(
      'wrong_field: specversion: expected "1.0"',
    );
  });
});

describe('a binary CloudEvent', () => {
  it('may have data with a field named specversion', () => {
    expect(accepted({ specversion: 7 }, { headers: BINARY_HEADERS }).dataText).toBe('{"specversion":7}');
  });

  it('without ce_id has the id of its place', () => {
    const headers = { ...BINARY_HEADERS, ce_id: undefined };
    expect(accepted({}, { headers }).id).toBe('platform.events-2-9007199254740993');
  });

  it.each([
    [{ ce_specversion: '2.0' }, 'wrong_field: header ce_specversion: expected "1.0"'],
    [
      { ce_type: undefined },
      'missing_field: header ce_type: expected an event type such as workflow.completed, but it is missing',
    ],
    [
      { ce_type: Buffer.from([0xff]) },
      'wrong_field: header ce_type: expected string, got bytes that are not UTF-8',
    ],
  ])('is refused in its own words with %j', (change, reason) => {
    expect(refused({}, { headers: { ...BINARY_HEADERS, ...change } })).toBe(reason);
  });

  it('whose data breaks its schema is refused with the field of the value', () => {
    expect(refused({ cost: 'much' }, { headers: BINARY_HEADERS })).toBe(
      'data_breaks_schema: value.cost: expected number (workflow.completed)',
    );
  });
});

it('never throws and never shows a value, whatever the record holds', () => {
  const odd = fc.oneof(fc.constant('SECRET'), fc.jsonValue(), fc.constant({ SECRET: 'SECRET' }));
  const envelope = fc.record(
    {
      id: odd,
      event: odd,
      timestamp: odd,
      account_id: odd,
      data: odd,
      specversion: odd,
      type: odd,
      time: odd,
    },
    { requiredKeys: [] },
  );
  const bytes = fc.oneof(
    envelope.map((value) => Buffer.from(JSON.stringify(value))),
    fc.uint8Array().map(Buffer.from),
  );
  const header = fc.oneof(
    fc.uint8Array().map(Buffer.from),
    fc.string(),
    fc.array(fc.string()),
    fc.constant(undefined),
  );
  const headers = fc.dictionary(
    fc.constantFrom('id', 'content-type', 'ce_specversion', 'ce_type', 'ce_time'),
    header,
  );
  fc.assert(
    fc.property(bytes, headers, fc.double(), (value, given, timestampMs) => {
      expect(refused(value, { headers: given, timestampMs })).not.toContain('SECRET');
    }),
    { numRuns: 2_000 },
  );
});
