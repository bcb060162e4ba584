/** A subscription as the API shows it. */
import type { LiveSubscription } from '../../domain/subscription/subscription.ts';
import type { Sealer } from '../../infra/crypto/sealed-secret.ts';
import type { SubscriptionView } from '../../schemas/subscription.ts';

/** Opens the header values for their owner; the secret stays out. */
export const subscriptionView = (subscription: LiveSubscription, sealer: Sealer): SubscriptionView => ({
  id: subscription.id,
  account_id: subscription.accountId,
  ...subscription.settings,
  headers: Object.fromEntries(
    Object.entries(subscription.settings.headers).map(([name, sealed]) => {
      const opened = sealer.open(sealed, subscription.id);
      if (!opened.ok) throw new Error(`a header of ${subscription.id} cannot be opened: ${opened.failure}`);
      return [name, opened.plain];
    }),
  ),
  active: subscription.status === 'active',
  state: subscription.status,
  state_reason: subscription.statusReason,
  version: subscription.version,
  created_at: subscription.createdAt,
  updated_at: subscription.updatedAt,
});
