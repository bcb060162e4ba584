/** `webhooks.api-keys` and `webhooks.api-key-uses`: appended to, and followed from the first record on. */
import type { Kafka } from 'kafkajs';
import { ApiKeyEvent, ApiKeyUsed } from '../../schemas/api-key-log.ts';
import type { Logger } from '../telemetry.ts';
import type { Appender } from './appender.ts';
import { decode, type Decoded } from './event-log.ts';
import { startTail, type Tail } from './tail.ts';
import { API_KEY_LOG, API_KEY_USES } from './topics.ts';

/** Each call resolves once the records are durable. */
export interface ApiKeyLog {
  appendEvents(events: readonly ApiKeyEvent[]): Promise<void>;
  appendUses(uses: readonly ApiKeyUsed[]): Promise<void>;
}

export function createApiKeyLog(appender: Pick<Appender, 'append'>): ApiKeyLog {
  const append = (topic: string, records: readonly (ApiKeyEvent | ApiKeyUsed)[]): Promise<void> =>
    appender.append(
      records.map((record) => ({ topic, key: record.api_key_id, value: JSON.stringify(record) })),
    );
  return {
    appendEvents: (events) => append(API_KEY_LOG, events),
    appendUses: (uses) => append(API_KEY_USES, uses),
  };
}

/** Takes what the logs tell, in order per key. */
export interface ApiKeyReader {
  readonly onEvent: (event: ApiKeyEvent) => void;
  readonly onUse: (use: ApiKeyUsed) => void;
  readonly onCrash: (error: Error) => void;
}

/** Follows both topics as one. What is no record of ours is logged and passed over. */
export async function followApiKeyLog(
  kafka: Kafka,
  logger: Logger,
  reader: string,
  { onEvent, onUse, onCrash }: ApiKeyReader,
): Promise<Pick<Tail, 'caughtUp' | 'stop'>> {
  const follow = <Told>(
    topic: string,
    read: (value: Buffer | null) => Decoded<Told>,
    tell: (told: Told) => void,
  ): Promise<Tail> =>
    startTail(kafka, logger, {
      topic,
      reader: `${topic.replaceAll('.', '-')}-${reader}`,
      onCrash,
      onRecord: ({ value, offset }) => {
        const decoded = read(value);
        if (decoded.ok) tell(decoded.event);
        else
          logger.error({ offset: String(offset), reason: decoded.reason }, `${topic} holds a foreign record`);
      },
    });
  const tails = await Promise.all([
    follow(API_KEY_LOG, (value) => decode(ApiKeyEvent, value), onEvent),
    follow(API_KEY_USES, (value) => decode(ApiKeyUsed, value), onUse),
  ]);
  return {
    caughtUp: async () => void (await Promise.all(tails.map((tail) => tail.caughtUp()))),
    stop: async () => void (await Promise.all(tails.map((tail) => tail.stop()))),
  };
}
