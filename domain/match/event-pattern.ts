/** What the entries of a subscription's `events` mean: `workflow.completed`, `workflow.*`, `*`. */

/** The prefix that a pattern `workflow.*` names (`workflow`), or null where the pattern is none of a prefix. */
export function prefixOf(pattern: string): string | null {
  return pattern.endsWith('.*') ? pattern.slice(0, -2) : null;
}

/** True where the pattern takes in the event type. A prefix takes in what is below it at any depth, not itself. */
export function patternMatches(pattern: string, type: string): boolean {
  // Without the star, `workflow.*` is the text that every type below workflow begins with.
  return (
    pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))
  );
}

/**
 * The patterns without those that another one takes in, in their order. They match what they matched before, and no
 * event type matches two of them.
 */
export function withoutCovered(patterns: readonly string[]): readonly string[] {
  const distinct = [...new Set(patterns)];
  if (distinct.includes('*')) return ALL;
  const kept = distinct.filter(
    (pattern) => !distinct.some((other) => other !== pattern && covers(other, pattern)),
  );
  return kept.length === patterns.length ? patterns : kept;
}

const ALL: readonly string[] = ['*'];

// `a.*` as a type would be below `a`, and so is whatever `a.b.*` takes in.
const covers = (wide: string, narrow: string): boolean => wide.endsWith('.*') && patternMatches(wide, narrow);
