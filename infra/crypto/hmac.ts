import { createHmac } from 'node:crypto';
import type { HmacSha256 } from '../../domain/deliver/signature.ts';

/** HMAC-SHA256 by OpenSSL. */
export const hmacSha256: HmacSha256 = (key, prefix, body, output) =>
  createHmac('sha256', Buffer.from(key.text, key.encoding))
    .update(prefix, 'utf8')
    .update(body)
    .digest(output);
