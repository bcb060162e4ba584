import type { Subscription } from '../domain/subscription/subscription.ts';
import type { AccountId, SubscriptionId } from '../schemas/ids.ts';
import type { SubscriptionCommand } from '../schemas/subscription-log.ts';

/** What it takes to disable a subscription. */
export interface DisableSubscriptionDeps {
  /** As the log tells it so far. */
  readonly get: (id: SubscriptionId) => Pick<Subscription, 'status'>;
  readonly sendCommand: (
    id: SubscriptionId,
    command: SubscriptionCommand,
  ) => Promise<{ readonly answered: boolean }>;
}

/**
 * Asks a subscription's actor to disable it, once for all who ask meanwhile: each of hundreds on the wire may be answered
 * 410. One that is disabled or gone already is left as it is.
 */
export const createDisableSubscription = ({ get, sendCommand }: DisableSubscriptionDeps) => {
  const underWay = new Map<SubscriptionId, Promise<void>>();

  const send = async (accountId: AccountId, id: SubscriptionId, reason: string): Promise<void> => {
    const sent = await sendCommand(id, {
      type: 'DisableSubscription',
      reason,
      actor: 'system:delivery',
      accountId,
      expectedVersion: null,
    });
    if (!sent.answered) throw new Error('the actor of the subscription did not answer');
  };

  return async function disableSubscription(
    accountId: AccountId,
    id: SubscriptionId,
    reason: string,
  ): Promise<void> {
    const { status } = get(id);
    if (status === 'disabled' || status === 'deleted') return;
    const known = underWay.get(id);
    if (known !== undefined) return known;
    const sending = send(accountId, id, reason).finally(() => underWay.delete(id));
    underWay.set(id, sending);
    return sending;
  };
};
