import type { Subscription } from '../domain/subscription/subscription.ts';
import type { SubscriptionId } from '../schemas/ids.ts';

/**
 * The state that the log tells of a subscription, with every record that Kafka holds at the time of the call:
 * what an actor starts from.
 */
export const createLoadSubscription = (deps: {
  readonly caughtUp: () => Promise<void>;
  readonly get: (id: SubscriptionId) => Subscription;
}) =>
  async function loadSubscription(id: SubscriptionId): Promise<Subscription> {
    await deps.caughtUp();
    return deps.get(id);
  };
