import { createHmac, timingSafeEqual } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../domain/deliver/json-text.ts';
import { deliveryBody } from '../../../domain/deliver/payload.ts';
import { type AttemptToSign, deliveryHeaders } from '../../../domain/deliver/signature.ts';
import { hmacSha256 } from '../../../infra/crypto/hmac.ts';
import { isCustomHeader } from '../../../schemas/custom-headers.ts';
import { DeliveryId, SubscriptionId } from '../../../schemas/ids.ts';

const subscriptionId = SubscriptionId.parse('wh_abc12345');
const deliveryId = DeliveryId.parse('del_00000000000000000000');
const RAW_SECRET = 'a secret of the customer, with ümlaut';
const MADE_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OLD_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

const bodyOf = (dataText: string) =>
  deliveryBody({
    eventType: 'workflow.completed',
    occurredAt: '2024-01-15T10:30:05.123Z',
    subscriptionId,
    deliveryId,
    dataText,
  });
const ATTEMPT = {
  eventType: 'workflow.completed',
  deliveryId,
  subscriptionId,
  attempt: 2,
  timestampSeconds: Math.floor(Date.now() / 1_000),
  body: bodyOf('{"output":"Grüße 😀"}'),
  scheme: 'body',
  secret: MADE_SECRET,
  previousSecret: null,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  customHeaders: {},
} satisfies AttemptToSign;
const headersOf = (change: Partial<AttemptToSign> = {}) =>
  deliveryHeaders({ ...ATTEMPT, ...change }, hmacSha256, isCustomHeader);

/** What a receiver's framework gives it: names in lower case. */
const received = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const hexHmac = (secret: string, content: string) =>
  createHmac('sha256', secret).update(content).digest('hex');
const isSame = (given: string | undefined, expected: string) =>
  given !== undefined &&
  given.length === expected.length &&
  timingSafeEqual(Buffer.from(given), Buffer.from(expected));

/** The three checks that receivers were told to make, each as its own program would. */
const RECEIVERS = {
  'that signs the raw body': (raw: Buffer, headers: Record<string, string>, secret: string) =>
    isSame(headers['x-broxi-signature'], createHmac('sha256', secret).update(raw).digest('hex')),
  'that parses the body and writes it again': (
    raw: Buffer,
    headers: Record<string, string>,
    secret: string,
  ) => isSame(headers['x-broxi-signature'], hexHmac(secret, JSON.stringify(JSON.parse(raw.toString())))),
  'that signs timestamp and body and allows 300 seconds': (
    raw: Buffer,
    headers: Record<string, string>,
    secret: string,
  ) => {
    const timestamp = headers['x-broxi-timestamp'];
    if (timestamp === undefined || Math.abs(Date.now() / 1_000 - Number(timestamp)) > 300) return false;
    return isSame(headers['x-broxi-signature'], hexHmac(secret, `${timestamp}.${raw.toString()}`));
  },
};
const SCHEME_OF = {
  'that signs the raw body': 'body',
  'that parses the body and writes it again': 'body',
  'that signs timestamp and body and allows 300 seconds': 'timestamped',
} as const;

describe.each(Object.keys(RECEIVERS) as (keyof typeof RECEIVERS)[])('a receiver %s', (name) => {
  const accepts = RECEIVERS[name];
  const scheme = SCHEME_OF[name];

  it('accepts every delivery', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
        fc.string({ unit: 'binary', minLength: 16 }),
        (data, secret) => {
          const reading = readJson(JSON.stringify(data));
          const body = bodyOf(reading.ok ? reading.textOf((document) => document) : '');
          const headers = received(headersOf({ body, scheme, secret }));
          expect(accepts(Buffer.from(body), headers, secret)).toBe(true);
        },
      ),
    );
  });

  it('refuses a changed body', () => {
    const body = Buffer.from(ATTEMPT.body.replace('😀', '😁'));
    expect(accepts(body, received(headersOf({ scheme })), MADE_SECRET)).toBe(false);
  });

  it('refuses another secret', () => {
    expect(accepts(Buffer.from(ATTEMPT.body), received(headersOf({ scheme })), OLD_SECRET)).toBe(false);
  });
});

it('gives the timestamped receiver another signature for another second', () => {
  const later = { scheme: 'timestamped', timestampSeconds: ATTEMPT.timestampSeconds + 1 } as const;
  expect(headersOf(later)['X-Broxi-Signature']).not.toBe(
    headersOf({ scheme: 'timestamped' })['X-Broxi-Signature'],
  );
});

describe('the Standard Webhooks triple', () => {
  const verify = (secret: string, headers: Record<string, string>, format?: 'raw') =>
    (format === 'raw' ? new Webhook(Buffer.from(secret), { format }) : new Webhook(secret)).verify(
      ATTEMPT.body,
      headers,
    );

  it.each(['body', 'timestamped'] as const)('satisfies its reference library under scheme %s', (scheme) => {
    expect(verify(MADE_SECRET, headersOf({ scheme }))).toEqual(JSON.parse(ATTEMPT.body));
  });

  it('is keyed with the bytes of a secret without whsec_', () => {
    expect(verify(RAW_SECRET, headersOf({ secret: RAW_SECRET }), 'raw')).toEqual(JSON.parse(ATTEMPT.body));
  });

  it.each(['whsec_', 'whsec_not base64 at all!', 'whsec_AAAAA', 'whsec_AAAA===='])(
    'is keyed with the bytes of a secret that only looks like whsec_: %s',
    (secret) => {
      expect(verify(secret, headersOf({ secret }), 'raw')).toEqual(JSON.parse(ATTEMPT.body));
    },
  );

  it('carries the delivery id and the second of the attempt', () => {
    expect(headersOf()).toMatchObject({
      'webhook-id': deliveryId,
      'webhook-timestamp': String(ATTEMPT.timestampSeconds),
    });
  });

  it('is as the reference library would sign it, for every body and secret', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        (body, key) => {
          const secret = `whsec_${Buffer.from(key).toString('base64')}`;
          const expected = new Webhook(secret).sign(
            deliveryId,
            new Date(ATTEMPT.timestampSeconds * 1_000),
            body,
          );
          expect(headersOf({ body, secret })['webhook-signature']).toBe(expected);
        },
      ),
    );
  });
});

describe('while two secrets are valid', () => {
  const headers = headersOf({ previousSecret: OLD_SECRET });

  it.each([
    ['new', MADE_SECRET],
    ['old', OLD_SECRET],
  ])('the triple satisfies the %s one', (_which, secret) => {
    expect(new Webhook(secret).verify(ATTEMPT.body, headers)).toEqual(JSON.parse(ATTEMPT.body));
  });

  it('the old one has its own header', () => {
    expect(headers['X-Broxi-Signature']).toBe(hexHmac(MADE_SECRET, ATTEMPT.body));
    expect(headers['X-Broxi-Signature-Previous']).toBe(hexHmac(OLD_SECRET, ATTEMPT.body));
  });

  it('the old one signs under the same scheme', () => {
    const timestamped = headersOf({ previousSecret: OLD_SECRET, scheme: 'timestamped' });
    expect(timestamped['X-Broxi-Signature-Previous']).toBe(
      hexHmac(OLD_SECRET, `${ATTEMPT.timestampSeconds}.${ATTEMPT.body}`),
    );
  });

  it('and at no other time, there is a second signature', () => {
    expect(headersOf()).not.toHaveProperty('X-Broxi-Signature-Previous');
    expect(headersOf()['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  });
});

describe('the headers', () => {
  it('are these, in this order', () => {
    expect(Object.keys(headersOf({ customHeaders: { Authorization: 'Bearer x' } }))).toEqual([
      'Content-Type',
      'User-Agent',
      'X-Broxi-Event',
      'X-Broxi-Delivery',
      'X-Broxi-Webhook',
      'X-Broxi-Attempt',
      'X-Broxi-Timestamp',
      'X-Broxi-Signature',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'traceparent',
      'Authorization',
    ]);
  });

  it('say what and which', () => {
    expect(headersOf()).toMatchObject({
      'Content-Type': 'application/json',
      'User-Agent': 'BroxiAI-Webhooks/1.0',
      'X-Broxi-Event': 'workflow.completed',
      'X-Broxi-Delivery': deliveryId,
      'X-Broxi-Webhook': subscriptionId,
      'X-Broxi-Attempt': '2',
      'X-Broxi-Timestamp': String(ATTEMPT.timestampSeconds),
      traceparent: ATTEMPT.traceparent,
    });
  });

  it.each([
    ...['Host', 'content-length', 'X-Broxi-Signature', 'x-broxi-anything', 'WEBHOOK-ID', 'webhook-other'],
    ...[
      'Transfer-Encoding',
      'connection',
      'Keep-Alive',
      'TE',
      'Trailer',
      'Upgrade',
      'Expect',
      'Proxy-Authorization',
    ],
    ...['', 'two words', 'a:b', 'a\r\nb', 'ümlaut'],
  ])('leave out a custom %j', (name) => {
    expect(headersOf({ customHeaders: { [name]: 'forged' } })).toEqual(headersOf());
  });

  it.each(['a\r\nX-Broxi-Event: forged', 'a\u0000b', '😀', 'a\u007fb'])('leave out the value %j', (value) => {
    expect(headersOf({ customHeaders: { 'X-Custom': value } })).toEqual(headersOf());
  });

  it('let the customer name their own content type, once', () => {
    const headers = headersOf({ customHeaders: { 'content-type': 'application/vnd.broxi+json' } });
    expect(headers).toMatchObject({ 'content-type': 'application/vnd.broxi+json' });
    expect(headers).not.toHaveProperty('Content-Type');
  });

  it('keep a custom header whatever it is called', () => {
    const customHeaders = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
    expect(Object.entries(headersOf({ customHeaders })).slice(-2)).toEqual(Object.entries(customHeaders));
  });
});
