/** Folds the log of one subscription into what it is now. Version n of the state has seen events 1 to n. */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed, StoredSettings, SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { RoutedSubscription } from '../match/match-event.ts';

/** The secret before the last rotation. Signs too, as long as it has not expired. */
export interface PreviousSecret {
  readonly secret: Sealed;
  /** RFC 3339 in UTC. */
  readonly expiresAt: string;
}

/** A subscription that exists. `status` says what happens to its events: delivered, held or dropped. */
export interface LiveSubscription {
  readonly status: 'active' | 'paused' | 'disabled';
  readonly id: SubscriptionId;
  readonly accountId: AccountId;
  readonly version: number;
  readonly settings: StoredSettings;
  readonly secret: Sealed;
  /** Null where no rotation has left one. It stays here when it has expired: ask `previousSecretAt`. */
  readonly previousSecret: PreviousSecret | null;
  /** Why it is paused or disabled; null while active. */
  readonly statusReason: string | null;
  /** When it last became active, RFC 3339 in UTC. While it is not: when it last was made so. */
  readonly activeSince: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type Subscription =
  | { readonly status: 'absent'; readonly version: 0 }
  | LiveSubscription
  /** Remembered, so that its id is not used again and late records find an answer. */
  | {
      readonly status: 'deleted';
      readonly id: SubscriptionId;
      readonly accountId: AccountId;
      readonly version: number;
    };

/** One that the log has something of. */
export type KnownSubscription = Exclude<Subscription, { readonly status: 'absent' }>;

/** True for one that was created and not deleted. */
export function isLive(subscription: Subscription): subscription is LiveSubscription {
  return subscription.status !== 'absent' && subscription.status !== 'deleted';
}

/** What matching needs of it. */
export const matchable = ({ settings, id, accountId }: LiveSubscription): RoutedSubscription => ({
  ...settings,
  id,
  accountId,
});

/** The secret that signs beside the present one at that moment; null where there is no overlap, or no more. */
export function previousSecretAt({ previousSecret }: LiveSubscription, at: Date): PreviousSecret | null {
  return previousSecret !== null && at.getTime() < Date.parse(previousSecret.expiresAt)
    ? previousSecret
    : null;
}

export const initialState = (): Subscription => ({ status: 'absent', version: 0 });

/** Applies one event of the log. Events must come in the order of their versions. */
export function evolve(state: Subscription, event: SubscriptionEvent): Subscription {
  if (event.type === 'SubscriptionCreated') {
    return {
      status: event.active ? 'active' : 'disabled',
      id: event.subscription_id,
      accountId: event.account_id,
      version: event.version,
      settings: event.settings,
      secret: event.secret,
      previousSecret: null,
      statusReason: event.active ? null : 'inactive',
      activeSince: event.at,
      createdAt: event.at,
      updatedAt: event.at,
    };
  }
  if (!isLive(state)) return state;
  const moved = { ...state, version: event.version, updatedAt: event.at };
  switch (event.type) {
    case 'SubscriptionUpdated':
      return {
        ...moved,
        settings: { ...state.settings, ...event.changes } as StoredSettings,
        // A secret that is set is the only one: whoever sets it may do so because the others are known to strangers.
        ...(event.secret === null ? {} : { secret: event.secret, previousSecret: null }),
      };
    case 'SubscriptionSecretRotated':
      return { ...moved, secret: event.secret, previousSecret: previousSecretLeftBy(event) };
    case 'SubscriptionReencrypted':
      return {
        ...moved,
        settings: { ...state.settings, ...event.changes } as StoredSettings,
        secret: event.secret,
        previousSecret:
          state.previousSecret === null || event.previous_secret === null
            ? state.previousSecret
            : { ...state.previousSecret, secret: event.previous_secret },
      };
    case 'SubscriptionPaused':
      return { ...moved, status: 'paused', statusReason: 'paused' };
    case 'SubscriptionDisabled':
      return { ...moved, status: 'disabled', statusReason: event.reason };
    case 'SubscriptionResumed':
    case 'SubscriptionEnabled':
      return { ...moved, status: 'active', statusReason: null, activeSince: event.at };
    case 'SubscriptionDeleted':
      return { status: 'deleted', id: state.id, accountId: state.accountId, version: event.version };
  }
}

/** Like `evolve`, for a log that may hold a record twice: null where the state has seen the event's version. */
export const evolveUnseen = (
  state: Subscription = initialState(),
  event: SubscriptionEvent,
): Subscription | null => (event.version <= state.version ? null : evolve(state, event));

/** None without an overlap: other machines' clocks may be behind, and would let it sign a moment longer. */
function previousSecretLeftBy(
  event: Extract<SubscriptionEvent, { type: 'SubscriptionSecretRotated' }>,
): PreviousSecret | null {
  const { at, previous_secret: secret, previous_secret_expires_at: expiresAt } = event;
  return Date.parse(expiresAt) > Date.parse(at) ? { secret, expiresAt } : null;
}
