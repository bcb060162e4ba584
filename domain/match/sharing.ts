/**
 * One object for what is asked for many times. Subscriptions are alike: few fields, the same round bounds, the same
 * three conditions copied from the documentation. What they share takes its memory once and stays in the processor's
 * cache.
 */

/** What was made for the key before, else what `make` makes. Whoever gets it must not change it. */
export type Share<T> = (key: string, make: () => T) => T;

/** Keys remembered at once: customers choose them, and may choose new ones for ever. */
const MAX_KEYS = 10_000;

/** Keys that are longer are hardly ever asked for twice, and would make the memory's size theirs to choose. */
const MAX_KEY_LENGTH = 400;

/** Shares until there are too many keys, and then begins anew; what was given out stays with those who have it. */
export function createShare<T>(): Share<T> {
  const made = new Map<string, T>();
  return (key, make) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make();
    if (key.length > MAX_KEY_LENGTH) return fresh;
    if (made.size === MAX_KEYS) made.clear();
    made.set(key, fresh);
    return fresh;
  };
}
