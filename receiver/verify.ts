/**
 * Tells a receiver whether a request is a genuine webhook delivery: `webhooks/receiver`. Depends on Node alone, so that
 * it can be copied or installed by itself. Compares in constant time. Nothing in a request makes it throw.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What a signature covers. `standard`: id, time and body, as Standard Webhooks 1.0 has it
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 * `timestamped`: time and body. `body`: the body alone, so that an old request can be sent again unnoticed.
 */
export type SignatureScheme = 'standard' | 'timestamped' | 'body';

/** Why a request is refused, for programs. */
export type RefusalReason =
  /** No header holds a signature of an accepted scheme. */
  | 'missing_signature'
  /** There is a signature, but not the header that it was made with. */
  | 'missing_header'
  /** Another secret, another body, or a forged header. */
  | 'signature_mismatch'
  /** The signature holds over a time that is no whole number of seconds. */
  | 'malformed_timestamp'
  /** The signature holds, but was made too long ago, or by a clock too far ahead. */
  | 'stale_timestamp';

/** `scheme` is the strongest of those that hold. `message` is for a person. */
export type Verification =
  | { readonly ok: true; readonly scheme: SignatureScheme }
  | { readonly ok: false; readonly reason: RefusalReason; readonly message: string };

/** Headers as Node has them, or anything like the `Headers` of fetch. Case does not matter. */
export type RequestHeaders =
  { readonly [name: string]: string | readonly string[] | undefined } | { get(name: string): string | null };

export interface VerifyOptions {
  /** How far a signed time may be from `now`, into the past or the future, in seconds. @default 300 */
  readonly tolerance?: number;
  /** @default the clock of this machine */
  readonly now?: Date;
  /**
   * Which schemes to accept. Without `body`, a request that was recorded cannot be sent again later: every
   * delivery carries a `standard` signature, so `['standard']` is the strictest choice. @default all
   */
  readonly schemes?: readonly SignatureScheme[];
}

const ALL_SCHEMES: readonly SignatureScheme[] = ['standard', 'timestamped', 'body'];
const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * Verifies one request. Every signature that it carries must hold, so that a request that contradicts itself
 * is refused. While a secret is being rotated, the old one and the new one both hold.
 *
 * @param rawBody the bytes as they came, before any parsing
 * @param secret the subscription's secret as the dashboard shows it, `whsec_` included
 * @throws TypeError where `rawBody` is neither text nor bytes, or `secret` is empty: mistakes of the caller
 * @example
 * const verification = verify(rawBody, request.headers, process.env.WEBHOOK_SECRET);
 * if (!verification.ok) return response.status(401).send(verification.message);
 */
export function verify(
  rawBody: string | Uint8Array,
  headers: RequestHeaders,
  secret: string,
  options: VerifyOptions = {},
): Verification {
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array)) {
    throw new TypeError(
      'rawBody: expected the bytes or the text of the body as it came, not the parsed JSON',
    );
  }
  if (typeof secret !== 'string' || secret === '')
    throw new TypeError("secret: expected the subscription's secret");

  const request = {
    rawBody,
    secret,
    header: (name: string) => headerOf(headers, name),
    ...accepted(options),
  };
  const standard = judgeStandard(request);
  if (standard !== null && !standard.ok) return standard;
  return (
    preferStandard(standard, judgeBroxi(request)) ??
    refuse('missing_signature', `the request has no signature: expected ${expectedHeaders(request.schemes)}`)
  );
}

interface SignedRequest {
  readonly rawBody: string | Uint8Array;
  readonly secret: string;
  /** '' where there is none. */
  readonly header: (name: string) => string;
  readonly schemes: readonly SignatureScheme[];
  readonly toleranceSeconds: number;
  readonly nowSeconds: number;
}

const accepted = ({ schemes, tolerance, now }: VerifyOptions) => ({
  schemes: schemes ?? ALL_SCHEMES,
  toleranceSeconds: tolerance ?? DEFAULT_TOLERANCE_SECONDS,
  nowSeconds: Math.floor((now ?? new Date()).getTime() / 1_000),
});

/** Null where the request has no such signature, or none is asked for. */
function judgeStandard(request: SignedRequest): Verification | null {
  const given = request.header('webhook-signature');
  if (!request.schemes.includes('standard') || given === '') return null;
  const id = request.header('webhook-id');
  const timestamp = request.header('webhook-timestamp');
  if (id === '' || timestamp === '') {
    return refuse(
      'missing_header',
      `webhook-signature is there, but not ${id === '' ? 'webhook-id' : 'webhook-timestamp'}`,
    );
  }
  const expected = hmac(standardKey(request.secret), `${id}.${timestamp}.`, request.rawBody).toString(
    'base64',
  );
  return given.split(' ').some((signature) => isSame(signature, `v1,${expected}`))
    ? judgeTime(request, timestamp, 'standard')
    : mismatch('webhook-signature');
}

/** X-Broxi-Signature does not say which of two schemes made it: the one that holds did. */
function judgeBroxi(request: SignedRequest): Verification | null {
  const { schemes, rawBody, header } = request;
  const given = [header('x-broxi-signature'), header('x-broxi-signature-previous')].filter(
    (text) => text !== '',
  );
  if (given.length === 0 || !(schemes.includes('timestamped') || schemes.includes('body'))) return null;
  const key = Buffer.from(request.secret, 'utf8');
  const timestamp = header('x-broxi-timestamp');
  const holds = (prefix: string): boolean => {
    const expected = hmac(key, prefix, rawBody).toString('hex');
    return given.some((signature) => isSame(signature, expected));
  };
  if (schemes.includes('timestamped') && timestamp !== '' && holds(`${timestamp}.`)) {
    return judgeTime(request, timestamp, 'timestamped');
  }
  if (schemes.includes('body') && holds('')) return { ok: true, scheme: 'body' };
  return schemes.includes('body') || timestamp !== ''
    ? mismatch('X-Broxi-Signature')
    : refuse('missing_header', 'X-Broxi-Signature is there, but not X-Broxi-Timestamp');
}

const preferStandard = (standard: Verification | null, broxi: Verification | null): Verification | null =>
  broxi === null || (broxi.ok && standard !== null) ? standard : broxi;

/** Called once the signature is known to hold, so that only its maker learns what the clock here says. */
function judgeTime(request: SignedRequest, timestamp: string, scheme: SignatureScheme): Verification {
  if (!/^\d{1,12}$/.test(timestamp)) {
    return refuse('malformed_timestamp', 'the signed time is no whole number of seconds since 1970');
  }
  const ageSeconds = request.nowSeconds - Number(timestamp);
  // Written so that a tolerance that is no number refuses everything.
  if (Math.abs(ageSeconds) <= request.toleranceSeconds) return { ok: true, scheme };
  const distance = ageSeconds > 0 ? `${ageSeconds} s ago` : `${-ageSeconds} s in the future`;
  return refuse(
    'stale_timestamp',
    `the request was signed ${distance}; ${request.toleranceSeconds} s are tolerated either way`,
  );
}

const refuse = (reason: RefusalReason, message: string): Verification => ({ ok: false, reason, message });

const mismatch = (header: string): Verification =>
  refuse(
    'signature_mismatch',
    `${header} does not fit: is this the secret of the subscription, and the body exactly as it came?`,
  );

const expectedHeaders = (schemes: readonly SignatureScheme[]): string =>
  [
    ...(schemes.includes('standard') ? ['webhook-signature'] : []),
    ...(schemes.includes('body') || schemes.includes('timestamped') ? ['X-Broxi-Signature'] : []),
  ].join(' or ');

const hmac = (key: Buffer, prefix: string, body: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(prefix, 'utf8').update(body).digest();

/**
 * Standard Webhooks keys with what follows `whsec_`, decoded. A secret that only looks like one is taken as it
 * stands, as the sender does.
 */
function standardKey(secret: string): Buffer {
  const encoded = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : '';
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && encoded.replace(/=+$/, '').length % 4 !== 1;
  return isBase64 ? Buffer.from(encoded, 'base64') : Buffer.from(secret, 'utf8');
}

/** Takes the same time wherever two texts of one length differ; the length of a signature is no secret. */
function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given, 'utf8');
  const b = Buffer.from(expected, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The header's value without space around it; '' where it is absent. One that came twice fits nothing. */
function headerOf(headers: RequestHeaders, name: string): string {
  if (hasGet(headers)) return headers.get(name)?.trim() ?? '';
  const values = Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
  return values.join(', ').trim();
}

const hasGet = (headers: RequestHeaders): headers is { get(name: string): string | null } =>
  typeof headers['get'] === 'function';
