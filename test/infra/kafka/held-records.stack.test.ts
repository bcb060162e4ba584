/** Records of held deliveries on a real Kafka: where they stand, and what is read of them. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deliveryScheduled, heldDelivery } from '../../../domain/record/delivery-event.ts';
import { createAppender } from '../../../infra/kafka/appender.ts';
import { createEventLog, decodeHeldRecord, type HeldRecord } from '../../../infra/kafka/event-log.ts';
import { readPast, wholeRanges } from '../../../infra/kafka/read-past.ts';
import { recallDeliveries, recordedDeliveries } from '../../../infra/kafka/recall-deliveries.ts';
import { DELIVERY_LOG, HELD_DELIVERIES } from '../../../infra/kafka/topics.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../../schemas/ids.ts';
import { startTestKafka, type TestKafka } from './test-kafka.ts';

const logger = pino({ level: 'silent' });
const LANES = 5;
const TASKS = 40;

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startTestKafka();
  await kafka.createTopic(HELD_DELIVERIES, 6);
  await kafka.createTopic(DELIVERY_LOG, 6);
});
afterAll(() => kafka.stop());

const taskOf = (index: number): DeliveryTask => ({
  deliveryId: `del_${String(index).padStart(32, '0')}` as DeliveryId,
  subscriptionId: 'wh_00000000000000000001' as SubscriptionId,
  subscriptionVersion: 1,
  accountId: 'default' as AccountId,
  eventId: `evt_${index}` as EventId,
  eventType: 'workflow.completed',
  occurredAt: '2024-01-15T10:30:05.123Z',
  source: { topic: 'platform.events', partition: 0, offset: String(index) },
  appendedAtMs: 1_705_314_600_000 + index,
  body: '{}',
  traceId: '0'.repeat(32),
  lane: `lane ${index % LANES}`,
});
const tasks = Array.from({ length: TASKS }, (_, index) => taskOf(index));
const signal = new AbortController().signal;

it('all records of a lane share a partition, and are read in the order in which they were appended', async () => {
  const appender = await createAppender(kafka.client, logger);
  const log = createEventLog(appender);
  await Promise.all(
    tasks.map((task) =>
      log.appendDeliveryEvents([], [{ change: 'hold', held: heldDelivery(task, 0, null) }]),
    ),
  );
  await log.appendDeliveryEvents(
    [],
    tasks.flatMap((task) => [
      { change: 'hurry', task, attemptsMade: 0 },
      { change: 'end', task },
    ]),
  );
  await appender.close();

  const read: { readonly partition: number; readonly record: HeldRecord }[] = [];
  await readPast(kafka.client, logger, {
    reader: 'test',
    ranges: await wholeRanges(kafka.client, [HELD_DELIVERIES]),
    timeLimitMs: 30_000,
    signal,
    onChunk({ partition, records }) {
      for (const { key, value } of records) {
        const decoded = decodeHeldRecord(value, key);
        if (decoded.ok) read.push({ partition, record: decoded.event });
      }
      return 'go_on';
    },
  });
  const idOf = (record: HeldRecord): DeliveryId | null =>
    record.change === 'hold'
      ? record.held.task.deliveryId
      : record.change === 'none'
        ? null
        : record.deliveryId;
  for (let lane = 0; lane < LANES; lane += 1) {
    const ids = tasks.filter((_, index) => index % LANES === lane).map(({ deliveryId }) => deliveryId);
    const ofLane = read.filter(({ record }) => ids.includes(idOf(record)!));
    expect(new Set(ofLane.map(({ partition }) => partition)).size).toBe(1);
    const told = (change: HeldRecord['change']) =>
      ofLane.filter(({ record }) => record.change === change).map(({ record }) => idOf(record));
    expect(told('hold')).toEqual(ids);
    expect(told('hurry')).toEqual(ids);
    expect(told('end')).toEqual(ids);
  }
});

it('a delivery is recorded once anything was said of it, and recalled only once something became of it', async () => {
  const appender = await createAppender(kafka.client, logger);
  const sinceMs = Date.now() - 60_000;
  const told = tasks.slice(0, 3);
  await createEventLog(appender).appendDeliveryEvents(
    told.map((task) => deliveryScheduled(task, 'release:wh_00000000000000000001', new Date())),
  );
  await appender.close();
  const asked = new Set(tasks.map(({ deliveryId }) => deliveryId));
  const recorded = await recordedDeliveries(kafka.client, logger, asked, sinceMs, signal);
  expect([...recorded].sort()).toEqual(told.map(({ deliveryId }) => deliveryId));
  expect(await recallDeliveries(kafka.client, logger, asked, sinceMs, signal)).toEqual(new Map());
});
