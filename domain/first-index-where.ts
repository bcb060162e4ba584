/**
 * The first place of a list from which on `holds` is true, found by halving; the list's length where it is nowhere. The
 * list must be sorted for the question: `holds` is false up to there.
 */
export function firstIndexWhere<Item>(sorted: readonly Item[], holds: (item: Item) => boolean): number {
  let first = 0;
  let end = sorted.length;
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    if (holds(sorted[middle]!)) end = middle;
    else first = middle + 1;
  }
  return first;
}
