/** Follows `webhooks.subscriptions`: every change of every subscription, from the first one on or from a later one. */
import type { Kafka } from 'kafkajs';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { Logger } from '../telemetry.ts';
import { decodeSubscriptionEvent } from './event-log.ts';
import { startTail, type Tail } from './tail.ts';
import { SUBSCRIPTION_LOG } from './topics.ts';

/** Takes the changes that the log tells. */
export interface SubscriptionLogReader {
  /** Names it in its consumer group. */
  readonly name: string;
  /** By partition, the offset to begin at; where none is given, with the first record. */
  readonly startAt: ReadonlyMap<number, bigint>;
  readonly onEvent: (event: SubscriptionEvent) => void;
  readonly onCrash: (error: Error) => void;
}

/** Hands over each change in order per subscription. What is no record of ours is logged and passed over. */
export const followSubscriptionLog = (
  kafka: Kafka,
  logger: Logger,
  { name, startAt, onEvent, onCrash }: SubscriptionLogReader,
): Promise<Tail> =>
  startTail(kafka, logger, {
    topic: SUBSCRIPTION_LOG,
    reader: `webhooks-${name}-subscriptions`,
    startAt,
    onCrash,
    onRecord: (record) => {
      const decoded = decodeSubscriptionEvent(record.value);
      if (decoded.ok) onEvent(decoded.event);
      else
        logger.error(
          { offset: String(record.offset), reason: decoded.reason },
          `${SUBSCRIPTION_LOG} holds a foreign record`,
        );
    },
  });
