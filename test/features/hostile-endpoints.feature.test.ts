/**
 * Endpoints that treat a delivery as badly as endpoints can, met by the real worker. What is deterministic: every
 * subscription has its own receiver, one attempt (where it is not about waiting), and ends by its timeout.
 */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCertificate, type CertificateRequest } from '../receivers/certificates.ts';
import {
  answer,
  drip,
  dripHeaders,
  endlessEarlyHints,
  endlessHeaders,
  gzipBomb,
  hangBeforeHeaders,
  hangInBody,
  largeBody,
  raw,
  resetBeforeHeaders,
  resetInBody,
  startReceiver,
  type Behaviour,
  type HostileReceiver,
} from '../receivers/hostile-receiver.ts';
import { call, type Platform, product, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';
import { pidOf } from './product.ts';

const MIB = 1024 * 1024;
const authority = issueCertificate({ commonName: 'Test Authority', isAuthority: true });
const issuer = { commonName: 'Test Authority', key: authority.key };

let platform: Platform;
const receivers: HostileReceiver[] = [];
const subscriptions: string[] = [];
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(async () => {
  await Promise.all(subscriptions.map(unsubscribe));
  await platform.stop();
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

interface ShownAttempt {
  readonly status_code: number | null;
  readonly error: string | null;
  readonly response_body: string;
}
interface ShownDelivery {
  readonly status: string;
  readonly updated_at: string;
  readonly next_attempt_at: string | null;
  readonly attempts: readonly ShownAttempt[];
}

/** An endpoint that behaves so, with a subscription of its own; answers the type of its events. */
async function endpoint(behaviour: Behaviour, settings: object = {}, certificate?: CertificateRequest) {
  const receiver = await startReceiver(
    behaviour,
    certificate === undefined ? {} : { certificate: issueCertificate(certificate) },
  );
  receivers.push(receiver);
  const type = unique('hostile').replaceAll('_', '.');
  const { id } = await subscribe({
    url: receiver.url,
    events: [type],
    timeout: 10,
    retry_policy: { max_retries: 0 },
    ...settings,
  });
  subscriptions.push(id);
  return { receiver, type };
}

/** Publishes one event of each type; resolves with its delivery once an attempt of it has ended. */
async function delivered(types: readonly string[]): Promise<readonly ShownDelivery[]> {
  const ids = types.map(() => unique('evt'));
  await platform.publish(
    types.map((event, index) => ({
      id: ids[index],
      event,
      timestamp: '2024-01-15T10:30:05.123Z',
      data: {},
    })),
  );
  return Promise.all(
    ids.map(async (eventId) => {
      const list = () =>
        call<{ data: { id: string; attempt_count: number }[] }>('GET', `/v1/deliveries?event_id=${eventId}`);
      await expect
        .poll(async () => (await list()).body.data[0]?.attempt_count, { timeout: 60_000, interval: 200 })
        .toBe(1);
      const { id } = (await list()).body.data[0]!;
      return (await call<ShownDelivery>('GET', `/v1/deliveries/${id}`)).body;
    }),
  );
}

type Hostile = readonly [name: string, behaviour: Behaviour, error: string];
/** What ends by its timeout, which leaves time to get as far as the error says. */
const SLOW_TIMEOUT_SECONDS = 3;
const SLOW: readonly Hostile[] = [
  ['hangs', hangBeforeHeaders, 'no answer within 3 s'],
  ['hangs within the body', hangInBody(), 'answer not complete within 3 s'],
  ['drips its headers', dripHeaders, 'answer not complete within 3 s'],
  ['drips its body', drip, 'answer not complete within 3 s'],
];
const HOSTILE: readonly Hostile[] = [
  ['resets the connection', resetBeforeHeaders, 'connection closed before an answer came'],
  ['resets the connection within the body', resetInBody(), "connection closed in the answer's body"],
  ['sends headers without an end', endlessHeaders, "answer's headers are too large"],
  ['sends early hints without an end', endlessEarlyHints, 'more than 8 informational answers'],
  ['speaks no HTTP', raw('SSH-2.0-OpenSSH_9.6\r\n'), 'answer is not valid HTTP'],
  [
    'answers with two lengths',
    raw('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'),
    'answer is not valid HTTP',
  ],
];

const UNTRUSTED: readonly (readonly [name: string, certificate: CertificateRequest, error: string])[] = [
  ['has expired', { commonName: 'a', hosts: ['127.0.0.1'], issuer, daysLeft: -1 }, 'certificate has expired'],
  ['is self-signed', { commonName: 'a', hosts: ['127.0.0.1'] }, 'certificate is self-signed'],
  [
    'is for another host',
    { commonName: 'a', hosts: ['other.example'], issuer },
    'certificate is for another host',
  ],
];

describe('a delivery to an endpoint', () => {
  it.each(SLOW)('that %s ends in time, and says why', async (_, behaviour, error) => {
    const { type } = await endpoint(behaviour, { timeout: SLOW_TIMEOUT_SECONDS });
    const [delivery] = await delivered([type]);
    expect(delivery).toMatchObject({ status: 'exhausted', attempts: [{ status_code: null, error }] });
  });

  it.each(HOSTILE)('that %s fails, and says why', async (_, behaviour, error) => {
    const { type } = await endpoint(behaviour);
    const [delivery] = await delivered([type]);
    expect(delivery).toMatchObject({ status: 'exhausted', attempts: [{ status_code: null, error }] });
  });

  it.each(UNTRUSTED)('whose certificate %s sends nothing, and says why', async (_, certificate, error) => {
    const { receiver, type } = await endpoint(answer(200), { tls: { ca: authority.cert } }, certificate);
    const [delivery] = await delivered([type]);
    expect(delivery).toMatchObject({ status: 'exhausted', attempts: [{ status_code: null, error }] });
    expect(receiver.requests).toHaveLength(0);
  });

  it('whose certificate comes from the authority of the subscription arrives', async () => {
    const { type } = await endpoint(
      answer(200),
      { tls: { ca: authority.cert } },
      { commonName: 'a', hosts: ['127.0.0.1'], issuer },
    );
    expect(await delivered([type])).toMatchObject([{ status: 'succeeded' }]);
  });

  it('that answers 200 with 1 GB succeeds, and 16 KiB are kept', async () => {
    const { receiver, type } = await endpoint(largeBody(1024 * MIB));
    const [delivery] = await delivered([type]);
    expect(delivery).toMatchObject({ status: 'succeeded', attempts: [{ status_code: 200 }] });
    expect(delivery?.attempts[0]?.response_body).toBe('x'.repeat(16 * 1024));
    await receiver.whenDeserted();
    expect(receiver.writtenBytes).toBeLessThan(64 * MIB);
  });

  it('that answers 200 with what unpacks to gigabytes succeeds, and nothing is unpacked', async () => {
    const { type } = await endpoint(gzipBomb(32 * MIB));
    const [delivery] = await delivered([type]);
    expect(delivery?.status).toBe('succeeded');
    expect(delivery?.attempts[0]?.response_body.length).toBeLessThan(48 * 1024);
  });

  it('that redirects to the metadata service ends there', async () => {
    const { type } = await endpoint(answer(307, { location: 'http://169.254.169.254/latest/meta-data/' }));
    expect(await delivered([type])).toMatchObject([
      { status: 'exhausted', attempts: [{ status_code: 307 }] },
    ]);
  });

  it('that is the metadata service is blocked', async () => {
    const { type } = await endpoint(answer(200), { url: 'http://169.254.169.254/latest/meta-data/' });
    expect(await delivered([type])).toMatchObject([
      { status: 'blocked', attempts: [{ error: 'blocked_target: 169.254.169.254 is not a public address' }] },
    ]);
  });
});

describe('Retry-After of a 429', () => {
  const inAnHour = (): string => new Date(Date.now() + 30 * 60 * 1_000).toUTCString();
  it.each<[string, () => string, atLeastSeconds: number, atMostSeconds: number]>([
    ['in seconds is waited for', () => '120', 120, 140],
    ['as a date is waited for', inAnHour, 1_700, 2_000],
    ['of a century is an hour', () => '3153600000', 3_600, 4_000],
    ['of more digits than a number has is an hour', () => '9'.repeat(400), 3_600, 4_000],
    ['in the past is the policy’s', () => 'Sun, 06 Nov 1994 08:49:37 GMT', 60, 66],
    ['below zero is the policy’s', () => '-5', 60, 66],
    ['that is nonsense is the policy’s', () => 'soon', 60, 66],
  ])('%s', async (_, value, atLeastSeconds, atMostSeconds) => {
    const { type } = await endpoint(
      ({ response }) => response.writeHead(429, { 'retry-after': value() }).end(),
      // So long that the first attempt is seen before the second.
      { retry_policy: { max_retries: 1, retry_delay: 60 } },
    );
    const [delivery] = await delivered([type]);
    expect(delivery?.status).toBe('retrying');
    const waitMs = Date.parse(delivery!.next_attempt_at!) - Date.parse(delivery!.updated_at);
    expect(waitMs / 1_000).toBeGreaterThanOrEqual(atLeastSeconds);
    expect(waitMs / 1_000).toBeLessThanOrEqual(atMostSeconds);
  });
});

it('the worker’s memory does not grow with what endpoints send', async () => {
  const behaviours = [
    ...[...SLOW, ...HOSTILE].map(([, behaviour]) => behaviour),
    largeBody(1024 * MIB),
    gzipBomb(1024 * MIB),
  ];
  const endpoints = await Promise.all(behaviours.map((behaviour) => endpoint(behaviour, { timeout: 1 })));
  const types = endpoints.map(({ type }) => type);
  const residentMib = (): number =>
    Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pidOf(product(), 'worker'))])) / 1024;

  // The first rounds fill caches and pools, and let the compiler settle.
  for (let round = 0; round < 2; round += 1) await delivered(types);
  const beforeMib = residentMib();
  const samplesMib: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    await delivered([...types, ...types]);
    samplesMib.push(residentMib());
  }
  // 8 answers of 1 GB and 8 that unpack to as much have come in since.
  expect(Math.max(...samplesMib) - beforeMib).toBeLessThan(96);
}, 180_000);
