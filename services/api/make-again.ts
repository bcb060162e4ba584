/**
 * Makes the task of a delivery that has ended, from the Kafka records that it was made of: neither bodies nor tasks are
 * kept. The bytes are those that were sent before.
 */
import { batchDelivery } from '../../domain/batch/batch-delivery.ts';
import { batchItem } from '../../domain/batch/batch-item.ts';
import { deliveryTask, owedTo } from '../../domain/deliver/delivery-task.ts';
import { fallbackTask } from '../../domain/deliver/fallback.ts';
import { readJson } from '../../domain/deliver/json-text.ts';
import { eventTraceId, traceIdOf } from '../../domain/deliver/trace-context.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import type { ConsumedRecord } from '../../infra/kafka/chunk-consumer.ts';
import { placeText } from '../../infra/kafka/read-past.ts';
import type { ShownDelivery } from '../../infra/postgres/delivery-queries.ts';
import type { FlushedBy } from '../../schemas/delivery-log.ts';
import type { DeliveryTask, RecordPlace } from '../../schemas/delivery.ts';
import type { EventTypeCatalogue } from '../../schemas/event-types.ts';
import { parseEventRecord } from '../../schemas/event.ts';

/** What a delivery is made again from. */
export interface MakeAgainFrom {
  readonly subscription: Subscription;
  /** What ended the collecting, for a batch; null where no record has told. */
  readonly flushedBy: FlushedBy | null;
  /** The records at these places, by `placeText`; null where one of them is not held any more. */
  readonly read: (places: readonly RecordPlace[]) => Promise<ReadonlyMap<string, ConsumedRecord> | null>;
}

/** The task, or why it cannot be made. */
export type MadeAgain =
  | { readonly ok: true; readonly task: DeliveryTask }
  | { readonly ok: false; readonly reason: 'events_are_gone' | 'recorded_otherwise' };

// Whether `data` keeps to its schema is not asked: that was judged when the event came in.
const NO_CATALOGUE: EventTypeCatalogue = new Map();

/** Rejects where the records cannot be read. */
export async function makeAgain(delivery: ShownDelivery, from: MakeAgainFrom): Promise<MadeAgain> {
  const isBatch = delivery.batched_events !== null;
  const places = isBatch ? delivery.events.map(({ source }) => source) : [delivery.source];
  // The list of a batch's events comes with a record of its own, which may be late.
  if (isBatch && places.length !== delivery.batched_events)
    return { ok: false, reason: 'recorded_otherwise' };
  const records = await from.read(places);
  if (records === null) return { ok: false, reason: 'events_are_gone' };
  const alone = places.flatMap((place) => {
    const task = taskAlone(delivery, from.subscription, place, records.get(placeText(place)));
    return task === null ? [] : [task];
  });
  const own = isBatch ? batchOf(delivery, from, alone) : (alone[0] ?? null);
  if (own === null || alone.length !== places.length) return { ok: false, reason: 'recorded_otherwise' };
  const task = delivery.stands_in_for === null ? own : fallbackTask(own, sha256);
  // The id is made of all that makes one delivery another.
  if (task.deliveryId !== delivery.id) return { ok: false, reason: 'recorded_otherwise' };
  return { ok: true, task: { ...task, attemptsBefore: delivery.attempt_count } };
}

/** What one event would be owed as alone. */
function taskAlone(
  { subscription_id: subscriptionId }: ShownDelivery,
  subscription: Subscription,
  place: RecordPlace,
  record: ConsumedRecord | undefined,
): DeliveryTask | null {
  if (record === undefined) return null;
  const parsed = parseEventRecord({ ...record, ...place }, NO_CATALOGUE, readJson);
  if (!parsed.ok) return null;
  const { event } = parsed;
  const owed = owedTo(subscriptionId, subscription);
  const traceId = traceIdOf(record.headers['traceparent']?.toString()) ?? eventTraceId(event, sha256);
  return deliveryTask(event, owed, place, record.timestampMs, traceId, sha256);
}

function batchOf(
  delivery: ShownDelivery,
  { subscription, flushedBy }: MakeAgainFrom,
  alone: readonly DeliveryTask[],
): DeliveryTask | null {
  if (flushedBy === null || alone.length === 0) return null;
  const { account_id: accountId, subscription_id: subscriptionId, event: eventType } = delivery;
  const items = alone.map((task) => batchItem(task, (text) => Buffer.byteLength(text)));
  const atMs = Date.parse(delivery.occurred_at);
  const flushed = { flushedBy, items, atMs, version: subscription.version };
  return batchDelivery({ accountId, subscriptionId, eventType }, flushed, sha256);
}
