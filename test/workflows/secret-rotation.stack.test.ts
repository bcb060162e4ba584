/** With which secrets attempts are signed while one is rotated, seen from the receiver. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { LiveSubscription } from '../../domain/subscription/subscription.ts';
import type { Sealed } from '../../schemas/subscription-log.ts';
import { type Arrival, startDeliveryEnv, subscriptionTo } from './delivery-env.ts';

const PRESENT = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PREVIOUS = 'secret-before-a-rotation';
const PREVIOUS_SEALED = 'v1.secret-before-a-rotation' as Sealed;

let stage: Awaited<ReturnType<typeof startDeliveryEnv>>;
beforeAll(async () => {
  stage = await startDeliveryEnv();
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.receiver.arrivals.length = 0;
  stage.receiver.script.answer = (_request, response) => void response.writeHead(200).end();
});

const rotated = (expiresInMs: number): LiveSubscription =>
  subscriptionTo(stage.receiver.url, {
    version: 2,
    previousSecret: {
      secret: PREVIOUS_SEALED,
      expiresAt: new Date(Date.now() + expiresInMs).toISOString(),
    },
  });

async function arrivalsOf(subscription: LiveSubscription): Promise<readonly Arrival[]> {
  stage.world.subscription = subscription;
  await stage.deliver(stage.task());
  return stage.receiver.arrivals;
}

const hex = (secret: string, { body }: Arrival): string =>
  createHmac('sha256', secret).update(body).digest('hex');
/** Keyed with the very bytes of `secret`. */
const holdsAsStandard = (secret: string, { body, headers }: Arrival, format?: 'raw'): boolean => {
  try {
    new Webhook(secret, format === undefined ? undefined : { format }).verify(
      body,
      headers as Record<string, string>,
    );
    return true;
  } catch {
    return false;
  }
};

it('an attempt within the overlap is signed with both secrets', async () => {
  const [arrival] = await arrivalsOf(rotated(3_600_000));
  expect(arrival?.headers['x-broxi-signature']).toBe(hex(PRESENT, arrival!));
  expect(arrival?.headers['x-broxi-signature-previous']).toBe(hex(PREVIOUS, arrival!));
  expect(String(arrival?.headers['webhook-signature']).split(' ')).toHaveLength(2);
  expect(holdsAsStandard(PRESENT, arrival!)).toBe(true);
  expect(holdsAsStandard(PREVIOUS, arrival!, 'raw')).toBe(true);
});

it('an attempt after it is signed with the present secret alone', async () => {
  const [arrival] = await arrivalsOf(rotated(-1));
  expect(arrival?.headers['x-broxi-signature']).toBe(hex(PRESENT, arrival!));
  expect(arrival?.headers).not.toHaveProperty('x-broxi-signature-previous');
  expect(holdsAsStandard(PRESENT, arrival!)).toBe(true);
  expect(holdsAsStandard(PREVIOUS, arrival!, 'raw')).toBe(false);
});

it('a rotation takes effect on the next attempt of a delivery that is being retried', async () => {
  let isFirst = true;
  stage.receiver.script.answer = (_request, response) => {
    response.writeHead(isFirst ? 503 : 200).end();
    if (isFirst) stage.world.subscription = rotated(3_600_000);
    isFirst = false;
  };
  const before = subscriptionTo(stage.receiver.url, { secret: PREVIOUS_SEALED });
  const [first, second] = await arrivalsOf(before);
  expect(first?.headers['x-broxi-signature']).toBe(hex(PREVIOUS, first!));
  expect(second?.headers['x-broxi-signature']).toBe(hex(PRESENT, second!));
  expect(second?.headers['x-broxi-signature-previous']).toBe(hex(PREVIOUS, second!));
});
