/**
 * All subscriptions, from a snapshot of their log where PostgreSQL has one, and from then on from the log itself. The
 * snapshot spares a start most of the reading, and nothing else depends on it: without it the log is read from its
 * first record.
 */
import type { Kafka } from 'kafkajs';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { StoredSubscription } from '../../schemas/subscription-snapshot.ts';
import { wholeRanges } from '../kafka/read-past.ts';
import { followSubscriptionLog } from '../kafka/subscription-log.ts';
import type { Tail } from '../kafka/tail.ts';
import { SUBSCRIPTION_LOG } from '../kafka/topics.ts';
import { createPool } from '../postgres/pool.ts';
import { loadSubscriptionStates, type SnapshotOffsets } from '../postgres/subscription-states.ts';
import type { Logger } from '../telemetry.ts';

/** Takes what is told of subscriptions. An event or a state may tell what was told before. */
export interface SubscriptionReader {
  /** Names it in its consumer group. */
  readonly name: string;
  /** What a subscription had come to; all of these before the first event. */
  readonly onState: (state: StoredSubscription) => void;
  /** The next change of a subscription, in order for each. */
  readonly onEvent: (event: SubscriptionEvent) => void;
  readonly onCrash: (error: Error) => void;
}

/** Starts to follow. `caughtUp` of what it answers tells when the past is known; until then nothing may be done. */
export async function followSubscriptions(
  kafka: Kafka,
  databaseUrl: string,
  logger: Logger,
  reader: SubscriptionReader,
): Promise<Tail> {
  const startAt = await loadSnapshot(kafka, databaseUrl, logger, reader);
  return followSubscriptionLog(kafka, logger, { ...reader, startAt });
}

/** Where to go on in the log. Nowhere in particular, which is at its beginning, where there is no snapshot. */
async function loadSnapshot(
  kafka: Kafka,
  databaseUrl: string,
  logger: Logger,
  { onState }: SubscriptionReader,
): Promise<SnapshotOffsets> {
  const ranges = await wholeRanges(kafka, [SUBSCRIPTION_LOG]);
  const pool = createPool(databaseUrl, logger);
  let loaded = 0;
  let startAt: SnapshotOffsets = new Map();
  try {
    const found = await loadSubscriptionStates(
      pool,
      SUBSCRIPTION_LOG,
      (offsets) => {
        startAt = offsets;
        // A log that ends before the snapshot is another one, and Kafka is the record.
        return (
          offsets.size > 0 &&
          ranges.every(({ partition, endOffset }) => (offsets.get(partition) ?? 0n) <= endOffset)
        );
      },
      (state) => {
        onState(state);
        loaded += 1;
      },
    );
    if (found === 'loaded') {
      logger.info({ subscriptions: loaded }, 'a snapshot of the subscriptions is loaded');
      return startAt;
    }
    logger.info(`${SUBSCRIPTION_LOG} has no snapshot yet: it is read from its beginning`);
  } catch (error) {
    logger.warn(
      { err: error },
      `${SUBSCRIPTION_LOG} is read from its beginning: its snapshot cannot be read`,
    );
  } finally {
    await pool.end();
  }
  return new Map();
}
