/** Folds the log of one subscription into what it is now. Version n of the state has seen events 1 to n. */
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';
import type { Sealed, StoredSettings, SubscriptionEvent } from '../../schemas/subscription-log.ts';

/** A subscription that exists. `status` says what happens to its events: delivered, held or dropped. */
export interface LiveSubscription {
  readonly status: 'active' | 'paused' | 'disabled';
  readonly id: SubscriptionId;
  readonly accountId: AccountId;
  readonly version: number;
  readonly settings: StoredSettings;
  readonly secret: Sealed;
  /** Why it is paused or disabled; null while active. */
  readonly statusReason: string | null;
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

/** True for one that was created and not deleted. */
export function isLive(subscription: Subscription): subscription is LiveSubscription {
  return subscription.status !== 'absent' && subscription.status !== 'deleted';
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
      statusReason: event.active ? null : 'inactive',
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
        secret: event.secret ?? state.secret,
      };
    case 'SubscriptionPaused':
      return { ...moved, status: 'paused', statusReason: 'paused' };
    case 'SubscriptionDisabled':
      return { ...moved, status: 'disabled', statusReason: event.reason };
    case 'SubscriptionResumed':
    case 'SubscriptionEnabled':
      return { ...moved, status: 'active', statusReason: null };
    case 'SubscriptionDeleted':
      return { status: 'deleted', id: state.id, accountId: state.accountId, version: event.version };
  }
}
