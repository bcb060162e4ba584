/** When each API key was last used: what this process saw, and what others have told through the log. */
import type { ApiKeyUsed } from '../../schemas/api-key-log.ts';
import type { ApiKeyId } from '../../schemas/ids.ts';

export interface ApiKeyUses {
  /** A request came with this key. Only memory is touched. `atMs`: milliseconds since 1970. */
  saw(id: ApiKeyId, atMs: number): void;
  /** Takes a record of the log, in any order, any number of times. */
  apply(used: ApiKeyUsed): void;
  /** RFC 3339 in UTC, or null for a key that was never used. */
  lastUsedAt(id: ApiKeyId): string | null;
  /** What the log does not tell yet: at most one record per key, however often it was used. */
  untold(): readonly ApiKeyUsed[];
}

export function createApiKeyUses(): ApiKeyUses {
  const seenMs = new Map<ApiKeyId, number>();
  const toldMs = new Map<ApiKeyId, number>();
  const toLater = (times: Map<ApiKeyId, number>, id: ApiKeyId, atMs: number): void => {
    if (atMs > (times.get(id) ?? -Infinity)) times.set(id, atMs);
  };
  return {
    saw: (id, atMs) => toLater(seenMs, id, atMs),
    apply: ({ api_key_id: id, at }) => toLater(toldMs, id, Date.parse(at)),
    lastUsedAt(id) {
      const latestMs = Math.max(seenMs.get(id) ?? -Infinity, toldMs.get(id) ?? -Infinity);
      return latestMs === -Infinity ? null : new Date(latestMs).toISOString();
    },
    untold: () =>
      [...seenMs]
        .filter(([id, atMs]) => atMs > (toldMs.get(id) ?? -Infinity))
        .map(([id, atMs]) => ({
          schema_version: 1,
          type: 'ApiKeyUsed',
          api_key_id: id,
          at: new Date(atMs).toISOString(),
        })),
  };
}
