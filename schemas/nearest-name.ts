/** Finds what a misspelt name was probably meant to be, for error messages: `"greater_then"; did you mean …?`. */

/** Names of more than this many characters are never compared: a suggestion is not worth an unbounded table. */
const MAX_LENGTH = 64;

/**
 * The known name that is nearest to `name`, or null where none is near: at most a third of its characters
 * (at least one) may differ. Case, `_`, `-` and `$` do not count, so `startsWith` and `$gt` find their names.
 * The first of several equally near ones wins.
 */
export function nearestName(name: string, known: Iterable<string>): string | null {
  const wanted = folded(name);
  if (wanted === '' || wanted.length > MAX_LENGTH) return null;
  let nearest: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, folded(candidate));
    if (distance < least) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}

const folded = (name: string): string => name.toLowerCase().replace(/[_$-]/g, '');

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`: the optimal string
 * alignment distance (https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance).
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? beforeLast[column - 2]! + 1 : Infinity;
      current.push(Math.min(replaced, swapped, last[column]! + 1, current[column - 1]! + 1));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
