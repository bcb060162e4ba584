/** The answer to `POST /v1/subscriptions/preview`: what a draft would have matched among past events. */
import { z } from 'zod';
import { RecordPlaceView } from './delivery-view.ts';

export const PreviewView = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    events: z.int().min(0).meta({ description: "The account's events in that time." }),
    matched: z.int().min(0),
    rate_per_hour: z.number().min(0).meta({ description: 'Matches per hour over the whole time.' }),
    complete: z
      .boolean()
      .meta({ description: 'False where the counts are too small: not all was read in time.' }),
    data: z
      .array(
        z.object({
          id: z.string(),
          event: z.string(),
          timestamp: z.iso.datetime().meta({ description: 'When it happened, by its producer.' }),
          received_at: z.iso.datetime().meta({ description: 'When Kafka was given it.' }),
          source: RecordPlaceView,
        }),
      )
      .meta({ description: 'The newest matches, the newest first.' }),
  })
  .meta({
    id: 'Preview',
    examples: [
      {
        from: '2024-01-14T10:31:00.000Z',
        to: '2024-01-15T10:31:00.000Z',
        events: 1200,
        matched: 48,
        rate_per_hour: 2,
        complete: true,
        data: [
          {
            id: 'evt_1',
            event: 'workflow.completed',
            timestamp: '2024-01-15T10:30:05.123Z',
            received_at: '2024-01-15T10:30:05.140Z',
            source: { topic: 'platform.events', partition: 0, offset: '41' },
          },
        ],
      },
    ],
  });
