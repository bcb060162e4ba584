/** An event type as the API shows it. */
import { z } from 'zod';

const object = z.record(z.string(), z.unknown());

export const EventTypeView = z
  .object({
    type: z.string(),
    description: z.string(),
    schema: object.meta({ description: 'A JSON Schema of `data`.' }),
    example: object.meta({ description: 'A `data` that fits it.' }),
    version: z.int().min(1).meta({ description: 'One more with each other schema.' }),
    deprecated: z.boolean(),
  })
  .meta({
    id: 'EventType',
    examples: [
      {
        type: 'invoice.paid',
        description: 'An invoice was paid.',
        schema: { type: 'object', properties: { amount: { type: 'number' } } },
        example: { amount: 12.5 },
        version: 1,
        deprecated: false,
      },
    ],
  });
