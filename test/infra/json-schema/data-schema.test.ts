import { describe, expect, it } from 'vitest';
import { readJson } from '../../../domain/deliver/json-text.ts';
import { compileDataSchema } from '../../../infra/json-schema/data-schema.ts';
import { parseEventRecord } from '../../../schemas/event.ts';
import type { JsonObject } from '../../../schemas/json.ts';

const ORDER: JsonObject = {
  type: 'object',
  required: ['total'],
  properties: {
    total: { type: 'number', minimum: 0 },
    'a/b': { type: 'object', properties: { c: { type: 'string' } } },
  },
};

/** What the router makes of an event with this `data`: null where it is taken, else why it is refused. */
function refusalOf(schema: JsonObject, dataText: string): string | null {
  const compiled = compileDataSchema(schema);
  if (!compiled.ok) throw new Error(compiled.reason);
  const catalogue = new Map([['order.paid', { description: '', example: {}, data: compiled.data }]]);
  const value = Buffer.from(
    `{"id":"e","event":"order.paid","timestamp":"2024-01-15T10:30:05Z","data":${dataText}}`,
  );
  const record = { value, headers: {}, topic: 't', partition: 0, offset: '0', timestampMs: 0 };
  const parsed = parseEventRecord(record, catalogue, readJson);
  return parsed.ok ? null : parsed.reason.message;
}

describe("an operator's schema", () => {
  it.each(['{"total":5}', '{"total":1e400}', '{"total":12345678901234567890,"more":[null]}'])(
    'takes %s',
    (data) => {
      expect(refusalOf(ORDER, data)).toBeNull();
    },
  );

  it.each([
    ['{}', "data: must have required property 'total' (order.paid)"],
    ['{"total":"5"}', 'data.total: must be number (order.paid)'],
    ['{"total":-1}', 'data.total: must be >= 0 (order.paid)'],
    ['{"total":1,"a/b":{"c":5}}', 'data.a/b.c: must be string (order.paid)'],
  ])('refuses %s and says where and why', (data, reason) => {
    expect(refusalOf(ORDER, data)).toBe(reason);
  });

  it.each([
    ['a misspelt keyword', { type: 'object', propertys: {} }, 'propertys'],
    ['a type that there is not', { type: 'text' }, 'type'],
    ['a pattern that is none', { properties: { a: { pattern: '(' } } }, 'regular expression'],
    ['a reference to elsewhere', { $ref: 'https://example.com/order.json' }, 'example.com'],
    ['an asynchronous one', { $async: true }, '$async'],
    ['another draft', { $schema: 'http://json-schema.org/draft-04/schema#' }, 'draft-04'],
  ])('cannot be %s', (_what, schema, named) => {
    const compiled = compileDataSchema(schema);
    expect(compiled).toMatchObject({ ok: false, reason: expect.stringContaining(named) });
  });

  it('may name itself, and be compiled again in another version', () => {
    const named = { $id: 'https://example.com/order', ...ORDER };
    expect(compileDataSchema(named).ok).toBe(true);
    expect(compileDataSchema({ ...named, description: 'again' }).ok).toBe(true);
  });

  it('may speak of itself', () => {
    const list = { type: 'object', properties: { next: { $ref: '#' }, n: { type: 'integer' } } };
    expect(refusalOf(list, '{"next":{"next":{"n":1}}}')).toBeNull();
    expect(refusalOf(list, '{"next":{"next":{"n":1.5}}}')).toContain('data.next.next.n: must be integer');
  });
});
