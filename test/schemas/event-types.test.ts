import { describe, expect, it } from 'vitest';
import { dataJsonSchema, EVENT_TYPES } from '../../schemas/event-types.ts';
import type { JsonObject, JsonValue } from '../../schemas/json.ts';
import { isJsonObject } from '../../schemas/json.ts';

const CATALOGUE = [...EVENT_TYPES].map(([type, definition]) => ({ type, ...definition }));
const dataOf = (type: string) => EVENT_TYPES.get(type)!.data;

it('holds the types of the platform and those of the product itself', () => {
  expect([...EVENT_TYPES.keys()]).toEqual([
    'workflow.started',
    'workflow.completed',
    'workflow.failed',
    'workflow.timeout',
    'workflow.cancelled',
    'component.started',
    'component.completed',
    'component.failed',
    'component.timeout',
    'user.message.received',
    'user.session.started',
    'user.session.ended',
    'api.quota.warning',
    'api.quota.exceeded',
    'system.maintenance',
    'webhook.disabled',
    'webhook.degraded',
    'webhook.recovered',
    'delivery.exhausted',
  ]);
});

/** The same value with the field at `path` replaced. */
function withField(value: JsonObject, path: readonly string[], replacement: JsonValue): JsonObject {
  const [name = '', ...rest] = path;
  const inner = value[name];
  return {
    ...value,
    [name]: rest.length > 0 && isJsonObject(inner) ? withField(inner, rest, replacement) : replacement,
  };
}

/** The paths of all fields that a JSON Schema names, through objects. */
function pathsOf(schema: unknown): string[][] {
  const { properties = {} } = schema as { properties?: Record<string, unknown> };
  return Object.entries(properties).flatMap(([name, field]) => [
    [name],
    ...pathsOf(field).map((path) => [name, ...path]),
  ]);
}

describe.each(CATALOGUE)('$type', (definition) => {
  const paths = pathsOf(dataJsonSchema(definition));

  it('accepts its example', () => {
    expect(definition.data.safeParse(definition.example).success).toBe(true);
  });

  it('accepts a data without any field', () => {
    expect(definition.data.safeParse({}).success).toBe(true);
  });

  it('accepts fields that it does not know', () => {
    expect(definition.data.safeParse({ ...definition.example, another: [null] }).success).toBe(true);
  });

  it.each(paths.map((path) => [path.join('.'), path] as const))(
    'refuses another type of %s',
    (_name, path) => {
      for (const wrong of [null, true]) {
        const judged = definition.data.safeParse(withField(definition.example, path, wrong));
        expect(judged.error?.issues[0]?.path).toEqual(path);
      }
    },
  );

  it('has an example that fills every field of its schema', () => {
    const has = (value: JsonValue | undefined, [name, ...rest]: readonly string[]): boolean =>
      name === undefined ? value !== undefined : isJsonObject(value) && has(value[name], rest);
    expect(paths.filter((path) => !has(definition.example, path))).toEqual([]);
  });

  it('is described in one sentence', () => {
    expect(definition.description).toMatch(/^[A-Z].*\.$/);
  });

  it('has a JSON Schema that survives being written', () => {
    const schema = dataJsonSchema(definition);
    expect(schema).toMatchObject({ type: 'object' });
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});

it('takes a number too large for a double, which is delivered as it was written', () => {
  expect(dataOf('workflow.completed').safeParse(JSON.parse('{"cost":1e400}')).success).toBe(true);
});

it('shows numbers as numbers in JSON Schema', () => {
  expect(dataJsonSchema(EVENT_TYPES.get('workflow.completed')!)).toMatchObject({
    properties: {
      cost: { type: 'number' },
      execution_time: { type: 'number', description: 'Seconds.' },
      token_usage: { properties: { total_tokens: { type: 'number' } } },
      components_executed: { items: { properties: { execution_time: { type: 'number' } } } },
    },
  });
});

it.each([
  ['workflow.completed', { token_usage: 225 }],
  ['workflow.completed', { token_usage: [] }],
  ['workflow.completed', { execution_time: '2.3' }],
  ['workflow.completed', { components_executed: ['Chat Input'] }],
  ['workflow.failed', { error: 'COMPONENT_TIMEOUT' }],
  ['user.message.received', { message: 'hello' }],
  ['user.message.received', { conversation_context: { previous_intents: [1] } }],
  ['api.quota.warning', { usage_percent: '85' }],
])('refuses for %s: %j', (type, data) => {
  expect(dataOf(type).safeParse(data).success).toBe(false);
});

it.each([{ limit: 10_000 }, { limit: '10k' }, { reset_time: '2024-01-16T00:00:00Z' }, { reset_time: 3_600 }])(
  'leaves open how a quota says its limit and reset: %j',
  (data) => {
    expect(dataOf('api.quota.warning').safeParse(data).success).toBe(true);
  },
);
