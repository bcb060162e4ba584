/** What tests ask of an OpenAPI document: its operations, and whether a value is what it says. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../../../services/api/openapi/json-schema.ts';
import type { OpenApiDocument, Operation, Response } from '../../../services/api/openapi/openapi-types.ts';

/** An operation and where it stands: `GET /v1/subscriptions/{id}`. */
export interface NamedOperation extends Omit<Operation, 'responses'> {
  /** Those that are shared are looked up. */
  readonly responses: Readonly<Record<string, Response>>;
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

export const operationsOf = (document: OpenApiDocument): readonly NamedOperation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      responses: Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [
          status,
          '$ref' in response ? document.components.responses[status]! : (response as Response),
        ]),
      ),
    })),
  );

/** What is wrong with a value by a schema of the document; null where nothing is. */
export type Misfit = (schema: JsonSchema, value: unknown) => string | null;

/** Answers may have more than the document says, for customers. For tests they may not: it would be undescribed. */
export function misfitOf(document: OpenApiDocument): Misfit {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(closed(document) as object, 'document');
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  return (schema, value) => {
    const text = JSON.stringify(closed(schema)).replaceAll('"$ref":"#/', '"$ref":"document#/');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(text, validate);
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };
}

/** With no field beside those that are named, wherever fields are named. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const inside = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value)]));
  return 'properties' in part && !('additionalProperties' in part)
    ? { ...inside, additionalProperties: false }
    : inside;
}
