/** What the log says of a few deliveries: asked where a worker died and nobody else knows what it had done. */
import type { Kafka } from 'kafkajs';
import type { DeliveryEvent } from '../../schemas/delivery-log.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import type { Logger } from '../telemetry.ts';
import { decodeDeliveryEvent } from './event-log.ts';
import { rangesBetween, readPast } from './read-past.ts';
import { DELIVERY_LOG } from './topics.ts';

/** Far longer than a reading takes, and shorter than the activities may last; then it is tried again from the beginning. */
const TIME_LIMIT_MS = 300_000;

/**
 * The last record of each of `ids` that was appended from `sinceMs` to now, beside the word that it was handed
 * over, which may come late. Rejects where the log cannot be read whole.
 */
export async function recallDeliveries(
  kafka: Kafka,
  logger: Logger,
  ids: ReadonlySet<DeliveryId>,
  sinceMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<DeliveryId, DeliveryEvent>> {
  const found = new Map<DeliveryId, DeliveryEvent>();
  await readRecordsOf(kafka, logger, ids, sinceMs, signal, (_id, value) => {
    const decoded = decodeDeliveryEvent(value);
    if (decoded.ok && decoded.event.type !== 'DeliveryScheduled') {
      found.set(decoded.event.delivery_id, decoded.event);
    }
  });
  return found;
}

/** Those of `ids` that have a record of any kind, appended from `sinceMs` to now. Rejects as `recallDeliveries` does. */
export async function recordedDeliveries(
  kafka: Kafka,
  logger: Logger,
  ids: ReadonlySet<DeliveryId>,
  sinceMs: number,
  signal: AbortSignal,
): Promise<ReadonlySet<DeliveryId>> {
  const found = new Set<DeliveryId>();
  await readRecordsOf(kafka, logger, ids, sinceMs, signal, (id) => found.add(id));
  return found;
}

async function readRecordsOf(
  kafka: Kafka,
  logger: Logger,
  ids: ReadonlySet<DeliveryId>,
  sinceMs: number,
  signal: AbortSignal,
  onRecord: (id: DeliveryId, value: Buffer | null) => void,
): Promise<void> {
  const end = await readPast(kafka, logger, {
    reader: 'webhooks-recall',
    // To the end: nothing is written in the future.
    ranges: await rangesBetween(kafka, [DELIVERY_LOG], sinceMs, Date.now() + 60_000),
    timeLimitMs: TIME_LIMIT_MS,
    signal,
    onChunk: ({ records }) => {
      for (const { key, value } of records) {
        // Most records are of other deliveries, and need not be read for that.
        if (key !== null && ids.has(key as DeliveryId)) onRecord(key as DeliveryId, value);
      }
      return 'go_on';
    },
  });
  if (end !== 'all_read') throw new Error('the log of deliveries could not be read in time');
}
