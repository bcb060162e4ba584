import type { FailureLook } from '../domain/subscription/failure-watch.ts';
import type { Subscription } from '../domain/subscription/subscription.ts';
import type { SubscriptionId } from '../schemas/ids.ts';

/** Sees how a subscription does: its state from the log, its failures from the read models. */
export const createLookAtFailures = (deps: {
  readonly get: (id: SubscriptionId) => Subscription;
  /** Its failed attempts after the latest success and after `after`, RFC 3339. Rejects while PostgreSQL is away. */
  readonly failuresOf: (id: SubscriptionId, after: string) => Promise<Omit<FailureLook, 'active'>>;
}) =>
  async function lookAtFailures(id: SubscriptionId): Promise<FailureLook> {
    const subscription = deps.get(id);
    if (subscription.status !== 'active') return { active: null, failures: null, latestSuccess: null };
    const { accountId, activeSince, settings } = subscription;
    return {
      active: { accountId, autoDisableAfterSeconds: settings.auto_disable_after },
      ...(await deps.failuresOf(id, activeSince)),
    };
  };
