import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type BatchAddress, batchActorId } from '../../../domain/batch/batch-address.ts';
import { batchDelivery, batchedEvents } from '../../../domain/batch/batch-delivery.ts';
import { batchItem } from '../../../domain/batch/batch-item.ts';
import type { BatchItem, FlushedBatch } from '../../../domain/batch/batch.ts';
import { deliveryTask } from '../../../domain/deliver/delivery-task.ts';
import { targetOf } from '../../../domain/deliver/target.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';
import type { PlatformEvent } from '../../../schemas/event.ts';
import type { AccountId, EventId, SubscriptionId } from '../../../schemas/ids.ts';
import { itemsFrom } from './batch-items.ts';

const ADDRESS: BatchAddress = {
  accountId: 'default' as AccountId,
  subscriptionId: 'wh_abc12345' as SubscriptionId,
  eventType: 'workflow.completed',
};
const EVENT: PlatformEvent = {
  id: 'evt_"1"' as EventId,
  type: 'workflow.completed',
  occurredAt: '2024-01-15T10:30:05.123Z',
  accountId: ADDRESS.accountId,
  data: { n: 12345678901234567890 },
  dataText: '{"n":12345678901234567890}',
};
const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();
/** As the router makes it of the event's own delivery. */
const item = (): BatchItem =>
  batchItem(
    deliveryTask(
      EVENT,
      { subscriptionId: ADDRESS.subscriptionId, version: 1, orderedBy: null },
      { topic: 'platform.events', partition: 0, offset: '0' },
      0,
      'f'.repeat(32),
      sha256,
    ),
    (text) => Buffer.byteLength(text),
  );
const flushedOf = (start: number, end: number): FlushedBatch => ({
  flushedBy: 'size',
  items: itemsFrom(start, end),
  atMs: Date.parse('2024-01-15T10:30:07.000Z'),
  version: 3,
});

describe('the body of a batch', () => {
  it('is that of the contract, with no space and nothing lost', () => {
    const items = [item(), item()];
    const { body, deliveryId } = batchDelivery(ADDRESS, { ...flushedOf(0, 2), items }, sha256);
    const event = `{"id":"evt_\\"1\\"","event":"workflow.completed","timestamp":"2024-01-15T10:30:05.123Z","data":{"n":12345678901234567890}}`;
    expect(body).toBe(
      `{"event":"batch","timestamp":"2024-01-15T10:30:07.000Z","webhook_id":"wh_abc12345","delivery_id":"${deliveryId}","data":{"event":"workflow.completed","count":2,"flushed_by":"size","events":[${event},${event}]}}`,
    );
  });
});

describe('the delivery of a batch', () => {
  it('is the same for the same batch, and another for any other', () => {
    const idOf = (address: BatchAddress, start: number, end: number) =>
      batchDelivery(address, flushedOf(start, end), sha256).deliveryId;
    const ids = [
      idOf(ADDRESS, 0, 2),
      idOf(ADDRESS, 0, 3),
      idOf(ADDRESS, 1, 3),
      idOf({ ...ADDRESS, eventType: 'other' }, 0, 2),
      idOf({ ...ADDRESS, subscriptionId: 'wh_other123' as SubscriptionId }, 0, 2),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(idOf(ADDRESS, 0, 2)).toBe(ids[0]);
    expect(ids[0]).toMatch(/^del_[0-9a-z]{32}$/);
  });

  it('stands for its first event, and says how many there are', () => {
    expect(batchDelivery(ADDRESS, flushedOf(4, 7), sha256)).toMatchObject({
      eventId: 'evt_0_4',
      eventType: 'workflow.completed',
      source: { offset: '4' },
      batchedEvents: 3,
      subscriptionVersion: 3,
      occurredAt: '2024-01-15T10:30:07.000Z',
    });
  });

  it('knows each of its events by the delivery that it would be alone', () => {
    const alone = deliveryTask(
      EVENT,
      { ...ADDRESS, version: 1, orderedBy: null },
      item().source,
      0,
      'f'.repeat(32),
      sha256,
    );
    const [known] = batchedEvents(ADDRESS, { ...flushedOf(0, 1), items: [item()] }, sha256);
    expect(known).toEqual({
      owed_id: alone.deliveryId,
      event_id: EVENT.id,
      occurred_at: EVENT.occurredAt,
      source: item().source,
    });
  });

  it('goes where its first event goes', () => {
    const items = [item(), ...itemsFrom(1, 2)];
    const settings = {
      url: 'https://example.com/other',
      routes: [{ when: { filters: { n: { exists: true } } }, url: 'https://example.com/n' }],
    } as unknown as Parameters<typeof targetOf>[0];
    const to = (task: DeliveryTask) => targetOf(settings, task, task.body);
    expect(to(batchDelivery(ADDRESS, { ...flushedOf(0, 2), items }, sha256))).toBe('https://example.com/n');
    expect(to(batchDelivery(ADDRESS, flushedOf(0, 2), sha256))).toBe('https://example.com/other');
  });
});

describe('the id of the actor', () => {
  it('tells subscriptions, types and urls of routes apart', () => {
    expect(batchActorId(ADDRESS, null)).toBe('batch:wh_abc12345:workflow.completed');
    expect(batchActorId(ADDRESS, sha256('https://example.com/a'))).toMatch(
      /^batch:wh_abc12345:workflow\.completed@[0-9a-f]{16}$/,
    );
    expect(batchActorId(ADDRESS, sha256('https://example.com/a'))).not.toBe(
      batchActorId(ADDRESS, sha256('https://example.com/b')),
    );
  });
});
