/** A subscription as the API shows it. */
import { MASK } from '../../domain/record/masked-headers.ts';
import type { LiveSubscription } from '../../domain/subscription/subscription.ts';
import type { Sealer } from '../../infra/crypto/sealed-secret.ts';
import { tlsExpiry } from '../../infra/crypto/tls-material.ts';
import type { StoredTls } from '../../schemas/subscription-log.ts';
import type { SubscriptionView } from '../../schemas/subscription.ts';
import type { TlsView } from '../../schemas/tls.ts';

/** Opens the header values for their owner; the secret and the client key stay out. `now` judges certificates. */
export const subscriptionView = (
  subscription: LiveSubscription,
  sealer: Sealer,
  now = new Date(),
): SubscriptionView => ({
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
  tls: subscription.settings.tls ? tlsView(subscription.settings.tls, now) : null,
  active: subscription.status === 'active',
  state: subscription.status,
  state_reason: subscription.statusReason,
  version: subscription.version,
  created_at: subscription.createdAt,
  updated_at: subscription.updatedAt,
});

function tlsView(tls: StoredTls, now: Date): TlsView {
  const expiry = tlsExpiry(tls, now);
  return {
    ca: tls.ca,
    client_certificate: tls.client_certificate,
    client_key: tls.client_key === null ? null : MASK,
    expires_at: expiry?.expiresAt.toISOString() ?? null,
    warnings: [...(expiry?.warnings ?? [])],
  };
}
