/**
 * Sees to it that whatever is held is released once it may be: at once when a subscription changes, and by looking
 * at all of them now and then, so that no wake-up that was lost holds anything for good.
 */
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import type { HeldDeliveries } from '../../infra/postgres/held-deliveries.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Releases } from '../../activities/record-attempt.ts';

export interface Sweep {
  /** The status of a subscription has changed. */
  look(id: SubscriptionId): void;
  start(): void;
  stop(): void;
}

/** How long a lost wake-up goes unnoticed at most. */
const EVERY_MS = 5_000;

export function sweepHeld(deps: {
  readonly held: Pick<HeldDeliveries, 'count' | 'subscriptions'>;
  readonly directory: SubscriptionDirectory;
  readonly releases: Releases;
  readonly logger: Pick<Logger, 'warn'>;
}): Sweep {
  let timer: NodeJS.Timeout | null = null;
  // What is paused is held on purpose; of all others something is to be sent, or to be cancelled.
  const wakeUnlessPaused = (id: SubscriptionId): void => {
    if (deps.directory.get(id).status !== 'paused') deps.releases.wake(id);
  };
  const warn = (error: unknown): void =>
    deps.logger.warn({ err: error }, 'what is held cannot be looked up, it is looked up again later');
  const sweep = (): void => {
    deps.held.subscriptions().then((ids) => ids.forEach(wakeUnlessPaused), warn);
  };
  return {
    look(id) {
      // Before the start, the log tells of the past.
      if (timer === null) return;
      deps.held.count(id).then((count) => (count > 0 ? wakeUnlessPaused(id) : undefined), warn);
    },
    start() {
      timer = setInterval(sweep, EVERY_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
    },
  };
}
