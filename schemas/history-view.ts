/** One version of a subscription as the API shows it: who made it, when, and what was other than before. */
import { z } from 'zod';

const value = z.unknown().meta({ description: 'Null where it was not there; `***` for what is secret.' });

export const VersionChangeView = z
  .object({
    version: z.int().min(1),
    type: z.string().meta({ description: 'What happened, such as SubscriptionPaused.' }),
    at: z.iso.datetime(),
    actor: z.string().meta({ description: 'Who asked for it, such as key:<id> of an API key.' }),
    changes: z.array(
      z.object({
        path: z.string().meta({ description: 'Dotted, such as `url` or `retry_policy.max_retries`.' }),
        from: value,
        to: value,
      }),
    ),
  })
  .meta({
    id: 'VersionChange',
    examples: [
      {
        version: 2,
        type: 'SubscriptionUpdated',
        at: '2024-01-15T10:30:05.123Z',
        actor: 'key:key_3Hs8dKq0ZpW1xYc7',
        changes: [{ path: 'retry_policy.max_retries', from: 3, to: 5 }],
      },
    ],
  });
