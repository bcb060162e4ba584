/**
 * Records of `webhooks.subscriptions` of version 1, as version 2 writes them. Version 1 was written before requests
 * told their address (`source_ip`) and before there were the settings `tls` and `auto_disable_after`, and for a while
 * with some of them: each of these may be missing, and means one thing where it is.
 */
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { DEFAULT_AUTO_DISABLE_SECONDS } from './subscription.ts';

/**
 * A record of version 1 as one of version 2; anything else as it is. Judges nothing: what is no record of ours in
 * version 1 is none in version 2.
 */
export function upcastFromV1(record: JsonValue): JsonValue {
  if (!isJsonObject(record) || record['schema_version'] !== 1) return record;
  const { settings } = record;
  return {
    ...record,
    schema_version: 2,
    source_ip: record['source_ip'] ?? null,
    // Only the creation names all settings: a change that does not name one leaves it as it is.
    ...(isJsonObject(settings) ? { settings: withLaterSettings(settings) } : {}),
  };
}

/** What subscriptions of before have is what new ones get. */
const withLaterSettings = (settings: JsonObject): JsonObject => ({
  tls: null,
  auto_disable_after: DEFAULT_AUTO_DISABLE_SECONDS,
  ...settings,
});
