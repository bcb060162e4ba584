/**
 * Every change of one subscription, read from `webhooks.subscriptions` when it is asked for. A service keeps only
 * what subscriptions are now: to keep what they were would cost memory for each change that was ever made, for a
 * question that is asked rarely. Reading takes as long as the log, about a second for 40,000 changes.
 */
import type { Kafka } from 'kafkajs';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { Logger } from '../telemetry.ts';
import { KafkaTooSlow } from './client.ts';
import { decodeSubscriptionEvent } from './event-log.ts';
import { readPast, wholeRanges } from './read-past.ts';
import { SUBSCRIPTION_LOG } from './topics.ts';

const TIME_LIMIT_MS = 20_000;

/**
 * Its changes as the log has them: a version may be there twice, and all partitions are read, for the log may have
 * been given more of them since the first change. Rejects where that takes longer than 20 s.
 */
export async function readSubscriptionHistory(
  kafka: Kafka,
  logger: Logger,
  id: SubscriptionId,
  signal: AbortSignal,
): Promise<readonly SubscriptionEvent[]> {
  const history: SubscriptionEvent[] = [];
  const end = await readPast(kafka, logger, {
    reader: 'webhooks-api-history',
    ranges: await wholeRanges(kafka, [SUBSCRIPTION_LOG]),
    timeLimitMs: TIME_LIMIT_MS,
    signal,
    onChunk: ({ records }) => {
      for (const record of records) {
        if (record.key !== id) continue;
        const decoded = decodeSubscriptionEvent(record.value);
        if (decoded.ok) history.push(decoded.event);
      }
      return 'go_on';
    },
  });
  if (end === 'time_up') {
    throw new KafkaTooSlow(`${SUBSCRIPTION_LOG} could not be read in ${TIME_LIMIT_MS / 1_000} s`);
  }
  return history;
}
