/**
 * What is signed and which headers an attempt carries. The HMAC itself is passed in. Two kinds of receivers
 * are served by every request: those that check X-Broxi-Signature and those that check the Standard Webhooks
 * triple (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionView } from '../../schemas/subscription.ts';

/** The key of an HMAC: the bytes that `text` stands for in `encoding`. */
export interface HmacKey {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
}

/**
 * HMAC-SHA256 of the UTF-8 bytes of `prefix` followed by those of `body`, as lower-case hex or as base64 with padding.
 */
export type HmacSha256 = (
  key: HmacKey,
  prefix: string,
  body: string | Uint8Array,
  output: 'hex' | 'base64',
) => string;

/** All that the headers of one attempt are made of. */
export interface AttemptToSign {
  readonly eventType: string;
  readonly deliveryId: DeliveryId;
  readonly subscriptionId: SubscriptionId;
  /** Counted from 1. */
  readonly attempt: number;
  /** When this attempt is made: whole seconds since 1970. */
  readonly timestampSeconds: number;
  /** A text, or its UTF-8 bytes. */
  readonly body: string | Uint8Array;
  readonly scheme: SubscriptionView['signature_scheme'];
  readonly secret: string;
  /** The secret before a rotation, while both are valid; else null. */
  readonly previousSecret: string | null;
  /** W3C trace context. */
  readonly traceparent: string;
  /** What the customer added, name → value. */
  readonly customHeaders: Readonly<Record<string, string>>;
}

const STANDARD_PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The headers of one attempt, each name once whatever its case. One of the customer's takes the place of our
 * Content-Type, User-Agent or traceparent, and is left out where `isCustomHeader` says that it may not be set.
 */
export function deliveryHeaders(
  attempt: AttemptToSign,
  hmac: HmacSha256,
  isCustomHeader: (name: string, value: string) => boolean,
): Record<string, string> {
  const timestamp = String(attempt.timestampSeconds);
  const { secret, previousSecret, body, deliveryId } = attempt;
  const broxi = (of: string) =>
    hmac(broxiKey(of), attempt.scheme === 'body' ? '' : `${timestamp}.`, body, 'hex');
  const standard = (of: string) =>
    `v1,${hmac(standardKey(of), `${deliveryId}.${timestamp}.`, body, 'base64')}`;

  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'User-Agent': 'BroxiAI-Webhooks/1.0',
    'X-Broxi-Event': attempt.eventType,
    'X-Broxi-Delivery': deliveryId,
    'X-Broxi-Webhook': attempt.subscriptionId,
    'X-Broxi-Attempt': String(attempt.attempt),
    'X-Broxi-Timestamp': timestamp,
    'X-Broxi-Signature': broxi(secret),
    'webhook-id': deliveryId,
    'webhook-timestamp': timestamp,
    'webhook-signature':
      previousSecret === null ? standard(secret) : `${standard(secret)} ${standard(previousSecret)}`,
    traceparent: attempt.traceparent,
  };
  if (previousSecret !== null) {
    headers['X-Broxi-Signature-Previous'] = broxi(previousSecret);
  }
  const custom = Object.entries(attempt.customHeaders).filter((line) => isCustomHeader(...line));
  return custom.length === 0 ? headers : withCustom(headers, custom);
}

function withCustom(
  headers: Readonly<Record<string, string>>,
  custom: readonly (readonly [name: string, value: string])[],
): Record<string, string> {
  const byName = new Map(
    [...Object.entries(headers), ...custom].map((line) => [line[0].toLowerCase(), line]),
  );
  // Not by assignment, which would lose a header named __proto__.
  return Object.fromEntries(byName.values());
}

/** X-Broxi-Signature is keyed with the secret as the customer sees it, `whsec_` included. */
function broxiKey(secret: string): HmacKey {
  return { text: secret, encoding: 'utf8' };
}

/**
 * Standard Webhooks keys with what follows `whsec_`, decoded. A text that only looks like it and is no base64
 * is taken as it stands, so that every secret signs.
 */
function standardKey(secret: string): HmacKey {
  const encoded = secret.startsWith(STANDARD_PREFIX) ? secret.slice(STANDARD_PREFIX.length) : '';
  const isBase64 = BASE64.test(encoded) && encoded.replace(/=+$/, '').length % 4 !== 1;
  return isBase64 ? { text: encoded, encoding: 'base64' } : { text: secret, encoding: 'utf8' };
}
