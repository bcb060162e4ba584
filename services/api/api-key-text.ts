/** API keys as their holders have them: `whk_<id>_<secret>`. The text is shown once and kept nowhere. */
import { sha256 } from '../../infra/crypto/hash.ts';
import type { KeyHash } from '../../schemas/api-key-log.ts';
import type { ApiKeyId } from '../../schemas/ids.ts';
import { randomText } from './random-text.ts';

const ID_LENGTH = 16;
/** 43 × log2(62) = 256 bits. */
const SECRET_LENGTH = 43;
const KEY = new RegExp(`^whk_([A-Za-z0-9]{${ID_LENGTH}})_[A-Za-z0-9]{${SECRET_LENGTH}}$`);

export interface NewKey {
  readonly id: ApiKeyId;
  readonly key: string;
  readonly hash: KeyHash;
}

/**
 * A key that nobody has. Its SHA-256 is what is stored. Slow hashes such as scrypt are for what people make up, which
 * can be tried out; 256 random bits cannot, with a fast hash or a slow one, and a slow one would cost each request.
 */
export function newKey(): NewKey {
  const name = randomText(ID_LENGTH);
  const key = `whk_${name}_${randomText(SECRET_LENGTH)}`;
  return { id: `key_${name}` as ApiKeyId, key, hash: Buffer.from(sha256(key)).toString('hex') as KeyHash };
}

/** The id that a key names, or null for a text that is not of this form. */
export function idIn(key: string): ApiKeyId | null {
  const name = KEY.exec(key)?.[1];
  return name === undefined ? null : (`key_${name}` as ApiKeyId);
}
