import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { type AttemptToSign, deliveryHeaders } from '../../domain/deliver/signature.ts';
import { hmacSha256 } from '../../infra/crypto/hmac.ts';
import { isCustomHeader } from '../../schemas/custom-headers.ts';
import { verify, type VerifyOptions } from '../../receiver/verify.ts';
import type { DeliveryId, SubscriptionId } from '../../schemas/ids.ts';

const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw==';
const OLD_SECRET = 'chosen-by-a-customer';
const BODY = '{"event":"workflow.completed","data":{"text":"naïve 日本 🎉"}}';
const SIGNED_AT_SECONDS = 1_705_314_605;

/** The headers that the product itself sends. */
const headersOf = (given: Partial<AttemptToSign> = {}): Record<string, string> =>
  deliveryHeaders(
    {
      eventType: 'workflow.completed',
      deliveryId: 'del_0123456789abcdefghjk' as DeliveryId,
      subscriptionId: 'wh_abc12345' as SubscriptionId,
      attempt: 1,
      timestampSeconds: SIGNED_AT_SECONDS,
      body: BODY,
      scheme: 'body',
      secret: SECRET,
      previousSecret: null,
      traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
      customHeaders: {},
      ...given,
    },
    hmacSha256,
    isCustomHeader,
  );

const only = (headers: Record<string, string>, pattern: RegExp): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => pattern.test(name)));
const BROXI = /^x-broxi-/i;
const STANDARD = /^webhook-/i;

const atSigning = (rest: VerifyOptions = {}): VerifyOptions => ({
  now: new Date(SIGNED_AT_SECONDS * 1_000),
  ...rest,
});

describe('a genuine delivery', () => {
  it.each([
    ['standard', headersOf()],
    ['standard', only(headersOf(), STANDARD)],
    ['body', only(headersOf({ scheme: 'body' }), BROXI)],
    ['timestamped', only(headersOf({ scheme: 'timestamped' }), BROXI)],
  ])('holds by the scheme %s', (scheme, headers) => {
    expect(verify(BODY, headers, SECRET, atSigning())).toEqual({ ok: true, scheme });
  });

  it.each(['body', 'timestamped'] as const)(
    'of the scheme %s holds with the old secret and the new one',
    (scheme) => {
      const headers = headersOf({ scheme, previousSecret: OLD_SECRET });
      for (const part of [headers, only(headers, BROXI), only(headers, STANDARD)]) {
        expect(verify(BODY, part, SECRET, atSigning()).ok).toBe(true);
        expect(verify(BODY, part, OLD_SECRET, atSigning()).ok).toBe(true);
      }
    },
  );

  it('holds whatever its body and its secret are, from any kind of headers', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.base64String({ minLength: 1 }).map((text) => `whsec_${text}`),
        ),
        fc.constantFrom('body' as const, 'timestamped' as const),
        (body, secret, scheme) => {
          const headers = headersOf({ body, secret, scheme });
          const lowerCase = Object.fromEntries(
            Object.entries(headers).map(([name, v]) => [name.toLowerCase(), v]),
          );
          for (const kind of [headers, lowerCase, new Headers(headers)]) {
            expect(verify(Buffer.from(body), kind, secret, atSigning()).ok).toBe(true);
          }
        },
      ),
    );
  });

  it('of another sender of Standard Webhooks holds', () => {
    const now = new Date(SIGNED_AT_SECONDS * 1_000);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(SIGNED_AT_SECONDS),
      'webhook-signature': `v1a,other ${new Webhook(SECRET).sign('msg_1', now, BODY)}`,
    };
    expect(verify(BODY, headers, SECRET, { now })).toEqual({ ok: true, scheme: 'standard' });
  });
});

describe('a forged delivery', () => {
  it('is refused with another secret', () => {
    expect(verify(BODY, headersOf(), 'another-secret', atSigning())).toMatchObject({
      reason: 'signature_mismatch',
    });
  });

  it.each(['body', 'timestamped'] as const)('of the scheme %s is refused with any other body', (scheme) => {
    const headers = headersOf({ scheme });
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        fc.pre(!Buffer.from(body).equals(Buffer.from(BODY)));
        for (const part of [headers, only(headers, BROXI), only(headers, STANDARD)]) {
          expect(verify(body, part, SECRET, atSigning())).toMatchObject({ reason: 'signature_mismatch' });
        }
      }),
    );
  });

  it.each(['X-Broxi-Signature', 'webhook-signature', 'webhook-id', 'webhook-timestamp'])(
    'is refused where only %s was changed',
    (name) => {
      const headers = headersOf();
      const changed = { ...headers, [name]: `${headers[name]?.slice(0, -1)}!` };
      expect(verify(BODY, changed, SECRET, atSigning())).toMatchObject({ reason: 'signature_mismatch' });
    },
  );

  it('is refused with a timestamp that was not signed', () => {
    const headers = only(headersOf({ scheme: 'timestamped' }), BROXI);
    const moved = { ...headers, 'X-Broxi-Timestamp': String(SIGNED_AT_SECONDS + 1) };
    expect(verify(BODY, moved, SECRET, atSigning())).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('is refused with a signature that came twice', () => {
    const signature = headersOf()['X-Broxi-Signature'] ?? '';
    const headers = { 'x-broxi-signature': [signature, signature] };
    expect(verify(BODY, headers, SECRET, atSigning())).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('never makes it throw', () => {
    const names = [
      'x-broxi-signature',
      'x-broxi-timestamp',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ];
    const headers = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string())),
    );
    fc.assert(
      fc.property(fc.uint8Array(), headers, (body, given) => {
        expect(verify(body, given, SECRET).ok).toBe(false);
      }),
    );
  });
});

describe('an old delivery', () => {
  const at = (offsetSeconds: number, rest: VerifyOptions = {}): VerifyOptions => ({
    now: new Date((SIGNED_AT_SECONDS + offsetSeconds) * 1_000),
    ...rest,
  });
  const timestamped = only(headersOf({ scheme: 'timestamped' }), BROXI);
  const standard = only(headersOf(), STANDARD);

  it.each([timestamped, standard])('holds for five minutes either way, and no longer', (headers) => {
    expect(verify(BODY, headers, SECRET, at(300)).ok).toBe(true);
    expect(verify(BODY, headers, SECRET, at(-300)).ok).toBe(true);
    expect(verify(BODY, headers, SECRET, at(301))).toEqual({
      ok: false,
      reason: 'stale_timestamp',
      message: 'the request was signed 301 s ago; 300 s are tolerated either way',
    });
    expect(verify(BODY, headers, SECRET, at(-301))).toMatchObject({ reason: 'stale_timestamp' });
  });

  it('holds as long as the caller says', () => {
    expect(verify(BODY, standard, SECRET, at(3_000, { tolerance: 3_000 })).ok).toBe(true);
    expect(verify(BODY, standard, SECRET, at(11, { tolerance: 10 })).ok).toBe(false);
  });

  it('is refused where the tolerance or the clock is no number', () => {
    expect(verify(BODY, standard, SECRET, at(0, { tolerance: NaN })).ok).toBe(false);
    expect(verify(BODY, standard, SECRET, { now: new Date(NaN) }).ok).toBe(false);
  });

  it('is refused although its X-Broxi-Signature, which has no time, still fits', () => {
    expect(verify(BODY, headersOf({ scheme: 'body' }), SECRET, at(301))).toMatchObject({
      reason: 'stale_timestamp',
    });
  });

  it('is refused with a signed time that is no number', () => {
    const headers = {
      'x-broxi-timestamp': 'soon',
      'x-broxi-signature': hmacSha256({ text: SECRET, encoding: 'utf8' }, 'soon.', BODY, 'hex'),
    };
    expect(verify(BODY, headers, SECRET)).toMatchObject({ reason: 'malformed_timestamp' });
  });
});

describe('the choice of schemes', () => {
  it('refuses what has no signature of an accepted scheme', () => {
    const broxi = only(headersOf(), BROXI);
    expect(verify(BODY, broxi, SECRET, atSigning({ schemes: ['standard'] }))).toEqual({
      ok: false,
      reason: 'missing_signature',
      message: 'the request has no signature: expected webhook-signature',
    });
    expect(verify(BODY, broxi, SECRET, atSigning({ schemes: ['timestamped'] })).ok).toBe(false);
  });

  it('looks at no other scheme', () => {
    const headers = { ...headersOf(), 'webhook-signature': 'v1,forged' };
    expect(verify(BODY, headers, SECRET, atSigning({ schemes: ['body'] }))).toEqual({
      ok: true,
      scheme: 'body',
    });
  });

  it('refuses a request without any signature', () => {
    expect(verify(BODY, {}, SECRET)).toMatchObject({
      reason: 'missing_signature',
      message: 'the request has no signature: expected webhook-signature or X-Broxi-Signature',
    });
  });

  it('names the header that a signature needs', () => {
    const { 'webhook-id': _, ...withoutId } = headersOf();
    expect(verify(BODY, withoutId, SECRET, atSigning())).toMatchObject({
      reason: 'missing_header',
      message: 'webhook-signature is there, but not webhook-id',
    });
    const { 'X-Broxi-Timestamp': __, ...withoutTime } = only(headersOf({ scheme: 'timestamped' }), BROXI);
    expect(verify(BODY, withoutTime, SECRET, atSigning({ schemes: ['timestamped'] }))).toMatchObject({
      reason: 'missing_header',
    });
  });
});

describe('mistakes of the caller', () => {
  it('throws where the body was parsed already', () => {
    const parsed = JSON.parse(BODY) as string;
    expect(() => verify(parsed, headersOf(), SECRET)).toThrow('rawBody: expected the bytes');
  });

  it('throws where the secret is empty, with which anybody could sign', () => {
    expect(() => verify(BODY, headersOf(), '')).toThrow('secret: expected');
  });
});
