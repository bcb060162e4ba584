/** JSON as values: what a document reads as, and what reading it may come to. */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/**
 * A parsed object. Its keys are whatever the document said, `__proto__` and `constructor` among them, each an
 * own property: ask with `Object.hasOwn`, never with `in`.
 */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** True for an object, false for null and arrays. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A document that was read without loss, or why it was not. */
export type JsonReading =
  | {
      readonly ok: true;
      /** As `JSON.parse` reads it. Numbers are doubles here, and may have lost digits. */
      readonly value: JsonValue;
      /**
       * The canonical text of one part of the document, every number with its full value. `part` leads from
       * the document to the part; it is given a twin of `value` whose numbers may be strings, so it must go
       * by names and places only.
       */
      readonly textOf: (part: (document: JsonValue) => JsonValue) => string;
    }
  | { readonly ok: false; readonly failure: 'not_json' | 'too_deep' };

/** Reads JSON text, never throws. The one rule for it is domain/deliver/json-text.ts. */
export type ReadJson = (text: string) => JsonReading;
