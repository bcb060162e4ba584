/** Writes to Kafka, from time to time, when keys were last used. No request waits for it. */
import type { ApiKeyUses } from '../../domain/api-key/uses.ts';
import type { ApiKeyLog } from '../../infra/kafka/api-key-log.ts';
import type { Logger } from '../../infra/telemetry.ts';

/** What a process that is killed forgets: the uses of so long. */
const EVERY_MS = 60_000;

export interface KeptUses {
  /** Asks at once for what is left to be written, so that the appender may be closed, and resolves when it is. */
  stop(): Promise<void>;
}

/** At most one record per key and minute. */
export function keepUses(uses: ApiKeyUses, log: Pick<ApiKeyLog, 'appendUses'>, logger: Logger): KeptUses {
  let writing: Promise<void> | null = null;
  const write = async (): Promise<void> => {
    try {
      await log.appendUses(uses.untold());
    } catch (error) {
      logger.warn({ err: error }, 'when API keys were last used could not be written');
    }
    writing = null;
  };
  // While Kafka is away a write waits for it: the next one is not to queue up behind.
  const timer = setInterval(() => void (writing ??= write()), EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await (writing ?? write());
    },
  };
}
