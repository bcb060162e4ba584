/** The records of `webhooks.event-types`: the types that operators have added, of each the last record. */
import { z } from 'zod';
import type { JsonObject } from './json.ts';

const object = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: 'expected an object',
  })
  .meta({ type: 'object' });

/** The most characters that a schema may have as JSON. */
const MAX_SCHEMA_LENGTH = 65_536;

/** What an operator says of an event type: the body of `PUT /v1/event-types/{type}`. */
export const EventTypeSettings = z
  .strictObject({
    description: z
      .string()
      .min(1, 'expected at least one character')
      .max(1_000, 'expected at most 1000 characters'),
    /** A JSON Schema (draft 2020-12) of `data`. `true` of everything where it is left out. */
    schema: object
      .refine((schema) => JSON.stringify(schema).length <= MAX_SCHEMA_LENGTH, {
        error: `expected at most ${MAX_SCHEMA_LENGTH} characters of JSON`,
      })
      .default({}),
    example: object.default({}),
    deprecated: z.boolean().default(false),
  })
  .meta({
    id: 'EventTypeSettings',
    examples: [
      {
        description: 'An invoice was paid.',
        schema: { type: 'object', properties: { amount: { type: 'number' } } },
        example: { amount: 12.5 },
      },
    ],
  });
export type EventTypeSettings = z.infer<typeof EventTypeSettings>;

/** One type as it is now. The Kafka key is the type; a record without a value takes it away. */
export const EventTypeRecord = z.object({
  schema_version: z.literal(1),
  type: z.string(),
  /** 1 at first, then one more with each other schema. */
  version: z.int().min(1),
  description: z.string(),
  schema: object,
  example: object,
  deprecated: z.boolean(),
  at: z.iso.datetime(),
  /** Who asked for it: `key:<id>` of an API key. */
  actor: z.string(),
});
export type EventTypeRecord = z.infer<typeof EventTypeRecord>;
