/** What an operator's word about an event type changes, and which version its schema has then. */
import type { EventTypeRecord, EventTypeSettings } from '../../schemas/event-type-log.ts';
import type { JsonValue } from '../../schemas/json.ts';

/** Who says it, of which type, and when (RFC 3339, UTC). */
export interface EventTypeChange {
  readonly type: string;
  readonly settings: EventTypeSettings;
  readonly at: string;
  readonly actor: string;
}

/**
 * The record to append, or null where all is so already. Another schema makes another version; description, example
 * and deprecation are said of the version that there is.
 */
export function changeEventType(
  known: EventTypeRecord | null,
  { type, settings, at, actor }: EventTypeChange,
): EventTypeRecord | null {
  const { description, schema, example, deprecated } = settings;
  const isSameSchema = known !== null && isSame(known.schema, schema);
  const isSameElse =
    known?.description === description && known.deprecated === deprecated && isSame(known.example, example);
  if (isSameSchema && isSameElse) return null;
  const version = known === null ? 1 : known.version + (isSameSchema ? 0 : 1);
  return { schema_version: 1, type, version, description, schema, example, deprecated, at, actor };
}

/** Whether two documents say the same, in whatever order their objects name their fields. */
function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [ofA, ofB] = [Object.entries(a), Object.entries(b)];
  if (ofA.length !== ofB.length) return false;
  const values = new Map(ofB);
  return ofA.every(([name, value]) => values.has(name) && isSame(value, values.get(name)));
}
