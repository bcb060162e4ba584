/** How the name of a field, `error.code`, finds its value in the `data` of an event. */

/** A field's name, taken apart once. */
export interface Field {
  readonly name: string;
  /** The dotted parts, and for each of them the rest of the name from there on. */
  readonly parts: readonly string[];
  readonly rests: readonly string[];
  /** Where the value is an object, its `total_tokens` is meant instead. */
  readonly meansTotalTokens: boolean;
}

/** The name that stands for its `total_tokens` where it is compared with a number. */
const TOKEN_USAGE = 'token_usage';

/** The field of that name, for a comparison that has a number on its other side or has none. */
export function fieldNamed(name: string, isComparedWithNumber: boolean): Field {
  const parts = name.split('.');
  const rests = parts.length === 1 ? parts : parts.map((_, level) => parts.slice(level).join('.'));
  return { name, parts, rests, meansTotalTokens: isComparedWithNumber && parts.at(-1) === TOKEN_USAGE };
}

/** Text that is the same for two fields exactly when they read the same value from every event. */
export function fieldKey(field: Field): string {
  // No field's name has this character, so the two readings of one name stay apart.
  return field.meansTotalTokens ? `${field.name}\0` : field.name;
}

/**
 * The field's value, or undefined where it is missing. On each level the rest of the name as one literal key goes
 * before its parts, so `{"error.code":1}` is found whatever else is there. Only objects are gone into, and only what
 * is their own: neither an array's `length` nor an inherited `constructor` is a field.
 */
export function readField(field: Field, data: unknown): unknown {
  const { parts, rests } = field;
  let here = data;
  for (let level = 0; level < parts.length; level += 1) {
    if (!isObject(here)) return undefined;
    const rest = rests[level]!;
    if (Object.hasOwn(here, rest)) return field.meansTotalTokens ? totalTokensOf(here[rest]) : here[rest];
    const part = parts[level]!;
    if (part === rest || !Object.hasOwn(here, part)) return undefined;
    here = here[part];
  }
  return undefined;
}

const totalTokensOf = (usage: unknown): unknown => (isObject(usage) ? usage['total_tokens'] : usage);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
