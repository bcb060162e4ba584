/** What makes two deliveries one: the text that is hashed, and how the hash is written. */
import type { AccountId, DeliveryId, EventId, SubscriptionId } from '../../schemas/ids.ts';

/** Two deliveries with the same of these are the same delivery. */
export interface DeliveryIdentity {
  readonly accountId: AccountId;
  readonly eventId: EventId;
  readonly eventType: string;
  readonly subscriptionId: SubscriptionId;
  /** Null for the delivery that the event itself caused; a replay owes every event anew. */
  readonly replayId: string | null;
}

/**
 * The text to hash. JSON, because quoting keeps the parts apart whatever characters they hold: no two
 * identities share a text.
 */
export function deliveryIdText(identity: DeliveryIdentity): string {
  const { accountId, eventId, eventType, subscriptionId, replayId } = identity;
  return JSON.stringify([accountId, eventId, eventType, subscriptionId, replayId]);
}

/** The text to hash for the delivery that is made in place of `exhausted`. */
export const fallbackIdText = (exhausted: DeliveryId): string => JSON.stringify(['fallback', exhausted]);

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_BYTES = 20;

/**
 * `del_` and 32 characters: the first 160 bits of `digest`, which has at least 20 bytes, in Crockford's
 * base 32 (https://www.crockford.com/base32.html). One case only, because the id is also a workflow id, and
 * some of Temporal's stores compare those without regard to case.
 */
export function formatDeliveryId(digest: Uint8Array): DeliveryId {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of digest.subarray(0, ID_BYTES)) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(buffer >>> (bits - 5)) & 31];
    buffer &= 31;
  }
  return `del_${text}` as DeliveryId;
}
