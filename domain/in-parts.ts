/** Cuts a list into parts that are each small enough for one message. */

/** What one part may hold. */
export interface PartLimits {
  /** Of items. */
  readonly count?: number;
  /** Of all items together, in the unit of whoever weighs them. */
  readonly weight: number;
}

/**
 * The items in their order, as many in each part as the limits allow, and at least one however heavy it is. No part
 * where there is no item.
 */
export function inParts<T>(
  items: readonly T[],
  weightOf: (item: T) => number,
  { count = Infinity, weight: mostWeight }: PartLimits,
): T[][] {
  const parts: T[][] = [];
  let weight = 0;
  for (const item of items) {
    const last = parts.at(-1);
    const added = weightOf(item);
    if (last !== undefined && last.length < count && weight + added <= mostWeight) {
      last.push(item);
      weight += added;
    } else {
      parts.push([item]);
      weight = added;
    }
  }
  return parts;
}
