/** Values that a JSON Schema allows, for fast-check. As much of JSON Schema as zod writes. */
import fc from 'fast-check';
import type { JsonSchema } from '../../../services/api/openapi/json-schema.ts';
import type { OpenApiDocument } from '../../../services/api/openapi/openapi-types.ts';

/** Long texts and lists cost time and find nothing that shorter ones do not. */
const LONGEST = 40;

export interface ValuesDeps {
  readonly document: OpenApiDocument;
  readonly things: Things;
}

/**
 * What stands for fields of these names wherever an example has them: `subscription_id` and so on. `url` stands for
 * every url, so that nobody else is ever sent anything.
 */
export type Things = Readonly<Record<string, string>> & { readonly url: string };

/** Draws values that fit, mostly different ones, among them the examples that the schema brings. */
export function valuesOf(schema: JsonSchema, deps: ValuesDeps): fc.Arbitrary<unknown> {
  const drawn = drawnOf(schema, deps);
  const examples = (schema.examples ?? []).map((example) => withThings(example, deps.things));
  return examples.length === 0
    ? drawn
    : fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...examples) }, { weight: 3, arbitrary: drawn });
}

/** An example with things that there are. */
export const withThings = (example: unknown, things: Things): unknown =>
  JSON.parse(JSON.stringify(example), (name, value: unknown) => things[name] ?? value);

function drawnOf(schema: JsonSchema, deps: ValuesDeps): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const id = schema.$ref.slice('#/components/schemas/'.length);
    return valuesOf(deps.document.components.schemas[id]!, deps);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => valuesOf(one as JsonSchema, deps)));
  switch (schema.type) {
    case 'string':
      return textsOf(schema, deps);
    case 'integer':
      return fc.integer({ min: lowest(schema, -1_000_000), max: highest(schema, 1_000_000) });
    case 'number':
      return fc
        .double({ min: lowest(schema, -1e9), max: highest(schema, 1e9), noNaN: true })
        .filter((number) => number > Number(schema.exclusiveMinimum ?? -Infinity));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf((schema.items ?? {}) as JsonSchema, deps), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'object':
      return objectsOf(schema, deps);
    case undefined:
      break;
  }
  return fc.jsonValue({ maxDepth: 2 });
}

// Booleans stand there in older drafts only.
const lowest = ({ minimum, exclusiveMinimum }: JsonSchema, otherwise: number): number =>
  Math.max(minimum ?? Number(exclusiveMinimum ?? otherwise), otherwise);
const highest = ({ maximum, exclusiveMaximum }: JsonSchema, otherwise: number): number =>
  Math.min(maximum ?? Number(exclusiveMaximum ?? otherwise), otherwise);

function textsOf(
  { format, pattern, minLength = 0, maxLength = LONGEST }: JsonSchema,
  { things }: ValuesDeps,
) {
  if (format === 'uri') return fc.constant(things.url);
  if (pattern !== undefined) {
    return fc
      .stringMatching(new RegExp(pattern), { size: 'small' })
      .filter((text) => text.length >= minLength && text.length <= maxLength);
  }
  return fc.string({
    unit: 'binary',
    minLength,
    maxLength: Math.max(minLength, Math.min(maxLength, LONGEST)),
  });
}

function objectsOf(schema: JsonSchema, deps: ValuesDeps): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const named = fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, valuesOf(property as JsonSchema, deps)]),
    ),
    { requiredKeys: required },
  );
  if (additionalProperties === false || additionalProperties === undefined) return named;
  const other = additionalProperties === true ? {} : (additionalProperties as JsonSchema);
  const more = fc.dictionary(fc.string({ maxLength: LONGEST }), valuesOf(other, deps), { maxKeys: 4 });
  return fc.tuple(more, named).map(([first, second]) => ({ ...first, ...second }));
}
