/** What PostgreSQL refuses to hold, made into what it holds. */
import type { JsonObject } from '../../schemas/json.ts';

// A lone surrogate is half a character: it has no UTF-8, and jsonb refuses its escape.
const UNSTORABLE = /\0|\p{Surrogate}/u;
const ALL_UNSTORABLE = /\0|\p{Surrogate}/gu;
const REPLACEMENT = '\uFFFD';

/**
 * `text` with U+FFFD, the replacement character, for each NUL and each lone surrogate. Answers of strangers'
 * servers contain both. The rest stays as it is, and the length too.
 */
export const storableText = (text: string): string =>
  UNSTORABLE.test(text) ? text.replace(ALL_UNSTORABLE, REPLACEMENT) : text;

/** How `JSON.stringify` writes them; also what only looks like it, which costs no more than a closer look. */
const ESCAPED = /\\u(?:0000|d[89a-f])/;

/** `fields` as the text of a JSON object that jsonb takes. Where two names become one, the last one stays. */
export function storableJson(fields: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(fields);
  if (!ESCAPED.test(text)) return text;
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [storableText(name), storableText(value)]),
    ),
  );
}

/** `value` as the text of a document that jsonb takes. The names of its fields are ours. */
export const storableDocument = (value: JsonObject): string =>
  JSON.stringify(value, (_name, part: unknown) => (typeof part === 'string' ? storableText(part) : part));
