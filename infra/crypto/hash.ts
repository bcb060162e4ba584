import { createHash } from 'node:crypto';

/** The 32 bytes of SHA-256 over the UTF-8 bytes of `text`. */
export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest();
}
