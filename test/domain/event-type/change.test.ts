import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeEventType } from '../../../domain/event-type/change.ts';
import type { EventTypeSettings } from '../../../schemas/event-type-log.ts';
import type { JsonObject } from '../../../schemas/json.ts';

const SETTINGS: EventTypeSettings = {
  description: 'An order was paid.',
  schema: { type: 'object', properties: { total: { type: 'number' } } },
  example: { total: 12 },
  deprecated: false,
};
const said = (settings: EventTypeSettings) => ({
  type: 'order.paid',
  settings,
  at: '2024-01-15T10:30:05.123Z',
  actor: 'key:test',
});
const first = changeEventType(null, said(SETTINGS))!;

describe('what is said of an event type', () => {
  it('makes its first version', () => {
    expect(first).toMatchObject({ ...SETTINGS, type: 'order.paid', version: 1, actor: 'key:test' });
  });

  it('makes another version where the schema is another', () => {
    expect(changeEventType(first, said({ ...SETTINGS, schema: { type: 'object' } }))?.version).toBe(2);
  });

  it.each([{ description: 'Paid.' }, { example: {} }, { deprecated: true }])(
    'keeps the version where all that is new is %j',
    (change) => {
      expect(changeEventType(first, said({ ...SETTINGS, ...change }))).toMatchObject({
        version: 1,
        ...change,
      });
    },
  );

  it('changes nothing where it says the same, in whatever order it names its fields', () => {
    const reversed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, one]) => [name, reversed(one)]),
          )
        : value;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        const schema = JSON.parse(JSON.stringify(document)) as JsonObject;
        const known = changeEventType(null, said({ ...SETTINGS, schema }));
        const again = said({ ...SETTINGS, schema: reversed(schema) as JsonObject });
        expect(changeEventType(known, again)).toBeNull();
      }),
    );
  });

  it('is another schema where a list has another order', () => {
    const known = changeEventType(null, said({ ...SETTINGS, schema: { required: ['a', 'b'] } }));
    const other = said({ ...SETTINGS, schema: { required: ['b', 'a'] } });
    expect(changeEventType(known, other)?.version).toBe(2);
  });
});
