/** Puts what one subscription holds sealed under the current encryption key, through its actor. */
import { isLive, type LiveSubscription } from '../../domain/subscription/subscription.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { sealedValuesOf } from '../../domain/subscription/sealed-values.ts';
import { keyIdOf, type Sealer } from '../../infra/crypto/sealed-secret.ts';
import type { Sent } from '../../infra/temporal/subscription-actors.ts';
import type { ReencryptionFailure } from '../../schemas/encryption.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed, SubscriptionCommand } from '../../schemas/subscription-log.ts';
import type { CommandReply } from '../../workflows/messages.ts';
import { seen } from './away.ts';

/** `fresh`: all of it was under the current key already. */
export type Reencryption =
  | { readonly outcome: 'reencrypted' | 'fresh' }
  | { readonly outcome: 'failed'; readonly reason: ReencryptionFailure };

export interface ReencryptDeps {
  readonly directory: SubscriptionDirectory;
  readonly sealer: Sealer;
  readonly currentKeyId: string;
  readonly send: (id: SubscriptionId, command: SubscriptionCommand) => Promise<Sent<CommandReply>>;
}

/** Safe to repeat. */
export type Reencrypt = (subscription: LiveSubscription) => Promise<Reencryption>;

export function createReencrypt({ directory, sealer, currentKeyId, send }: ReencryptDeps): Reencrypt {
  const isOlder = (sealed: Sealed): boolean => keyIdOf(sealed) !== currentKeyId;

  return async (subscription) => {
    const { id, accountId } = subscription;
    const resealed: Record<Sealed, Sealed> = {};
    let unread: ReencryptionFailure | null = null;
    for (const sealed of sealedValuesOf(subscription).filter(isOlder)) {
      const opened = sealer.open(sealed, id);
      if (opened.ok) resealed[sealed] = sealer.seal(opened.plain, id) as Sealed;
      else unread = opened.failure === 'unknown_key' ? 'unknown_key' : 'unreadable';
    }
    // Also where nothing is to be replaced: the actor begins a new run, without payloads under the older key.
    const sent = await send(id, {
      type: 'ReencryptSubscription',
      resealed,
      accountId,
      // Which operator has begun it is in the operators' own audit log, and no account's business.
      actor: 'system:encryption',
      expectedVersion: null,
    });
    if (!sent.answered) return { outcome: 'failed', reason: 'no_worker' };
    // It was deleted meanwhile: nothing of it is left to be sealed.
    if (!sent.reply.ok || !isLive(sent.reply.subscription)) return { outcome: 'fresh' };
    const after = sent.reply.subscription;
    await seen(directory, id, after.version);
    if (unread !== null) return { outcome: 'failed', reason: unread };
    if (sealedValuesOf(after).some(isOlder)) {
      return { outcome: 'failed', reason: 'sealed_anew_with_older_key' };
    }
    return { outcome: Object.keys(resealed).length > 0 ? 'reencrypted' : 'fresh' };
  };
}
