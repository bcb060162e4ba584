/** What a delivery that has ended is made again from: its bytes and its id have to be the same. */
import { describe, expect, it } from 'vitest';
import { batchDelivery } from '../../../domain/batch/batch-delivery.ts';
import { batchItem } from '../../../domain/batch/batch-item.ts';
import type { FlushedBatch } from '../../../domain/batch/batch.ts';
import { deliveryTask } from '../../../domain/deliver/delivery-task.ts';
import { fallbackTask } from '../../../domain/deliver/fallback.ts';
import { readJson } from '../../../domain/deliver/json-text.ts';
import { eventTraceId } from '../../../domain/deliver/trace-context.ts';
import { sha256 } from '../../../infra/crypto/hash.ts';
import type { ConsumedRecord } from '../../../infra/kafka/chunk-consumer.ts';
import { placeText } from '../../../infra/kafka/read-past.ts';
import type { ShownDelivery } from '../../../infra/postgres/delivery-queries.ts';
import type { DeliveryTask, RecordPlace } from '../../../schemas/delivery.ts';
import { parseEventRecord } from '../../../schemas/event.ts';
import { makeAgain, type MakeAgainFrom } from '../../../services/api/make-again.ts';
import { subscriptionTo } from '../../workflows/delivery-env.ts';

const subscription = subscriptionTo('https://example.com/hooks');
const { accountId, id: subscriptionId } = subscription;

const placeOf = (index: number): RecordPlace => ({
  topic: 'platform.events',
  partition: index % 2,
  offset: String(100 + index),
});
/** A number that a double cannot hold, for the bytes are to be the same. */
const recordOf = (index: number): ConsumedRecord => ({
  offset: BigInt(placeOf(index).offset),
  key: null,
  value: Buffer.from(
    `{"id":"evt_${index}","event":"order.placed","timestamp":"2024-01-15T10:30:0${index}Z","data":{"n":1${index}12345678901234567890}}`,
  ),
  headers: {},
  timestampMs: 1_705_314_600_000 + index,
});
const sent = (index: number): DeliveryTask => {
  const parsed = parseEventRecord({ ...recordOf(index), ...placeOf(index) }, new Map(), readJson);
  if (!parsed.ok) throw new Error(parsed.reason.message);
  const { event } = parsed;
  const owed = { subscriptionId, version: subscription.version, orderedBy: null };
  const { timestampMs } = recordOf(index);
  return deliveryTask(event, owed, placeOf(index), timestampMs, eventTraceId(event, sha256), sha256);
};
const flushed: FlushedBatch = {
  flushedBy: 'timeout',
  items: [0, 1, 2].map((index) => batchItem(sent(index), (text) => Buffer.byteLength(text))),
  atMs: Date.parse('2024-01-15T10:30:35.001Z'),
  version: subscription.version,
};
const batch = batchDelivery({ accountId, subscriptionId, eventType: 'order.placed' }, flushed, sha256);

/** As the read model shows it after two attempts. */
const shown = (task: DeliveryTask, places: readonly RecordPlace[]): ShownDelivery =>
  ({
    id: task.deliveryId,
    account_id: accountId,
    subscription_id: subscriptionId,
    event: 'order.placed',
    occurred_at: task.occurredAt,
    source: task.source,
    attempt_count: 2,
    batched_events: task.batchedEvents ?? null,
    stands_in_for: task.standsInFor ?? null,
    events: places.map((source) => ({ source })),
  }) as unknown as ShownDelivery;

const from = (kept: readonly number[], flushedBy: MakeAgainFrom['flushedBy']): MakeAgainFrom => ({
  subscription,
  flushedBy,
  read: (places) => {
    const records = new Map(kept.map((index) => [placeText(placeOf(index)), recordOf(index)]));
    return Promise.resolve(places.every((place) => records.has(placeText(place))) ? records : null);
  },
});
const PLACES = [0, 1, 2].map(placeOf);

describe('a delivery that has ended is made again, with its attempts counted on,', () => {
  it('where it is of one event', async () => {
    expect(await makeAgain(shown(sent(1), [placeOf(1)]), from([1], null))).toEqual({
      ok: true,
      task: { ...sent(1), attemptsBefore: 2 },
    });
  });

  it('where it is a batch, byte by byte', async () => {
    expect(await makeAgain(shown(batch, PLACES), from([0, 1, 2], 'timeout'))).toEqual({
      ok: true,
      task: { ...batch, attemptsBefore: 2 },
    });
  });

  it('where it is the batch that went to a fallback', async () => {
    const fallback = fallbackTask(batch, sha256);
    expect(await makeAgain(shown(fallback, PLACES), from([0, 1, 2], 'timeout'))).toEqual({
      ok: true,
      task: { ...fallback, attemptsBefore: 2 },
    });
  });
});

describe('it is not made again', () => {
  it('where Kafka does not keep all of its events any more', async () => {
    const made = await makeAgain(shown(batch, PLACES), from([0, 2], 'timeout'));
    expect(made).toEqual({ ok: false, reason: 'events_are_gone' });
  });

  it.each([
    ['it was not recorded what ended the collecting', from([0, 1, 2], null), PLACES],
    ['not all events of the batch are known', from([0, 1, 2], 'timeout'), PLACES.slice(1)],
    ['its events stand in another order', from([0, 1, 2], 'timeout'), [...PLACES].reverse()],
  ])('where %s', async (_why, known, places) => {
    const made = await makeAgain(shown(batch, places), known);
    expect(made).toEqual({ ok: false, reason: 'recorded_otherwise' });
  });
});
