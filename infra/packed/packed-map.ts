/**
 * A map of very many values that are alike, of which few are looked at: all are kept packed, and those that were looked
 * at last opened too. As objects, 100,000 subscriptions of the bench take 96 MiB; so they take 48.
 */
import { LRUCache } from 'lru-cache';
import { createPacking } from './packing.ts';

/** Whoever looks again soon gets the same object. */
const MOST_OPENED = 1_000;
/** Of their packed texts together, which bounds what large ones take. */
const MOST_OPENED_LENGTH = 4_000_000;

/** A part of what a `Map` does. Values are JSON, and nobody changes what is in it or comes out of it. */
export interface PackedMap<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  values(): Iterable<Value>;
  readonly size: number;
}

/** A map without entries. */
export function createPackedMap<Key extends string, Value extends object>(): PackedMap<Key, Value> {
  const packing = createPacking<Value>();
  const texts = new Map<Key, string>();
  const opened = new LRUCache<Key, Value>({ max: MOST_OPENED, maxSize: MOST_OPENED_LENGTH });

  return {
    get(key) {
      const known = opened.get(key);
      if (known !== undefined) return known;
      const text = texts.get(key);
      if (text === undefined) return undefined;
      const value = packing.unpack(text);
      opened.set(key, value, { size: text.length });
      return value;
    },
    set(key, value) {
      texts.set(key, packing.pack(value));
      opened.delete(key);
    },
    *values() {
      for (const text of texts.values()) yield packing.unpack(text);
    },
    get size() {
      return texts.size;
    },
  };
}
