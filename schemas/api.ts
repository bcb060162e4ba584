/** What the API takes beside subscriptions: queries, ids in paths, and events to publish. */
import { z } from 'zod';
import { DeliveryStatus } from './delivery.ts';
import { Conditions, EventPattern, Filters } from './filter.ts';
import { DeliveryId, EventId, SubscriptionId } from './ids.ts';

const limit = z.coerce
  .number('expected a number from 1 to 250')
  .int()
  .min(1)
  .max(250)
  .default(50)
  .meta({ description: 'How many to answer at most.', examples: [50] });
const cursor = z
  .string()
  .min(1)
  .max(512)
  .optional()
  .meta({ description: 'The `next_cursor` of the answer before.' });
const moment = z.iso
  .datetime({
    offset: true,
    error: 'expected an RFC 3339 time such as 2024-01-15T10:30:05Z',
  })
  .meta({ examples: ['2024-01-15T10:30:05Z'] });
const EXAMPLE_EVENT = 'workflow.completed';

/** A page of a list: `limit` at most 250, `cursor` from the answer before. */
export const PageQuery = z.strictObject({ limit, cursor });
export type PageQuery = z.infer<typeof PageQuery>;

/** `GET /v1/deliveries`. `from` (included) and `to` (excluded) speak of when the delivery was created. */
export const DeliveriesQuery = z.strictObject({
  limit,
  cursor,
  subscription_id: SubscriptionId.optional(),
  status: DeliveryStatus.optional(),
  status_code: z.coerce
    .number('expected an HTTP status')
    .int()
    .min(100)
    .max(599)
    .optional()
    .meta({ description: 'Of the latest attempt.', examples: [500] }),
  event: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'An event type.', examples: [EXAMPLE_EVENT] }),
  event_id: EventId.optional(),
  from: moment.optional(),
  to: moment.optional(),
});
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;

/** `GET /v1/audit-log`. `from` (included) and `to` (excluded) speak of when it was done. */
export const AuditQuery = z.strictObject({
  limit,
  cursor,
  subscription_id: SubscriptionId.optional(),
  actor: z.string().min(1).max(256).optional(),
  type: z.string().min(1).max(256).optional(),
  from: moment.optional(),
  to: moment.optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

/** Ids in paths. The title says what there is none of where the id is not even shaped like one. */
export const SubscriptionParams = z.strictObject({ id: SubscriptionId }).meta({ title: 'subscription' });
/** `POST /v1/deliveries/{id}/retry`. */
export const RetryRequest = z
  .strictObject({
    force: z
      .boolean('expected true or false')
      .default(false)
      .meta({ description: 'Also where it has succeeded: its receiver gets it a second time.' }),
  })
  .meta({ id: 'RetryRequest', examples: [{ force: true }] });

export const DeliveryParams = z.strictObject({ id: DeliveryId }).meta({ title: 'delivery' });
export const EventTypeParams = z.strictObject({ type: z.string().meta({ examples: [EXAMPLE_EVENT] }) });

/** RFC 9110, section 8.8.3. */
const ENTITY_TAG = String.raw`(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"`;

/**
 * The version that a change is for; any version where it is absent or `*`. Other tags are well-formed too, and so are
 * lists of tags: they match nothing. A version may go without its quotes.
 */
export const IfMatch = z.looseObject({
  'if-match': z
    .string()
    .regex(
      new RegExp(String.raw`^\s*(?:\*|\d{1,15}|${ENTITY_TAG}(?:\s*,\s*${ENTITY_TAG})*)\s*$`),
      'If-Match: expected the ETag of the subscription, such as "3".',
    )
    .optional()
    .meta({
      description: 'The `ETag` of the version that is to be changed. Another one by then answers 412.',
      examples: ['"3"'],
    }),
});

const KEY_LENGTH = 'Idempotency-Key: expected 1 to 255 characters.';

/**
 * Names a request, so that it may be repeated. An empty one is refused: it comes from a client that has lost its key,
 * and all its events would be one.
 */
export const IdempotencyKey = z.looseObject({
  'idempotency-key': z
    .string()
    .min(1, KEY_LENGTH)
    .max(255, KEY_LENGTH)
    .optional()
    .meta({
      description:
        'An event without `id` gets the same one for the same key, and so is delivered once. 1 to 255 characters.',
      examples: ['invoice-4711'],
    }),
});

/** `POST /v1/events`. `data` and `timestamp` are judged by the same rules as a record on Kafka. */
export const NewEvent = z
  .strictObject({
    id: EventId.optional(),
    event: z.string(),
    timestamp: z.string().optional(),
    account_id: z.string().optional(),
    data: z.record(z.string(), z.unknown(), 'expected an object'),
  })
  .meta({
    id: 'NewEvent',
    examples: [{ event: EXAMPLE_EVENT, data: { workflow_id: 'customer_support_bot', execution_time: 2.3 } }],
  });

/** The answer to `POST /v1/events`. */
export const PublishedEvent = z.object({ id: EventId }).meta({ examples: [{ id: 'evt_1' }] });

/** `POST /v1/explain`. The event is looked for among what Kafka was given from `from` (included) to `to` (excluded). */
export const ExplainRequest = z
  .strictObject({
    event_id: EventId,
    subscription_id: SubscriptionId,
    from: moment.optional(),
    to: moment.optional(),
  })
  .meta({
    id: 'ExplainRequest',
    examples: [{ event_id: 'evt_1', subscription_id: 'wh_4f9Kq2Zt7mXc1LbR8sVd' }],
  });
export type ExplainRequest = z.infer<typeof ExplainRequest>;

/**
 * `POST /v1/subscriptions/preview`. The draft is run over what Kafka was given from `from` (included) to `to`
 * (excluded); `limit` is how many matches are shown, and all are counted.
 */
export const PreviewRequest = z
  .strictObject({
    events: z.array(EventPattern).min(1, 'expected at least one event type').max(100).default(['*']),
    filters: Filters.default({}),
    conditions: Conditions.default({}),
    from: moment.optional(),
    to: moment.optional(),
    limit: z
      .int('expected a number from 0 to 250')
      .min(0, 'expected a number from 0 to 250')
      .max(250, 'expected a number from 0 to 250')
      .default(50),
  })
  .meta({
    id: 'PreviewRequest',
    examples: [{ events: ['workflow.*'], conditions: { execution_time: { greater_than: 5 } }, limit: 10 }],
  });
export type PreviewRequest = z.infer<typeof PreviewRequest>;
