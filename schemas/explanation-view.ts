/** The answer to `POST /v1/explain`: why an event was or was not delivered to a subscription. */
import { z } from 'zod';
import { DeliveryView, RecordPlaceView } from './delivery-view.ts';

const Check = z
  .object({
    path: z
      .string()
      .meta({ description: 'Such as `events`, `filters.user_id` or `conditions.any[0].cost`.' }),
    operator: z.string(),
    expected: z.unknown(),
    actual: z.unknown().meta({ description: "The event's value; null where it is missing." }),
    outcome: z.enum(['holds', 'fails', 'missing', 'wrong_type']),
  })
  .meta({ id: 'Check' });

export const ExplanationView = z
  .object({
    event_id: z.string(),
    subscription_id: z.string(),
    delivered: z.boolean(),
    reason: z
      .enum([
        'delivered',
        'pending',
        'waiting',
        'retrying',
        'paused',
        'held',
        'exhausted',
        'blocked',
        'cancelled',
        'not_yet',
        'collecting',
        'dead_letter',
        'account',
        'not_created',
        'deleted',
        'disabled',
        'type',
        'filter',
        'condition',
      ])
      .meta({
        description: 'The first thing that kept the event from its receiver, or how far it has come.',
      }),
    detail: z.string().meta({ description: 'The reason as a sentence.' }),
    event: z.string().nullable().meta({ description: "The event's type, where it is known." }),
    account_id: z.string().nullable(),
    timestamp: z.iso.datetime().nullable(),
    subscription: z
      .object({
        at: z.iso.datetime(),
        version: z.int().min(0),
        state: z.enum(['absent', 'active', 'paused', 'disabled', 'deleted']),
        state_reason: z.string().nullable(),
      })
      .meta({ description: 'What the subscription was when the event was judged.' }),
    matched: z.boolean().nullable(),
    url: z.string().nullable(),
    checks: z.array(Check),
    routes: z.array(z.object({ url: z.string(), holds: z.boolean(), checks: z.array(Check) })),
    delivery: DeliveryView.nullable(),
    records: z
      .array(
        z.object({
          ...RecordPlaceView.shape,
          at: z.iso.datetime(),
          outcome: z.enum(['judged', 'deduplicated', 'dead_letter']),
          error: z.string().nullable(),
        }),
      )
      .meta({ description: 'Every record of the event that was found.' }),
    searched: z
      .object({ from: z.iso.datetime(), to: z.iso.datetime(), complete: z.boolean() })
      .meta({ description: 'The stretch that was looked through, and whether all of it was.' }),
  })
  .meta({
    id: 'Explanation',
    examples: [
      {
        event_id: 'evt_1',
        subscription_id: 'wh_4f9Kq2Zt7mXc1LbR8sVd',
        delivered: false,
        reason: 'condition',
        detail:
          "The event does not meet the subscription's conditions (conditions.execution_time: expected greater_than 5, got 2.3).",
        event: 'workflow.completed',
        account_id: 'default',
        timestamp: '2024-01-15T10:30:05.123Z',
        subscription: {
          at: '2024-01-15T10:30:05.140Z',
          version: 3,
          state: 'active',
          state_reason: null,
        },
        matched: false,
        url: null,
        checks: [
          {
            path: 'conditions.execution_time',
            operator: 'greater_than',
            expected: 5,
            actual: 2.3,
            outcome: 'fails',
          },
        ],
        routes: [],
        delivery: null,
        records: [
          {
            topic: 'platform.events',
            partition: 0,
            offset: '41',
            at: '2024-01-15T10:30:05.140Z',
            outcome: 'judged',
            error: null,
          },
        ],
        searched: { from: '2024-01-14T10:31:00.000Z', to: '2024-01-15T10:31:00.000Z', complete: true },
      },
    ],
  });
