/** Hands work to a Temporal that may be away: tries until it is taken, however long that lasts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../infra/telemetry.ts';

/** Who gives work, and what each try that fails leaves in the log. */
export interface Giver {
  readonly logger: Pick<Logger, 'warn'>;
  /** Logged beside the error. */
  readonly context?: Readonly<Record<string, string>>;
  readonly message: string;
}

/** Between two tries to reach a Temporal that is away. */
const RETRY_MS = 1_000;

/** Answers what `work` answers once it does not reject. Rejects only when `signal` aborts. */
export async function untilTaken<T>(
  { logger, context, message }: Giver,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      logger.warn({ err: error, ...context }, message);
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}
