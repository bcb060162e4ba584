/** What the product writes to Kafka, and how it reads its own records back: JSON, checked at both ends. */
import { z } from 'zod';
import { DeliveryEvent } from '../../schemas/delivery-log.ts';
import {
  type DeliveryTask,
  HeldDelivery,
  HeldDeliveryHurried,
  type RecordPlace,
} from '../../schemas/delivery.ts';
import { DeliveryId } from '../../schemas/ids.ts';
import type { JsonValue } from '../../schemas/json.ts';
import { upcastFromV1 } from '../../schemas/subscription-log-v1.ts';
import { SUBSCRIPTION_LOG_VERSION, SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { ConsumedRecord } from './chunk-consumer.ts';
import type { Appender, NewRecord } from './appender.ts';
import {
  DEAD_LETTERS,
  DELIVERY_LOG,
  HELD_DELIVERIES,
  MAX_DEAD_LETTER_BYTES,
  SUBSCRIPTION_LOG,
} from './topics.ts';

/** The two logs of the product, appended to. Each call resolves once the records are durable. */
export interface EventLog {
  appendSubscriptionEvents(events: readonly SubscriptionEvent[]): Promise<void>;
  /** What becomes of their being held is appended with them. */
  appendDeliveryEvents(events: readonly DeliveryEvent[], held?: readonly HeldChange[]): Promise<void>;
}

/** What is appended to `webhooks.held`. */
export type HeldChange =
  /** No workflow of its own carries the delivery from now on. */
  | { readonly change: 'hold'; readonly held: HeldDelivery }
  | { readonly change: 'end'; readonly task: HeldTask }
  /** It is to be tried without the rest of its wait, unless it has been tried since it had `attemptsMade`. */
  | { readonly change: 'hurry'; readonly task: HeldTask; readonly attemptsMade: number };

/** What tells where the records of a held delivery stand. */
type HeldTask = Pick<DeliveryTask, 'deliveryId' | 'lane'>;

/** A record of `webhooks.held` as it is read. */
export type HeldRecord =
  | { readonly change: 'hold'; readonly held: HeldDelivery }
  | { readonly change: 'end'; readonly deliveryId: DeliveryId }
  | { readonly change: 'hurry'; readonly deliveryId: DeliveryId; readonly attemptsMade: number }
  | { readonly change: 'none' };

/** What a fact has to tell its account, as records; none where it is nothing. */
export type Announce = (fact: DeliveryEvent | SubscriptionEvent) => readonly NewRecord[];

/** What `announce` answers is appended together with the facts, so that neither is without the other. */
export const createEventLog = (
  appender: Pick<Appender, 'append'>,
  announce: Announce = () => [],
): EventLog => ({
  appendSubscriptionEvents: (events) =>
    appender.append([...events.map(subscriptionRecord), ...events.flatMap(announce)]),
  appendDeliveryEvents: (events, held = []) =>
    appender.append([
      ...events.map(deliveryRecord),
      ...held.flatMap(heldRecords),
      ...events.flatMap(announce),
    ]),
});

const subscriptionRecord = (event: SubscriptionEvent): NewRecord => ({
  topic: SUBSCRIPTION_LOG,
  key: event.subscription_id,
  value: JSON.stringify(event),
});

/** A key of its own, for the order must not take the place of what it speaks of when the topic is compacted. */
const HURRY_SUFFIX = ':hurry';

function heldRecords(change: HeldChange): readonly NewRecord[] {
  const { deliveryId, lane } = change.change === 'hold' ? change.held.task : change.task;
  // All of a lane in one partition, tombstones too: they are projected in the order in which they were appended.
  const record = (key: string, value: object | null): NewRecord => ({
    topic: HELD_DELIVERIES,
    key,
    value: value === null ? null : JSON.stringify(value),
    partitionKey: lane ?? deliveryId,
  });
  switch (change.change) {
    case 'hold':
      return [record(deliveryId, change.held)];
    case 'end':
      return [record(deliveryId, null)];
    case 'hurry': {
      const hurried: HeldDeliveryHurried = {
        schema_version: 1,
        delivery_id: deliveryId,
        attempts_made: change.attemptsMade,
      };
      // It counts at the moment when it is read, and the topic need not keep it.
      return [record(deliveryId + HURRY_SUFFIX, hurried), record(deliveryId + HURRY_SUFFIX, null)];
    }
  }
}

const deliveryRecord = (event: DeliveryEvent): NewRecord => ({
  topic: DELIVERY_LOG,
  key: event.delivery_id,
  value: JSON.stringify(event),
});

/**
 * A record that is no valid event, as it is kept: its bytes, its key and headers, why, and whence. Of one that the topic
 * would not take, for it came compressed and is larger, only why and whence: it is to be found there.
 */
export function deadLetter(record: ConsumedRecord, place: RecordPlace, reason: string): NewRecord {
  const bytes = sizeOf(record);
  const fits = bytes <= MAX_DEAD_LETTER_BYTES - OWN_BYTES;
  return {
    topic: DEAD_LETTERS,
    key: fits ? record.key : null,
    value: fits ? record.value : null,
    headers: {
      ...(fits ? record.headers : {}),
      error: fits ? reason : `${reason}; not copied here, for it has ${bytes} bytes`,
      source_topic: place.topic,
      source_partition: String(place.partition),
      source_offset: place.offset,
    },
  };
}

/** Ample for our own headers, and for the lengths that Kafka writes before each part. */
const OWN_BYTES = 65_536;

const sizeOf = ({ key, value, headers }: ConsumedRecord): number =>
  Object.entries(headers).reduce(
    (sum, [name, given]) =>
      [given ?? []].flat().reduce((all, one) => all + name.length + Buffer.byteLength(one), sum),
    Buffer.byteLength(key ?? '') + (value?.length ?? 0),
  );

/** A decoded record, or why it is none of ours. */
export type Decoded<Event> =
  { readonly ok: true; readonly event: Event } | { readonly ok: false; readonly reason: string };

/** Reads a record of `webhooks.subscriptions`, of this version or an older one. Never throws. */
export const decodeSubscriptionEvent = (value: Buffer | null): Decoded<SubscriptionEvent> =>
  decode(AnySubscriptionEvent, value);

const AnySubscriptionEvent = z.preprocess((record) => upcastFromV1(record as JsonValue), SubscriptionEvent);

/**
 * The same for who keeps what it has read: throws for a record of a version that is yet to come. To pass over it, and
 * to remember that it was read, would be wrong for ever.
 */
export function decodeKnownSubscriptionEvent(value: Buffer | null): Decoded<SubscriptionEvent> {
  const decoded = decodeSubscriptionEvent(value);
  if (!decoded.ok && decode(FutureRecord, value).ok) {
    throw new Error(`a newer version of the product has written to ${SUBSCRIPTION_LOG}: run that one`);
  }
  return decoded;
}

const FutureRecord = z.object({ schema_version: z.int().min(SUBSCRIPTION_LOG_VERSION + 1) });

/** Reads a record of `webhooks.deliveries`. Never throws. */
export const decodeDeliveryEvent = (value: Buffer | null): Decoded<DeliveryEvent> =>
  decode(DeliveryEvent, value);

/** Reads a record of `webhooks.held`; one without a value says that its delivery is held no longer. Never throws. */
export function decodeHeldRecord(value: Buffer | null, key: string | null): Decoded<HeldRecord> {
  if (key?.endsWith(HURRY_SUFFIX) === true) {
    if (value === null) return { ok: true, event: { change: 'none' } };
    const decoded = decode(HeldDeliveryHurried, value);
    if (!decoded.ok) return decoded;
    const { delivery_id: deliveryId, attempts_made: attemptsMade } = decoded.event;
    return { ok: true, event: { change: 'hurry', deliveryId, attemptsMade } };
  }
  if (value === null) {
    const id = DeliveryId.safeParse(key);
    return id.success
      ? { ok: true, event: { change: 'end', deliveryId: id.data } }
      : { ok: false, reason: 'the key is no id of a delivery' };
  }
  const decoded = decode(HeldDelivery, value);
  return decoded.ok ? { ok: true, event: { change: 'hold', held: decoded.event } } : decoded;
}

/** Reads a record of ours that `schema` describes. Never throws. */
export function decode<Event>(
  schema: { safeParse(value: unknown): { success: true; data: Event } | { success: false; error: Error } },
  value: Buffer | null,
): Decoded<Event> {
  if (value === null) return { ok: false, reason: 'the record has no value' };
  let json: unknown;
  try {
    json = JSON.parse(value.toString());
  } catch {
    return { ok: false, reason: 'the record is no JSON' };
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? { ok: true, event: parsed.data }
    : { ok: false, reason: `the record breaks its schema: ${parsed.error.message}` };
}
