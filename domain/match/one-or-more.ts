/**
 * What a key of an index leads to. Mostly that is one thing, and then it is kept as itself: a list around it would be
 * two more objects to follow, each likely to be far from the processor's cache, and 56 bytes. The things are no arrays.
 */
export type OneOrMore<T extends object> = T | T[];

/** True for two or more, in the order in which they came. */
export function isSeveral<T extends object>(held: OneOrMore<T> | undefined): held is T[] {
  return Array.isArray(held);
}

/** With the item behind what is there already. May change what was handed in. */
export function withItem<T extends object>(held: OneOrMore<T> | undefined, item: T): OneOrMore<T> {
  if (held === undefined) return item;
  if (!isSeveral(held)) return [held, item];
  held.push(item);
  return held;
}

/** Without the item, where it is there; undefined where nothing is left. May change what was handed in. */
export function withoutItem<T extends object>(
  held: OneOrMore<T> | undefined,
  item: T,
): OneOrMore<T> | undefined {
  if (!isSeveral(held)) return held === item ? undefined : held;
  removeFrom(held, item);
  return held.length === 1 ? held[0] : held;
}

/** How many there are. */
export function countOf<T extends object>(held: OneOrMore<T> | undefined): number {
  if (held === undefined) return 0;
  return isSeveral(held) ? held.length : 1;
}

/** Adds them to `found`. */
export function collect<T extends object>(held: OneOrMore<T>, found: T[]): void {
  if (isSeveral(held)) for (const item of held) found.push(item);
  else found.push(held);
}

/** Takes the item out of the list where it is there; the others keep their order. */
export function removeFrom<T>(list: T[], item: T): void {
  const position = list.indexOf(item);
  if (position !== -1) list.splice(position, 1);
}
