/** What the API takes beside subscriptions: queries, ids in paths, and events to publish. */
import { z } from 'zod';
import { DeliveryStatus } from './delivery.ts';
import { Conditions, EventPattern, Filters } from './filter.ts';
import { DeliveryId, EventId, SubscriptionId } from './ids.ts';

const limit = z.coerce.number('expected a number from 1 to 250').int().min(1).max(250).default(50);
const cursor = z.string().min(1).max(512).optional();
const moment = z.iso.datetime({
  offset: true,
  error: 'expected an RFC 3339 time such as 2024-01-15T10:30:05Z',
});

/** A page of a list: `limit` at most 250, `cursor` from the answer before. */
export const PageQuery = z.strictObject({ limit, cursor });
export type PageQuery = z.infer<typeof PageQuery>;

/** `GET /v1/deliveries`. `from` (included) and `to` (excluded) speak of when the delivery was created. */
export const DeliveriesQuery = z.strictObject({
  limit,
  cursor,
  subscription_id: SubscriptionId.optional(),
  status: DeliveryStatus.optional(),
  status_code: z.coerce.number('expected an HTTP status').int().min(100).max(599).optional(),
  event: z.string().min(1).max(256).optional(),
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

export const SubscriptionParams = z.strictObject({ id: SubscriptionId });
export const DeliveryParams = z.strictObject({ id: DeliveryId });

/** `POST /v1/events`. `data` and `timestamp` are judged by the same rules as a record on Kafka. */
export const NewEvent = z.strictObject({
  id: EventId.optional(),
  event: z.string(),
  timestamp: z.string().optional(),
  account_id: z.string().optional(),
  data: z.record(z.string(), z.unknown(), 'expected an object'),
});

/** `POST /v1/explain`. The event is looked for among what Kafka was given from `from` (included) to `to` (excluded). */
export const ExplainRequest = z.strictObject({
  event_id: EventId,
  subscription_id: SubscriptionId,
  from: moment.optional(),
  to: moment.optional(),
});
export type ExplainRequest = z.infer<typeof ExplainRequest>;

/**
 * `POST /v1/subscriptions/preview`. The draft is run over what Kafka was given from `from` (included) to `to`
 * (excluded); `limit` is how many matches are shown, and all are counted.
 */
export const PreviewRequest = z.strictObject({
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
});
export type PreviewRequest = z.infer<typeof PreviewRequest>;
