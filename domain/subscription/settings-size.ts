/**
 * How much the settings of one subscription come to. Each of them has limits of its own, all of which together would
 * make a record that Kafka refuses.
 */
import type { StoredSettings } from '../../schemas/subscription-log.ts';

/** Half of what Kafka takes as one record, and a quarter of what Temporal takes as one payload. */
export const MOST_SETTINGS_BYTES = 524_288;

/** As they are stored: JSON in UTF-8, with what is secret encrypted, which makes it a third longer. */
export function settingsBytes(settings: StoredSettings): number {
  const text = JSON.stringify(settings);
  let bytes = 0;
  for (let place = 0; place < text.length; place += 1) bytes += bytesOf(text.charCodeAt(place));
  return bytes;
}

/** Of one UTF-16 code unit, in UTF-8. JSON holds surrogates in pairs only: two make four bytes. */
function bytesOf(codeUnit: number): number {
  if (codeUnit < 0x80) return 1;
  const isSurrogate = codeUnit >= 0xd800 && codeUnit <= 0xdfff;
  return codeUnit < 0x800 || isSurrogate ? 2 : 3;
}
