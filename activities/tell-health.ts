import { webhookDegraded, webhookRecovered } from '../domain/record/operational-event.ts';
import type { HealthNews } from '../domain/subscription/failure-watch.ts';
import { sha256 } from '../infra/crypto/hash.ts';
import type { SubscriptionId } from '../schemas/ids.ts';
import type { OperationalEvent } from '../schemas/operational-event.ts';

/** Tells an account that an endpoint is degraded, or has recovered. Told twice, it is one event. */
export const createTellHealth = (deps: { readonly tell: (event: OperationalEvent) => Promise<void> }) =>
  function tellHealth(subscriptionId: SubscriptionId, news: HealthNews): Promise<void> {
    const health = { ...news.endpoint, subscriptionId };
    return deps.tell(
      news.type === 'degraded' ? webhookDegraded(health, sha256) : webhookRecovered(health, news.at, sha256),
    );
  };
