/** Deliveries and what is counted of them, as the API shows them. */
import { z } from 'zod';
import { DeliveryStatus } from './delivery.ts';
import { AccountId, DeliveryId, EventId, SubscriptionId } from './ids.ts';

const DELIVERY = {
  id: 'del_0123456789abcdefghjkmnpqrstvwxyz',
  account_id: 'default',
  subscription_id: 'wh_4f9Kq2Zt7mXc1LbR8sVd',
  event_id: 'evt_1',
  event: 'workflow.completed',
  occurred_at: '2024-01-15T10:30:05.123Z',
  source: { topic: 'platform.events', partition: 0, offset: '41' },
  workflow_id: 'del_0123456789abcdefghjkmnpqrstvwxyz',
  status: 'succeeded',
  attempt_count: 1,
  last_status_code: 200,
  last_error: null,
  last_duration_ms: 87,
  next_attempt_at: null,
  created_at: '2024-01-15T10:30:05.140Z',
  updated_at: '2024-01-15T10:30:05.235Z',
  ended_at: '2024-01-15T10:30:05.235Z',
  batched_events: null,
  stands_in_for: null,
  fallback_delivery_id: null,
  temporal_url: 'http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz',
};

/** A Kafka record. `offset` is a decimal text: it may exceed 2^53. */
export const RecordPlaceView = z
  .object({ topic: z.string(), partition: z.int().min(0), offset: z.string() })
  .meta({ description: 'A Kafka record. The offset is a text, for it may exceed what a double holds.' });

/** One event owed to one subscription, and how far it has come. */
export const DeliveryView = z
  .object({
    id: DeliveryId,
    account_id: AccountId,
    subscription_id: SubscriptionId,
    event_id: EventId,
    event: z.string().meta({ description: "The event's type." }),
    occurred_at: z.iso.datetime().meta({ description: 'When the event happened, by its producer.' }),
    source: RecordPlaceView,
    workflow_id: z.string().meta({ description: 'The Temporal workflow that carries it.' }),
    status: DeliveryStatus,
    attempt_count: z.int().min(0).meta({ description: 'How many attempts have ended.' }),
    last_status_code: z.int().nullable().meta({ description: 'Null where no answer came.' }),
    last_error: z.string().nullable().meta({ description: 'Why no answer came.' }),
    last_duration_ms: z.number().min(0).nullable(),
    next_attempt_at: z.iso.datetime().nullable().meta({ description: 'Null unless it is retrying.' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable().meta({ description: 'Null while it goes on.' }),
    batched_events: z.int().min(1).nullable().meta({
      description:
        "How many events a batch holds: `event_id` and `source` are then the first one's. Null for a single event.",
    }),
    stands_in_for: DeliveryId.nullable().meta({
      description: "The exhausted delivery in whose place it goes to the subscription's fallback.",
    }),
    fallback_delivery_id: DeliveryId.nullable().meta({
      description: 'The delivery that was made in its place once it was exhausted.',
    }),
    temporal_url: z.string().meta({ description: "Its workflow's page in the Temporal UI." }),
  })
  .meta({ id: 'Delivery', examples: [DELIVERY] });

const ATTEMPT = {
  number: 1,
  started_at: '2024-01-15T10:30:05.148Z',
  duration_ms: 87,
  url: 'https://example.com/webhooks',
  request_headers: { 'content-type': 'application/json', 'x-custom': '***' },
  timings: { dns_ms: 4, connect_ms: 11, tls_ms: 23, first_byte_ms: 48, total_ms: 87 },
  status_code: 200,
  error: null,
  response_headers: { 'content-type': 'text/plain' },
  response_body: 'ok',
};

const phase = z.number().min(0).nullable();

/** One HTTP request of a delivery that has ended. */
export const AttemptView = z
  .object({
    number: z.int().min(1).meta({ description: 'Counted from 1.' }),
    started_at: z.iso.datetime(),
    duration_ms: z.number().min(0),
    url: z.string(),
    request_headers: z
      .record(z.string(), z.string())
      .nullable()
      .meta({ description: "As they were sent, the values of the subscription's own masked." }),
    timings: z
      .object({
        dns_ms: phase,
        connect_ms: phase,
        tls_ms: phase,
        first_byte_ms: phase,
        total_ms: z.number().min(0),
      })
      .meta({ description: 'Milliseconds; null for a phase that was not reached or not needed.' }),
    status_code: z.int().nullable().meta({ description: 'Null where no answer came.' }),
    error: z.string().nullable().meta({ description: 'Why no answer came.' }),
    response_headers: z.record(z.string(), z.string()),
    response_body: z.string().meta({ description: 'The first 16 KiB.' }),
  })
  .meta({ id: 'Attempt', examples: [ATTEMPT] });

const EVENT = { event_id: DELIVERY.event_id, occurred_at: DELIVERY.occurred_at, source: DELIVERY.source };

/** One event of a delivery. */
const DeliveredEventView = z
  .object({ event_id: EventId, occurred_at: z.iso.datetime(), source: RecordPlaceView })
  .meta({ id: 'DeliveredEvent', examples: [EVENT] });

/** A delivery with its events, in the order of its body, and its attempts, in the order of their numbers. */
export const DeliveryWithAttempts = z
  .object({
    ...DeliveryView.shape,
    events: z
      .array(DeliveredEventView)
      .meta({ description: 'What it delivers: one event, but for a batch.' }),
    attempts: z.array(AttemptView),
  })
  .meta({ id: 'DeliveryWithAttempts', examples: [{ ...DELIVERY, events: [EVENT], attempts: [ATTEMPT] }] });

const count = z.int().min(0);
const seconds = z.number().min(0).meta({ description: 'Seconds; 0 before a delivery has ended.' });

/** The counters of a subscription. A delivery counts once, when it ends. */
export const StatsView = z
  .object({
    total_deliveries: count.meta({ description: 'Those that have ended.' }),
    successful_deliveries: count,
    failed_deliveries: count,
    pending_deliveries: count,
    held_deliveries: count,
    average_response_time: seconds,
    p95_response_time: seconds,
    last_delivery: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Stats',
    examples: [
      {
        total_deliveries: 120,
        successful_deliveries: 118,
        failed_deliveries: 2,
        pending_deliveries: 1,
        held_deliveries: 0,
        average_response_time: 0.12,
        p95_response_time: 0.31,
        last_delivery: '2024-01-15T10:30:05.235Z',
      },
    ],
  });

/** How well a subscription's endpoint does. */
export const HealthView = z
  .object({
    status: z.enum(['no_data', 'healthy', 'degraded']).meta({
      description: 'Healthy is a success rate over 95 percent.',
    }),
    success_rate: z.number().min(0).max(100).meta({ description: 'Percent.' }),
    total_deliveries: count.meta({ description: 'Those that have ended.' }),
    average_response_time: seconds,
  })
  .meta({
    id: 'Health',
    examples: [
      { status: 'healthy', success_rate: 98.33, total_deliveries: 120, average_response_time: 0.12 },
    ],
  });
