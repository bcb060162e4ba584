/** How events of one type are collected and delivered as one, and what a flush answers. */
import { z } from 'zod';

const BATCH_SIZE = 'expected a whole number of events, from 1 to 1000';
const BATCH_TIMEOUT = 'expected seconds, from 1 to 3600';

export const Aggregation = z.strictObject({
  /** A batch is flushed when it has so many events. */
  batch_size: z.int(BATCH_SIZE).min(1, BATCH_SIZE).max(1_000, BATCH_SIZE),
  /** Seconds from its first event on, after which it is flushed with what it has. */
  batch_timeout: z.number(BATCH_TIMEOUT).min(1, BATCH_TIMEOUT).max(3_600, BATCH_TIMEOUT),
});
export type Aggregation = z.infer<typeof Aggregation>;

/** The answer to `POST /v1/subscriptions/{id}/flush`. */
export const FlushView = z
  .strictObject({
    batches: z
      .int()
      .min(0)
      .meta({ description: 'How many were flushed. Those that were empty do not count.' }),
    events: z.int().min(0).meta({ description: 'How many events are in them.' }),
  })
  .meta({ examples: [{ batches: 2, events: 17 }] });
