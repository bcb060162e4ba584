/**
 * Sees to it that whatever is held is released once it may be: at once when a subscription changes, and by looking
 * at all of them now and then, so that no wake-up that was lost holds anything for good.
 */
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import type { HeldDeliveries } from '../../infra/postgres/held-deliveries.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Releases } from '../../activities/record-attempt.ts';

/** Wakes releases from `start` until `stop`; before and after it does nothing. Never rejects: what failed is looked up again. */
export interface Sweep {
  /** A subscription has changed. */
  look(id: SubscriptionId): void;
  start(): void;
  stop(): void;
}

/** What a sweep needs of the world. */
export interface SweepDeps {
  readonly held: Pick<HeldDeliveries, 'count' | 'subscriptions'>;
  readonly directory: Pick<SubscriptionDirectory, 'get'>;
  readonly releases: Releases;
  readonly now: () => Date;
  readonly logger: Pick<Logger, 'warn'>;
}

/** How long a lost wake-up goes unnoticed at most. */
export const SWEPT_EVERY_MS = 5_000;
/** What was found due and is due still is most likely being released, or waits for an endpoint that is away. */
export const FOUND_AGAIN_AFTER_MS = 60_000;
/** The others are woken by the next sweep: a release costs Temporal as much as a delivery does. */
export const WOKEN_AT_ONCE = 50;

/**
 * The sweep of one worker. Each subscription that may send has its turn, however many there are; none is woken by a sweep
 * again within `FOUND_AGAIN_AFTER_MS`, unless meanwhile it was not to be woken.
 */
export function sweepHeld(deps: SweepDeps): Sweep {
  let timer: NodeJS.Timeout | null = null;
  let isSweeping = false;
  let foundAtMs = new Map<SubscriptionId, number>();

  const warn = (error: unknown): void =>
    deps.logger.warn({ err: error }, 'what is held cannot be looked up, it is looked up again later');

  const sweep = async (): Promise<void> => {
    const now = deps.now();
    const some = await deps.held.subscriptions(now);
    const toWake = some.filter(({ id, isDue }) => isToBeWoken(deps.directory.get(id).status, isDue));
    // What is no longer to be woken is forgotten, and so found at once when it is again.
    foundAtMs = new Map(
      toWake.flatMap(({ id }) => (foundAtMs.has(id) ? [[id, foundAtMs.get(id)!] as const] : [])),
    );
    const nowMs = now.getTime();
    const wokenAtMs = (id: SubscriptionId): number => foundAtMs.get(id) ?? 0;
    // Those woken longest ago first: more than a minute's sweeps can wake, and the last would never have their turn.
    const found = toWake
      .filter(({ id }) => nowMs >= wokenAtMs(id) + FOUND_AGAIN_AFTER_MS)
      .sort((a, b) => wokenAtMs(a.id) - wokenAtMs(b.id));
    for (const { id } of found.slice(0, WOKEN_AT_ONCE)) {
      foundAtMs.set(id, nowMs);
      deps.releases.wake(id);
    }
  };

  return {
    look(id) {
      // Before the start the log tells of the past, and after the stop PostgreSQL may be gone.
      if (timer === null) return;
      const wakeUnlessPaused = (count: number): void => {
        if (count > 0 && deps.directory.get(id).status !== 'paused') deps.releases.wake(id);
      };
      deps.held.count(id).then(wakeUnlessPaused, warn);
    },
    start() {
      timer = setInterval(() => {
        if (isSweeping) return;
        isSweeping = true;
        void sweep()
          .catch(warn)
          .finally(() => (isSweeping = false));
      }, SWEPT_EVERY_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}

/** What is paused is held on purpose. What no subscription is owed any more is to be cancelled, due or not. */
function isToBeWoken(status: Subscription['status'], isDue: boolean): boolean {
  switch (status) {
    case 'paused':
      return false;
    case 'active':
      return isDue;
    case 'disabled':
    case 'deleted':
    case 'absent':
      return true;
  }
}
