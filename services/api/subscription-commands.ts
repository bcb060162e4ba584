/** What routes do to subscriptions: seal what is secret, ask the actor, and turn a refusal into an answer. */
import { randomBytes } from 'node:crypto';
import type { Refusal } from '../../domain/subscription/decide.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { MOST_SETTINGS_BYTES, settingsBytes } from '../../domain/subscription/settings-size.ts';
import type { LiveSubscription, Subscription } from '../../domain/subscription/subscription.ts';
import type { Sealer } from '../../infra/crypto/sealed-secret.ts';
import type { Sent } from '../../infra/temporal/subscription-actors.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type {
  Sealed,
  SettingsChanges,
  StoredTls,
  SubscriptionCommand,
} from '../../schemas/subscription-log.ts';
import {
  type NewSubscription,
  ORDERED_BATCHES,
  type SecretRotation,
  type SubscriptionPatch,
} from '../../schemas/subscription.ts';
import type { CommandReply } from '../../workflows/messages.ts';
import type { Caller } from './authenticate.ts';
import { seen } from './away.ts';
import { findLive } from './find-subscription.ts';
import { invalidFields, notFound, Problem } from './problem.ts';
import { randomText } from './random-text.ts';

/** A command without who asks for it. */
type Change = SubscriptionCommand extends infer C
  ? C extends SubscriptionCommand
    ? Omit<C, 'actor' | 'sourceIp' | 'accountId' | 'expectedVersion'>
    : never
  : never;

export interface SubscriptionCommands {
  /** Creates one and answers it with its secret in clear, the only time that it is shown unasked. */
  create(caller: Caller, given: NewSubscription): Promise<{ subscription: LiveSubscription; secret: string }>;
  update(
    caller: Caller,
    id: SubscriptionId,
    version: number | null,
    patch: SubscriptionPatch,
  ): Promise<LiveSubscription>;
  /** Sets another secret and answers it in clear; the one before stays valid as long as the rotation says. */
  rotateSecret(
    caller: Caller,
    id: SubscriptionId,
    version: number | null,
    rotation: SecretRotation,
  ): Promise<{ subscription: LiveSubscription; secret: string }>;
  /** Everything that needs no more than its name. Answers null for one that is gone after it. */
  change(
    caller: Caller,
    id: SubscriptionId,
    version: number | null,
    change: Change,
  ): Promise<LiveSubscription | null>;
}

export interface SubscriptionCommandsDeps {
  readonly directory: SubscriptionDirectory;
  readonly sealer: Sealer;
  readonly send: (id: SubscriptionId, command: SubscriptionCommand) => Promise<Sent<CommandReply>>;
}

/** Each is lost to somebody else's change of the secret. */
const ROTATION_TRIES = 5;

export function createSubscriptionCommands(deps: SubscriptionCommandsDeps): SubscriptionCommands {
  const { directory, sealer } = deps;
  const seal = (plain: string, id: SubscriptionId): Sealed => sealer.seal(plain, id) as Sealed;
  const sealAll = (headers: Readonly<Record<string, string>>, id: SubscriptionId): Record<string, Sealed> =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, seal(value, id)]));
  const sealKey = (tls: NewSubscription['tls'], id: SubscriptionId): StoredTls | null =>
    tls === null ? null : { ...tls, client_key: tls.client_key === null ? null : seal(tls.client_key, id) };

  const holds = (sealed: Sealed, id: SubscriptionId, plain: string): boolean => {
    const opened = sealer.open(sealed, id);
    return opened.ok && opened.plain === plain;
  };

  /** The verdict of the actor; what it has changed is known to this process by then. */
  const tell = async (
    caller: Caller,
    id: SubscriptionId,
    expectedVersion: number | null,
    change: Change,
  ): Promise<CommandReply> => {
    const { accountId, actor, sourceIp } = caller;
    const sent = await deps.send(id, { ...change, accountId, actor, sourceIp, expectedVersion });
    if (!sent.answered) {
      throw new Problem(
        503,
        'No worker took the change in time. It may still be carried out: look before you repeat it.',
      );
    }
    if (sent.reply.ok) await seen(directory, id, sent.reply.subscription.version);
    return sent.reply;
  };
  const ask = async (...question: Parameters<typeof tell>): Promise<Subscription> => {
    const reply = await tell(...question);
    if (!reply.ok) throw refused(reply.refusal);
    // And not what the log tells by now: with the ETag of somebody's later change, the caller would undo it unawares.
    return reply.subscription;
  };

  return {
    async create(caller, given) {
      const id = `wh_${randomText(20)}` as SubscriptionId;
      const secret = given.secret ?? newSecret();
      const { secret: _secret, active, headers, tls, ...settings } = given;
      const stored = { ...settings, headers: sealAll(headers, id), tls: sealKey(tls, id) };
      const bytes = settingsBytes(stored);
      if (bytes > MOST_SETTINGS_BYTES) throw tooLarge(bytes);
      const subscription = await ask(caller, id, null, {
        type: 'CreateSubscription',
        settings: stored,
        secret: seal(secret, id),
        active,
      });
      return { subscription: live(subscription), secret };
    },
    async update(caller, id, version, patch) {
      findLive(directory, caller, id);
      const { secret, active, headers, tls, ...changes } = patch;
      const subscription = await ask(caller, id, version, {
        type: 'UpdateSubscription',
        changes: {
          ...(changes as SettingsChanges),
          ...(headers === undefined ? {} : { headers: sealAll(headers, id) }),
          ...(tls === undefined ? {} : { tls: sealKey(tls, id) }),
        },
        secret: secret === undefined ? null : seal(secret, id),
        active: active ?? null,
        mostBytes: MOST_SETTINGS_BYTES,
      });
      return live(subscription);
    },
    async rotateSecret(caller, id, version, { overlap_seconds: overlapSeconds, secret: given }) {
      findLive(directory, caller, id);
      const secret = given ?? newSecret();
      const rotation = { type: 'RotateSecret', secret: seal(secret, id), overlapSeconds } as const;
      if (given === undefined) {
        return { subscription: live(await ask(caller, id, version, rotation)), secret };
      }
      for (let tries = 0; tries < ROTATION_TRIES; tries += 1) {
        const { secret: presentSecret } = live(directory.get(id));
        if (holds(presentSecret, id, given)) {
          // A rotation that is repeated would end the overlap with the secret that receivers still know.
          throw invalidFields([{ path: 'secret', message: 'expected another secret than the present one' }]);
        }
        const reply = await tell(caller, id, version, { ...rotation, presentSecret });
        if (reply.ok) return { subscription: live(reply.subscription), secret };
        if (reply.refusal.code !== 'secret_changed') throw refused(reply.refusal);
        // Perhaps to the very one that is given: looked at again, once it is known here.
        await seen(directory, id, reply.refusal.actual);
      }
      throw refused({ code: 'secret_changed', actual: directory.get(id).version });
    },
    async change(caller, id, version, change) {
      findLive(directory, caller, id);
      const subscription = await ask(caller, id, version, change);
      return subscription.status === 'deleted' ? null : live(subscription);
    },
  };
}

function live(subscription: Subscription): LiveSubscription {
  // Another caller may have deleted it since it was looked for.
  if (subscription.status === 'absent' || subscription.status === 'deleted') throw notFound('subscription');
  return subscription;
}

function refused(refusal: Refusal): Problem {
  switch (refusal.code) {
    case 'not_found':
      return notFound('subscription');
    case 'already_exists':
      return new Problem(409, 'There is a subscription with this id already.');
    case 'version_mismatch':
      return new Problem(
        412,
        `The subscription is at version ${refusal.actual}: expected If-Match: "${refusal.actual}".`,
      );
    case 'ordered_batches':
      return invalidFields([{ path: 'ordered_by', message: ORDERED_BATCHES }]);
    case 'secret_changed':
      return new Problem(
        409,
        'The secret is being changed by others at the same time. Look before you repeat it.',
      );
    case 'settings_too_large':
      return tooLarge(refusal.bytes);
    case 'record_refused':
      return invalidFields([{ path: '', message: 'expected less: Kafka takes no record as large as this' }]);
    case 'is_disabled':
      return new Problem(409, 'The subscription is disabled: enable it first.');
  }
}

const tooLarge = (bytes: number): Problem =>
  invalidFields([
    {
      path: '',
      message:
        `expected settings that take at most ${MOST_SETTINGS_BYTES} bytes together, ` +
        `headers and keys encrypted: these take ${bytes}`,
    },
  ]);

/** `whsec_` and 32 bytes in base64, as Standard Webhooks has it. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
