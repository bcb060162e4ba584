/** Makes the delivery of a batch: its id, and the exact bytes of its body. */
import type { BatchedEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryTask, RecordPlace } from '../../schemas/delivery.ts';
import { deliveryIdText, formatDeliveryId } from '../deliver/delivery-id.ts';
import { deliveryBody } from '../deliver/payload.ts';
import type { BatchAddress } from './batch-address.ts';
import type { FlushedBatch } from './batch.ts';

/** The event type of a batch, in its body and in its headers. */
export const BATCH_EVENT_TYPE = 'batch';

/**
 * The delivery of a batch. The same batch gives the same task, wherever and whenever it is made. No event is in two
 * batches of one subscription, so the places of the first and the last one tell batches apart.
 */
export function batchDelivery(
  { accountId, subscriptionId, eventType }: BatchAddress,
  { flushedBy, items, atMs, version }: FlushedBatch,
  sha256: (text: string) => Uint8Array,
): DeliveryTask {
  const [first] = items;
  const last = items[items.length - 1];
  if (first === undefined || last === undefined) throw new RangeError('a batch has at least one event');
  const identity = [accountId, 'batch', eventType, subscriptionId, placeOf(first), placeOf(last)];
  const deliveryId = formatDeliveryId(sha256(JSON.stringify(identity)));
  const flushedAt = new Date(atMs).toISOString();
  const events = items.map(({ text }) => text).join(',');
  return {
    deliveryId,
    subscriptionId,
    subscriptionVersion: version,
    accountId,
    eventId: first.eventId,
    eventType,
    occurredAt: flushedAt,
    source: first.source,
    appendedAtMs: first.appendedAtMs,
    traceId: first.traceId,
    batchedEvents: items.length,
    body: deliveryBody({
      eventType: BATCH_EVENT_TYPE,
      occurredAt: flushedAt,
      subscriptionId,
      deliveryId,
      dataText: `{"event":${JSON.stringify(eventType)},"count":${items.length},"flushed_by":"${flushedBy}","events":[${events}]}`,
    }),
  };
}

/** The events of a batch as they are recorded, in their order. */
export const batchedEvents = (
  { accountId, subscriptionId, eventType }: BatchAddress,
  { items }: FlushedBatch,
  sha256: (text: string) => Uint8Array,
): readonly BatchedEvent[] =>
  items.map(({ eventId, occurredAt, source }) => {
    const alone = { accountId, eventId, eventType, subscriptionId, replayId: null };
    return {
      owed_id: formatDeliveryId(sha256(deliveryIdText(alone))),
      event_id: eventId,
      occurred_at: occurredAt,
      source,
    };
  });

const placeOf = ({ source }: { readonly source: RecordPlace }): string =>
  `${source.topic}/${source.partition}/${source.offset}`;
