/**
 * How a secret is stored: AES-256-GCM, sealed to a context, the id of its key in front. Several keys may be
 * valid at once: the current one seals, all of them open, so a key is rotated by putting a new one first.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** An encryption key; its id is derived from it, so the same bytes have the same id everywhere. */
export interface EncryptionKey {
  /** 16 hex digits: the first 8 bytes of the key's SHA-256. Tells nothing of use about the key. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

/** The keys that are valid, by id. `currentKeyId` is one of them. */
export interface KeyRing {
  readonly currentKeyId: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/**
 * What opening came to. `malformed`: no text of ours. `unknown_key`: its key is not in the ring.
 * `not_authentic`: changed since it was sealed, or sealed for another context.
 */
export type Opened =
  | { readonly ok: true; readonly plain: string }
  | { readonly ok: false; readonly failure: 'malformed' | 'not_authentic' }
  | { readonly ok: false; readonly failure: 'unknown_key'; readonly keyId: string };

/** Seals and opens with one ring of keys. */
export interface Sealer {
  /** `v1.<key id>.<base64url of nonce, ciphertext and tag>`; another text each time. */
  readonly seal: (plain: string, context?: string) => string;
  /** Opens what `seal` made with the same `context`, which binds a secret to its place. Never throws. */
  readonly open: (sealed: string, context?: string) => Opened;
}

const KEY_BYTES = 32;
// NIST SP 800-38D, 8.2.2 and 8.3: a random nonce of 96 bits is safe for 2^32 seals with one key.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/;

/** The id of the key that a text was sealed with, or null where it is no sealed text. */
export const keyIdOf = (sealed: string): string | null => SEALED.exec(sealed)?.[1] ?? null;

/** The key that 32 bytes in base64 stand for, or null where `text` is something else. */
export function parseEncryptionKey(text: string): EncryptionKey | null {
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is no base64, so only what comes out the same went in whole.
  return bytes.length === KEY_BYTES && bytes.toString('base64') === text ? encryptionKey(bytes) : null;
}

/** The ring of these keys of 32 bytes each, the current one first. Throws a RangeError on any other length. */
export function keyRing(current: Buffer, ...older: readonly Buffer[]): KeyRing {
  const ring = [current, ...older].map(encryptionKey);
  return {
    currentKeyId: encryptionKey(current).id,
    keys: new Map(ring.map(({ id, bytes }) => [id, bytes])),
  };
}

/** Throws a RangeError where the ring does not hold its current key. */
export function createSealer({ currentKeyId, keys }: KeyRing): Sealer {
  const currentKey = keys.get(currentKeyId);
  if (currentKey === undefined) throw new RangeError('the current encryption key is not in the key ring');
  return {
    seal: (plain, context = '') => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', currentKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(authenticated(currentKeyId, context));
      const parts = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `v1.${currentKeyId}.${Buffer.concat(parts).toString('base64url')}`;
    },
    open: (sealed, context = '') => {
      const [, keyId = '', encoded = ''] = SEALED.exec(sealed) ?? [];
      const bytes = Buffer.from(encoded, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return { ok: false, failure: 'malformed' };
      const key = keys.get(keyId);
      if (key === undefined) return { ok: false, failure: 'unknown_key', keyId };
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(authenticated(keyId, context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const opened = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
        return { ok: true, plain: Buffer.concat(opened).toString('utf8') };
      } catch {
        return { ok: false, failure: 'not_authentic' };
      }
    },
  };
}

/** What the tag vouches for beside the ciphertext: the head of the sealed text, and the secret's place. */
function authenticated(keyId: string, context: string): Buffer {
  return Buffer.from(`v1.${keyId}.${context}`, 'utf8');
}

function encryptionKey(bytes: Buffer): EncryptionKey {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`an encryption key has ${KEY_BYTES} bytes`);
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 16), bytes };
}
