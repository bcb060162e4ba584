/** What is answered while something that a route needs is away: 503, and when to come back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import type { Appender, NewRecord } from '../../infra/kafka/appender.ts';
import { isKafkaAway } from '../../infra/kafka/client.ts';
import { isTemporalAway } from '../../infra/temporal/update-failure.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import { Problem } from './problem.ts';

/** `Retry-After` of every 503: long enough for a broker to be elected, short enough for a person. */
export const TRY_AGAIN_SECONDS = 5;

/** The 503 for what Kafka or Temporal reject with while they are away; null for any other error. */
export function awayProblem(error: unknown): Problem | null {
  if (isKafkaAway(error)) return new Problem(503, 'Kafka does not answer at the moment. Try again.');
  if (isTemporalAway(error)) return new Problem(503, 'Temporal does not answer at the moment. Try again.');
  return null;
}

export interface AppendLimits {
  /** How long a request waits for its records to be durable. */
  readonly patienceMs: number;
  /** How much may wait for Kafka in this process. */
  readonly mostWaitingBytes: number;
}

const APPEND_LIMITS: AppendLimits = { patienceMs: 10_000, mostWaitingBytes: 64 * 1_024 * 1_024 };

/**
 * `appender` for requests: while Kafka takes nothing, it refuses with a 503 instead of waiting as long as that lasts,
 * and instead of keeping all that comes meanwhile. What was waited for may still be appended.
 */
export function appenderOfRequests(
  appender: Pick<Appender, 'append'>,
  { patienceMs, mostWaitingBytes }: AppendLimits = APPEND_LIMITS,
): Pick<Appender, 'append'> {
  let waitingBytes = 0;
  return {
    async append(records) {
      const bytes = sizeOf(records);
      if (waitingBytes + bytes > mostWaitingBytes) {
        throw new Problem(503, 'Kafka takes nothing at the moment, and enough waits for it. Try again.');
      }
      waitingBytes += bytes;
      const appended = appender.append(records).finally(() => void (waitingBytes -= bytes));
      const inTime = await within(
        patienceMs,
        appended.then(() => true),
      );
      if (inTime === null) {
        throw new Problem(
          503,
          'Kafka did not take it in time. It may still be done: look before you repeat it.',
        );
      }
    },
  };
}

const sizeOf = (records: readonly NewRecord[]): number =>
  records.reduce((sum, { value }) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0);

/** The log is a moment behind its writer, unless Kafka has gone in between. */
const LOG_PATIENCE_MS = 5_000;

/**
 * Resolves once this process has seen that version, so that whoever reads next from it reads what was just written; or
 * after a while without, for the change is made all the same.
 */
export async function seen(
  directory: Pick<SubscriptionDirectory, 'atLeast'>,
  id: SubscriptionId,
  version: number,
  patienceMs = LOG_PATIENCE_MS,
): Promise<void> {
  await within(patienceMs, directory.atLeast(id, version));
}

/** What `work` comes to, or null where that takes longer. Whoever gave up does not hear of a later failure. */
async function within<Result>(patienceMs: number, work: Promise<Result>): Promise<Result | null> {
  work.catch(() => undefined);
  const timer = new AbortController();
  const tooLate = delay(patienceMs, null, { signal: timer.signal });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer.abort();
  }
}
