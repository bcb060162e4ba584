/**
 * What Temporal stores of ours is compressed, then encrypted: neither payloads nor secrets are readable in
 * its store or UI without the key. Search attributes and failure messages do not pass here and stay readable,
 * so nothing secret belongs in them.
 */
import { encodingTypes, METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { KeyRing } from '../crypto/sealed-secret.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Below this, deflate takes more time than its room is worth: a task passes here four times before its request is sent. */
const COMPRESS_ABOVE_BYTES = 8 * 1024;

/** True for what our code hands over as bytes: whoever did so has made them as few as they can be. */
const isBytes = ({ metadata }: Payload): boolean =>
  textOf(metadata?.[METADATA_ENCODING_KEY]) === encodingTypes.METADATA_ENCODING_RAW;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null | undefined): string => new TextDecoder().decode(bytes ?? undefined);

/**
 * Seals with the ring's current key and opens with any of them: AES-256-GCM over a byte that says whether the
 * rest is deflated, and the rest. Sealed bytes are nonce, ciphertext, tag. A payload in clear, from before
 * the codec, passes through.
 */
export function createPayloadCodec({ currentKeyId, keys }: KeyRing): PayloadCodec {
  const currentKey = keys.get(currentKeyId);
  if (currentKey === undefined) throw new RangeError('the current encryption key is not in the key ring');
  const metadata = { [METADATA_ENCODING_KEY]: bytesOf(ENCODING), [KEY_ID]: bytesOf(currentKeyId) };

  const encode = (payload: Payload): Payload => {
    const clear = PayloadMessage.encode(payload).finish();
    const isDeflated = clear.length > COMPRESS_ABOVE_BYTES && !isBytes(payload);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', currentKey, nonce, { authTagLength: TAG_BYTES });
    const parts = [
      nonce,
      cipher.update(Buffer.of(isDeflated ? 1 : 0)),
      cipher.update(isDeflated ? deflateRawSync(clear, { level: 1 }) : clear),
      cipher.final(),
      cipher.getAuthTag(),
    ];
    return { metadata, data: Buffer.concat(parts) };
  };

  const decode = (payload: Payload): Payload => {
    if (textOf(payload.metadata?.[METADATA_ENCODING_KEY]) !== ENCODING) return payload;
    const keyId = textOf(payload.metadata?.[KEY_ID]);
    const key = keys.get(keyId);
    if (key === undefined)
      throw new Error(`a payload needs the encryption key ${keyId}, which is not configured`);
    const data = Buffer.from(payload.data ?? []);
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    const opened = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    const content = opened.subarray(1);
    return PayloadMessage.decode(opened[0] === 1 ? inflateRawSync(content) : content);
  };

  return {
    encode: async (payloads) => payloads.map(encode),
    decode: async (payloads) => payloads.map(decode),
  };
}
