/** Which batch an event is collected in: one actor for each subscription, event type and url that its routes choose. */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';

/** Whose events of what type a batch holds. */
export interface BatchAddress {
  readonly accountId: AccountId;
  readonly subscriptionId: SubscriptionId;
  readonly eventType: string;
}

/**
 * The id of the actor. Events that a route sends elsewhere are collected apart, for a batch goes to one url: `route` is
 * a digest of that url, at least 8 bytes, for the url itself may hold what only its owner may know. Null where it is
 * the subscription's own.
 */
export function batchActorId({ subscriptionId, eventType }: BatchAddress, route: Uint8Array | null): string {
  const id = `batch:${subscriptionId}:${eventType}`;
  // No event type has an @ in it.
  return route === null ? id : `${id}@${hex(route.subarray(0, 8))}`;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
