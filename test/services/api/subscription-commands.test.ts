/** What becomes of requests before and after the actor of a subscription, which is in the test's hands. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { decide } from '../../../domain/subscription/decide.ts';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import type { LiveSubscription } from '../../../domain/subscription/subscription.ts';
import { createSealer, keyRing } from '../../../infra/crypto/sealed-secret.ts';
import { DEFAULT_ACCOUNT_ID } from '../../../schemas/ids.ts';
import type { SubscriptionCommand } from '../../../schemas/subscription-log.ts';
import { NewSubscription, ORDERED_BATCHES } from '../../../schemas/subscription.ts';
import type { Caller } from '../../../services/api/authenticate.ts';
import { createReencrypt } from '../../../services/api/reencrypt.ts';
import {
  createSubscriptionCommands,
  type SubscriptionCommandsDeps,
} from '../../../services/api/subscription-commands.ts';

const CALLER: Caller = {
  accountId: DEFAULT_ACCOUNT_ID,
  actor: 'key:admin',
  scopes: ['admin'],
  keyId: null,
  sourceIp: '192.0.2.1',
};

const SEALER = createSealer(keyRing(Buffer.alloc(32, 1)));

/** Commands to actors that decide as the real ones do and forget nothing; what was sent is kept. */
function commandsOfTheTest() {
  const directory = createSubscriptionDirectory();
  const sent: SubscriptionCommand[] = [];
  const send: SubscriptionCommandsDeps['send'] = async (id, command) => {
    sent.push(command);
    // As with real actors, whoever asks at the same time has read the same state before the first is decided.
    await nextTurn();
    const decision = decide(command, directory.get(id), {
      subscriptionId: id,
      at: new Date().toISOString(),
    });
    if (!decision.ok) return { answered: true, reply: decision };
    for (const event of decision.events) directory.apply(event);
    const subscription = directory.get(id);
    return { answered: true, reply: { ok: true, subscription } };
  };
  const commands = createSubscriptionCommands({ directory, sealer: SEALER, send });
  return { commands, directory, send, sent };
}

const settings = (more: object = {}): NewSubscription =>
  NewSubscription.parse({ url: 'https://example.com/', events: ['a'], ...more });

/** Everything within its own limit, and half a megabyte once it is encrypted. */
const LARGE_HEADERS = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [`X-${index}`, 'é'.repeat(4_096)]),
);

it('settings that are larger together than they may be are refused before an actor is asked', async () => {
  const { commands, sent } = commandsOfTheTest();
  await expect(commands.create(CALLER, settings({ headers: LARGE_HEADERS }))).rejects.toMatchObject({
    status: 422,
  });
  expect(sent).toEqual([]);
});

it('a body that asks for ordered batches is wrong before an actor is asked', () => {
  const body = { url: 'https://example.com/', events: ['a'], ordered_by: 'user_id' };
  const aggregation = { batch_size: 2, batch_timeout: 30 };
  expect(NewSubscription.safeParse({ ...body, aggregation }).error?.issues).toMatchObject([
    { path: ['ordered_by'], message: ORDERED_BATCHES },
  ]);
  expect(NewSubscription.safeParse(body).success).toBe(true);
});

it('one of two rotations to the same secret that race is done, and the secret before stays valid', async () => {
  const { commands, directory } = commandsOfTheTest();
  const { subscription, secret: before } = await commands.create(CALLER, settings());
  const rotation = { secret: 'the-secret-of-both-requests', overlap_seconds: 3_600 };
  // Both have looked at the present secret before either is decided.
  const outcomes = await Promise.allSettled(
    [1, 2].map(() => commands.rotateSecret(CALLER, subscription.id, null, rotation)),
  );
  expect(outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { status: 422, errors: [{ path: 'secret' }] } },
  ]);
  const { previousSecret } = directory.get(subscription.id) as LiveSubscription;
  expect(SEALER.open(previousSecret!.secret, subscription.id)).toEqual({ ok: true, plain: before });
});

it('a rotation to another secret is done although the present one has changed since it was read', async () => {
  const { commands } = commandsOfTheTest();
  const { subscription } = await commands.create(CALLER, settings());
  const outcomes = await Promise.all(
    ['the-secret-of-the-first', 'the-secret-of-the-second'].map((secret) =>
      commands.rotateSecret(CALLER, subscription.id, null, { secret, overlap_seconds: 0 }),
    ),
  );
  expect(outcomes.map((outcome) => outcome.subscription.version)).toEqual([2, 3]);
});

it('a rotation of the encryption key names no operator to accounts', async () => {
  const { commands, directory, send, sent } = commandsOfTheTest();
  const { subscription } = await commands.create(CALLER, settings());
  const newer = keyRing(Buffer.alloc(32, 2), Buffer.alloc(32, 1));
  const { currentKeyId } = newer;
  const reencrypt = createReencrypt({ directory, sealer: createSealer(newer), currentKeyId, send });
  expect(await reencrypt(subscription)).toEqual({ outcome: 'reencrypted' });
  expect(sent.at(-1)).toMatchObject({ type: 'ReencryptSubscription', actor: 'system:encryption' });
  expect(sent.at(-1)).not.toHaveProperty('sourceIp');
});

it.each([
  ['whsec_abcdefghij', true],
  ['whsec_abcdefghi', false],
  ['whsec_not-base64-at-all', false],
  ['sixteen-letters!', true],
])('a secret of at least 16 characters is taken, base64 where it says so: %s, %s', (secret, isTaken) => {
  const body = { url: 'https://example.com/', events: ['a'], secret };
  expect(NewSubscription.safeParse(body).success).toBe(isTaken);
});

it('a change that would make settings larger than they may be is refused', async () => {
  const { commands } = commandsOfTheTest();
  const { subscription } = await commands.create(CALLER, settings());
  await expect(
    commands.update(CALLER, subscription.id, null, { headers: LARGE_HEADERS }),
  ).rejects.toMatchObject({ status: 422 });
});
