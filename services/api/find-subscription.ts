/** The subscription that a caller names; a 404 does not tell another account's from one that never was. */
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import {
  isLive,
  type KnownSubscription,
  type LiveSubscription,
} from '../../domain/subscription/subscription.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Caller } from './authenticate.ts';
import { notFound } from './problem.ts';

/** The caller's own, deleted ones too: what became of them may be asked. Throws a 404 where there is none. */
export function findKnown(
  directory: Pick<SubscriptionDirectory, 'get'>,
  { accountId }: Caller,
  id: SubscriptionId,
): KnownSubscription {
  const subscription = directory.get(id);
  if (subscription.status === 'absent' || subscription.accountId !== accountId)
    throw notFound('subscription');
  return subscription;
}

/** The caller's own, not deleted. Throws a 404 where there is none. */
export function findLive(
  directory: Pick<SubscriptionDirectory, 'get'>,
  caller: Caller,
  id: SubscriptionId,
): LiveSubscription {
  const subscription = findKnown(directory, caller, id);
  if (!isLive(subscription)) throw notFound('subscription');
  return subscription;
}
