/** Follows `webhooks.subscriptions`: every change of every subscription, from the first one on. */
import type { Kafka } from 'kafkajs';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { Logger } from '../telemetry.ts';
import { decodeSubscriptionEvent } from './event-log.ts';
import { startTail, type Tail } from './tail.ts';
import { SUBSCRIPTION_LOG } from './topics.ts';

/** Hands over each change in order per subscription. What is no record of ours is logged and passed over. */
export const followSubscriptionLog = (
  kafka: Kafka,
  logger: Logger,
  reader: string,
  onEvent: (event: SubscriptionEvent) => void,
  onCrash: (error: Error) => void,
): Promise<Tail> =>
  startTail(kafka, logger, {
    topic: SUBSCRIPTION_LOG,
    reader: `webhooks-${reader}-subscriptions`,
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
