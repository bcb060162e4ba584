/** All API keys as their log tells them, in memory, so that to know a caller costs no request to anybody. */
import type { ApiKeyEvent } from '../../schemas/api-key-log.ts';
import type { AccountId, ApiKeyId } from '../../schemas/ids.ts';
import { type ApiKey, evolve, initialState, type LiveApiKey } from './api-key.ts';

export interface ApiKeyDirectory {
  /** Takes a record: one of the log, or one that was just written to it. Twice does no harm. */
  apply(event: ApiKeyEvent): void;
  /** The state of one, `absent` where the log has nothing of it. */
  get(id: ApiKeyId): ApiKey;
  /** The live ones of an account, newest first. */
  listOf(accountId: AccountId): readonly LiveApiKey[];
}

export function createApiKeyDirectory(): ApiKeyDirectory {
  // The revoked ones stay: their id is not used again, and a late record must not bring them back.
  const states = new Map<ApiKeyId, ApiKey>();
  return {
    apply(event) {
      states.set(event.api_key_id, evolve(states.get(event.api_key_id) ?? initialState(), event));
    },
    get: (id) => states.get(id) ?? initialState(),
    listOf: (accountId) =>
      [...states.values()]
        .filter((key): key is LiveApiKey => key.status === 'live' && key.accountId === accountId)
        .sort(newestFirst),
  };
}

/** By code units: what a language thinks of letters would break the order that cursors go by. */
function newestFirst(a: LiveApiKey, b: LiveApiKey): number {
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
