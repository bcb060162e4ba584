/** The records of `webhooks.api-keys`, kept for ever, and of `webhooks.api-key-uses`, of which the last per key counts. */
import { z } from 'zod';
import { AccountId, ApiKeyId } from './ids.ts';

/** What a key may do: `admin` includes `write`, which includes `read`. */
export const Scope = z.enum(['read', 'write', 'admin'], { error: 'expected read, write or admin' });
export type Scope = z.infer<typeof Scope>;

/** The SHA-256 of a whole key, in hex. */
export const KeyHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'KeyHash'>();
export type KeyHash = z.infer<typeof KeyHash>;

const fact = {
  schema_version: z.literal(1),
  api_key_id: ApiKeyId,
  /** Whose key it is. */
  account_id: AccountId,
  at: z.iso.datetime(),
  /** Who asked for it: `key:<id>` of an API key. */
  actor: z.string(),
  /** The address that the request came from; absent in records from before. */
  source_ip: z.string().optional(),
};

/** One change of one key. The Kafka key is the key's id. A record may be there twice. */
export const ApiKeyEvent = z.discriminatedUnion('type', [
  z.object({
    ...fact,
    type: z.literal('ApiKeyCreated'),
    name: z.string(),
    scopes: z.array(Scope).min(1),
    key_hash: KeyHash,
  }),
  z.object({ ...fact, type: z.literal('ApiKeyRevoked') }),
]);
export type ApiKeyEvent = z.infer<typeof ApiKeyEvent>;

/** That a key was used at `at`, and perhaps before. The Kafka key is the key's id; only the last one is kept. */
export const ApiKeyUsed = z.object({
  schema_version: z.literal(1),
  type: z.literal('ApiKeyUsed'),
  api_key_id: ApiKeyId,
  at: z.iso.datetime(),
});
export type ApiKeyUsed = z.infer<typeof ApiKeyUsed>;

/** Who manages keys: `actor` and `sourceIp` are named in the log, `accountId` says whose keys are in reach. */
export interface KeyManager {
  readonly actor: string;
  readonly sourceIp: string;
  readonly accountId: AccountId;
}

/** What may be asked of a key by an admin. */
export type ApiKeyCommand =
  | {
      readonly type: 'CreateApiKey';
      readonly by: KeyManager;
      /** Whose key it is to be. */
      readonly accountId: AccountId;
      readonly name: string;
      readonly scopes: readonly Scope[];
      readonly keyHash: KeyHash;
    }
  | { readonly type: 'RevokeApiKey'; readonly by: KeyManager };
