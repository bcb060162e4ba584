import type { AccountId, SubscriptionId } from '../schemas/ids.ts';
import type { SubscriptionCommand } from '../schemas/subscription-log.ts';

/** Asks a subscription's actor to disable it. One that is disabled or gone already is left as it is. */
export const createDisableSubscription = (deps: {
  readonly sendCommand: (
    id: SubscriptionId,
    command: SubscriptionCommand,
  ) => Promise<{ readonly answered: boolean }>;
}) =>
  async function disableSubscription(
    accountId: AccountId,
    id: SubscriptionId,
    reason: string,
  ): Promise<void> {
    const sent = await deps.sendCommand(id, {
      type: 'DisableSubscription',
      reason,
      actor: 'system:delivery',
      accountId,
      expectedVersion: null,
    });
    if (!sent.answered) throw new Error('the actor of the subscription did not answer');
  };
