/** The event of a delivery, as a batch collects it. */
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { BatchItem } from './batch.ts';

/** Before the data in a body that domain/deliver/payload.ts wrote. No id, type or time before it holds a quote. */
const BEFORE_DATA = ',"data":';

/**
 * What is collected instead of delivering the event alone. Its text is one event of the batch's body: no space between
 * tokens, keys in this order, and `data` as it was written for the delivery, byte by byte.
 */
export function batchItem(task: DeliveryTask, byteLength: (text: string) => number): BatchItem {
  const { eventId, eventType, occurredAt, source, appendedAtMs, traceId, body } = task;
  const dataText = body.slice(body.indexOf(BEFORE_DATA) + BEFORE_DATA.length, -1);
  const text = `{"id":${JSON.stringify(eventId)},"event":${JSON.stringify(eventType)},"timestamp":${JSON.stringify(occurredAt)},"data":${dataText}}`;
  return { eventId, occurredAt, source, appendedAtMs, traceId, text, bytes: byteLength(text) };
}
