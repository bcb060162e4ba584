/**
 * Folds the records of one API key into what it is now. Whoever reads a record twice, or has applied its own before
 * the log tells it, comes to the same: a key is made once, and what is revoked stays so.
 */
import type { ApiKeyEvent, KeyHash, Scope } from '../../schemas/api-key-log.ts';
import type { AccountId, ApiKeyId } from '../../schemas/ids.ts';

/** A key that is accepted. */
export interface LiveApiKey {
  readonly status: 'live';
  readonly id: ApiKeyId;
  readonly accountId: AccountId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly hash: KeyHash;
  readonly createdAt: string;
}

export type ApiKey = { readonly status: 'absent' } | LiveApiKey | { readonly status: 'revoked' };

export const initialState = (): ApiKey => ({ status: 'absent' });

/** Applies one record of the key's log. */
export function evolve(state: ApiKey, event: ApiKeyEvent): ApiKey {
  switch (event.type) {
    case 'ApiKeyCreated':
      if (state.status !== 'absent') return state;
      return {
        status: 'live',
        id: event.api_key_id,
        accountId: event.account_id,
        name: event.name,
        scopes: event.scopes,
        hash: event.key_hash,
        createdAt: event.at,
      };
    case 'ApiKeyRevoked':
      return { status: 'revoked' };
  }
}
