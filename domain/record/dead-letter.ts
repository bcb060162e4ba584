/** Whose a refused record is, and which event it claims to be, as far as that can be told of what is no event. */

/** A record of `webhooks.dead-letters`, or one that may become one. Header values as text. */
export interface RefusedRecord {
  readonly key: string | null;
  /** The bytes as UTF-8, however little of it is. Null for a record without a value. */
  readonly text: string | null;
  readonly header: (name: string) => string | undefined;
  /** Where the record was: `<partition>-<offset>` of its topic makes the id of an event that has none. */
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: string };
}

/**
 * True where the record says that it is the event `eventId`: in its `id`, in a header, or by its place where it names
 * none. In what cannot be read as JSON the id in quotes is looked for, and the record's key counts.
 */
export function claimsEventId(record: RefusedRecord, eventId: string): boolean {
  const document = objectOf(record.text);
  const named = document?.['id'] ?? record.header('ce_id') ?? record.header('id');
  if (named !== undefined && named !== null) return named === eventId;
  if (document === null && (record.text?.includes(JSON.stringify(eventId)) ?? false)) return true;
  const { topic, partition, offset } = record.source;
  return record.key === eventId || `${topic}-${partition}-${offset}` === eventId;
}

/** The account that the record names; `fallback` where it names none that can be read. */
export function claimedAccount(record: RefusedRecord, fallback: string): string {
  const document = objectOf(record.text);
  const named = document?.['account_id'] ?? document?.['accountid'] ?? record.header('ce_accountid');
  return typeof named === 'string' && named !== '' ? named : fallback;
}

function objectOf(text: string | null): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
