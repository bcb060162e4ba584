/** How the API refuses: RFC 9457 problem details, with a path for each field that is wrong. */
import { z } from 'zod';

/** One field that is wrong. `path` is dotted, such as `retry_policy.max_retries` or `events.0`. */
const FieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = Readonly<z.infer<typeof FieldError>>;

/** The body of an error, `application/problem+json`. */
export const ProblemDetails = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ description: 'The phrase that belongs to the status.' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong, for a person.' }),
    errors: z
      .array(FieldError)
      .readonly()
      .optional()
      .meta({ description: 'Of a 422: each field that is wrong.' }),
  })
  .meta({ id: 'Problem' });
