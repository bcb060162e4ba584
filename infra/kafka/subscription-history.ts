/**
 * Every change of one subscription, read from `webhooks.subscriptions` when it is asked for. A service keeps only
 * what subscriptions are now: to keep what they were would cost memory for each change that was ever made, for a
 * question that is asked rarely. Reading takes as long as the partition that the subscription's changes go to, about
 * a second for 40,000 changes in it.
 */
import type { Kafka } from 'kafkajs';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { Logger } from '../telemetry.ts';
import { KafkaTooSlow } from './client.ts';
import { decodeSubscriptionEvent } from './event-log.ts';
import { partitionOf } from './partitioner.ts';
import { type PastRange, readPast, wholeRanges } from './read-past.ts';
import { SUBSCRIPTION_LOG } from './topics.ts';

/** Of one reading; where changes lie in several partitions there are two. */
const TIME_LIMIT_MS = 20_000;

/**
 * Its changes as the log has them: a version may be there twice. Rejects with `KafkaTooSlow` where that takes too long.
 */
export async function readSubscriptionHistory(
  kafka: Kafka,
  logger: Logger,
  id: SubscriptionId,
  signal: AbortSignal,
): Promise<readonly SubscriptionEvent[]> {
  const ranges = await wholeRanges(kafka, [SUBSCRIPTION_LOG]);
  const own = partitionOf(id, ranges.length);
  const isOwn = ({ partition }: PastRange): boolean => partition === own;
  const read = (some: readonly PastRange[]) => readChanges(kafka, logger, id, some, signal);
  const history = await read(ranges.filter(isOwn));
  if (isWhole(history)) return history;
  // The log has been given more partitions since the first change: the older ones lie elsewhere.
  return [...(await read(ranges.filter((range) => !isOwn(range)))), ...history];
}

async function readChanges(
  kafka: Kafka,
  logger: Logger,
  id: SubscriptionId,
  ranges: readonly PastRange[],
  signal: AbortSignal,
): Promise<readonly SubscriptionEvent[]> {
  const history: SubscriptionEvent[] = [];
  const end = await readPast(kafka, logger, {
    reader: 'webhooks-api-history',
    ranges,
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

/** Versions have no gap, and the newest are appended to the partition that counts now. */
function isWhole(history: readonly SubscriptionEvent[]): boolean {
  const versions = new Set(history.map(({ version }) => version));
  const newest = history.reduce((most, { version }) => Math.max(most, version), 0);
  return newest > 0 && versions.size === newest;
}
