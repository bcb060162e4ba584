/** zod schemas as JSON Schema (draft 2020-12, which OpenAPI 3.1 is made of), those with an id as components. */
import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Schemas by their ids, for `#/components/schemas`. */
export type Components = Map<string, JsonSchema>;

const DEFINED_HERE = '#/$defs/';
const DEFINED_IN_THE_DOCUMENT = '#/components/schemas/';

/**
 * What a request must be (`input`) or an answer is (`output`). Schemas with an id go to `components`. Throws where an
 * id would mean two things, as one does that fills in defaults and stands in requests and in answers.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output', components: Components): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    // What zod cannot say brings its own words as metadata.
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // Requests are refused for a field that is unknown. Answers may have more fields one day.
      if (io === 'output' && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
    },
  });
  const {
    $schema: _version,
    $defs: definitions = {},
    ...rest
  } = JSON.parse(
    JSON.stringify(made).replaceAll(`"$ref":"${DEFINED_HERE}`, `"$ref":"${DEFINED_IN_THE_DOCUMENT}`),
  ) as JsonSchema;
  for (const [id, definition] of Object.entries(definitions)) {
    const known = components.get(id);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new Error(`the schema id ${id} means two things`);
    }
    components.set(id, definition as JsonSchema);
  }
  return rest;
}
