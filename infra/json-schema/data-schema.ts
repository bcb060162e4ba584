/**
 * An operator's JSON Schema, made into what judges `data` beside the schemas of the catalogue. Two things are as there:
 * a number is a number although it is too large for a double, and a schema can only judge what is in the event.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { JsonObject } from '../../schemas/json.ts';

/** A schema that judges, or why it cannot, for whoever wrote it. */
export type CompiledDataSchema =
  { readonly ok: true; readonly data: z.ZodType } | { readonly ok: false; readonly reason: string };

/**
 * Compiles a JSON Schema of draft 2020-12. Refused are unknown keywords, for a misspelt one would judge nothing;
 * references to other documents; and `$async`. `format` is an annotation, as the draft has it. Never throws.
 */
export function compileDataSchema(schema: JsonObject): CompiledDataSchema {
  if (schema['$async'] !== undefined) return { ok: false, reason: 'expected a schema without $async' };
  try {
    return { ok: true, data: asZod(compile(schema)) };
  } catch (error) {
    // The compiler's own words name the keyword.
    return { ok: false, reason: `expected a JSON Schema: ${(error as Error).message}` };
  }
}

function compile(schema: JsonObject): ValidateFunction {
  // One for each schema: a compiler remembers all that it has compiled, and their names.
  const ajv = new Ajv2020({
    strictSchema: true,
    strictTypes: false,
    strictTuples: false,
    strictNumbers: false,
    validateFormats: false,
    logger: false,
  });
  return ajv.compile(schema);
}

function asZod(validate: ValidateFunction): z.ZodType {
  return z.unknown().superRefine((data, context) => {
    if (validate(data)) return;
    const [first] = validate.errors ?? [];
    context.addIssue({
      code: 'custom',
      path: pathOf(first),
      message: first?.message ?? 'does not fit the schema',
      input: data,
    });
  });
}

/** `/error/code` → `error`, `code`. */
const pathOf = (error: ErrorObject | undefined): string[] =>
  (error?.instancePath ?? '')
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
