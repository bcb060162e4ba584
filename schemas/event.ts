/**
 * How an event enters: one Kafka record, in the platform's own envelope or as a CloudEvent 1.0 (structured or
 * binary mode), becomes one PlatformEvent, or is refused with a reason that names the field. Runs once for
 * every record of every event topic, so the envelope is checked by hand; zod judges ids and `data`.
 */
import { z } from 'zod';
import type { RecordPlace } from './delivery.ts';
import type { EventTypeCatalogue } from './event-types.ts';
import { AccountId, DEFAULT_ACCOUNT_ID, EventId } from './ids.ts';
import { isJsonObject, type JsonObject, type JsonValue, type ReadJson } from './json.ts';
import { toUtcTimestamp, utcTimestampOf } from './timestamp.ts';

/** Words of ASCII letters, digits, `_`, `-`, `:` and `/`, joined by dots: it goes into a header and into queries. */
export const EventType = z
  .string()
  .max(256, 'expected at most 256 characters')
  .regex(
    /^[A-Za-z0-9_:/-]+(?:\.[A-Za-z0-9_:/-]+)*$/,
    'expected words joined by dots, such as workflow.completed',
  );

/** A fact that a platform service put on Kafka. */
export interface PlatformEvent {
  readonly id: EventId;
  /** The event type: `event` on the wire. */
  readonly type: string;
  /** When it happened, by its producer: RFC 3339 in UTC with milliseconds and `Z`. */
  readonly occurredAt: string;
  readonly accountId: AccountId;
  /** For matching. Numbers are doubles here. */
  readonly data: JsonObject;
  /** For sending: the canonical text of `data`, every number with its full value. */
  readonly dataText: string;
}

type HeaderValue = Buffer | string;

/** A record as the Kafka client hands it over. A header that is there several times is a list. */
export interface EventRecord extends RecordPlace {
  readonly value: Buffer | null;
  readonly headers: { readonly [name: string]: HeaderValue | readonly HeaderValue[] | undefined };
  /** The record's own timestamp, milliseconds since 1970. */
  readonly timestampMs: number;
}

/** Why a record is no event, for programs. */
export type EventRefusalCode =
  | 'no_value'
  | 'too_large'
  | 'invalid_utf8'
  | 'invalid_json'
  | 'too_deep'
  | 'missing_field'
  | 'wrong_field'
  | 'data_breaks_schema';

export interface EventRefusal {
  readonly code: EventRefusalCode;
  /** For a person: the field, and what was expected there. Never holds a value of the record. */
  readonly message: string;
}

export type ParsedEventRecord =
  | { readonly ok: true; readonly event: PlatformEvent }
  | { readonly ok: false; readonly reason: EventRefusal };

/** The most bytes that a record's value may have, and its data with every number written out: `1e20` takes 21. */
export const MAX_EVENT_BYTES = 1_000_000;

/** Where the parts of an event stand in one kind of envelope, in the words that its producer knows. */
interface FieldNames {
  readonly type: string;
  readonly id: string;
  readonly time: string;
  readonly account: string;
  readonly data: string;
  /** Of CloudEvents only. */
  readonly version: string | null;
}
const OWN_FIELDS: FieldNames = {
  type: 'event',
  id: 'id',
  time: 'timestamp',
  account: 'account_id',
  data: 'data',
  version: null,
};
const CLOUD_EVENT_FIELDS: FieldNames = {
  type: 'type',
  id: 'id',
  time: 'time',
  account: 'accountid',
  data: 'data',
  version: 'specversion',
};
const BINARY_MODE_FIELDS: FieldNames = {
  type: 'header ce_type',
  id: 'header ce_id',
  time: 'header ce_time',
  account: 'header ce_accountid',
  data: 'value',
  version: 'header ce_specversion',
};

/** One record's envelope, opened. A part is undefined where the producer left it out. */
interface Envelope {
  readonly names: FieldNames;
  readonly type: unknown;
  readonly id: unknown;
  readonly time: unknown;
  readonly account: unknown;
  readonly data: JsonValue | undefined;
  /** Leads from the document to `data`. */
  readonly dataPart: (document: JsonValue) => JsonValue;
  readonly version: unknown;
}

type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: EventRefusal };

const TEXT_OF_BYTES = new TextDecoder('utf-8', { fatal: true });
const TIMESTAMP_EXPECTED = 'an RFC 3339 date-time such as 2024-01-15T10:30:05.123Z';
// PostgreSQL refuses U+0000 in text, and a hash cannot tell one lone surrogate from another.
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * Makes the event of a record. Never throws: what is no valid event is answered with its reason.
 *
 * An id that the producer left out is taken from the Kafka header `id`, else from the record's place, so that
 * reading the record again gives the same id. `null` counts as absent, as in CloudEvents. Fields of the
 * envelope that are not ours are ignored.
 *
 * @param catalogue judges the `data` of the types that it knows
 * @param readJson the lossless reader of domain/deliver/json-text.ts
 */
export function parseEventRecord(
  record: EventRecord,
  catalogue: EventTypeCatalogue,
  readJson: ReadJson,
): ParsedEventRecord {
  if (record.value === null) return refuse('no_value', 'value: expected a JSON object, got none');
  if (record.value.length > MAX_EVENT_BYTES) {
    return refuse(
      'too_large',
      `value: expected at most ${MAX_EVENT_BYTES} bytes, got ${record.value.length}`,
    );
  }
  const text = textOfBytes(record.value);
  if (text === null) return refuse('invalid_utf8', 'value: expected UTF-8 text');
  const reading = readJson(text);
  if (!reading.ok) {
    return reading.failure === 'not_json'
      ? refuse('invalid_json', 'value: expected JSON text')
      : refuse('too_deep', 'value: expected JSON that is nested less deeply');
  }
  if (!isJsonObject(reading.value)) {
    return refuse('wrong_field', `value: expected a JSON object, got ${kindOf(reading.value)}`);
  }

  const envelope = openEnvelope(record, reading.value);
  const { names } = envelope;
  if (names.version !== null && envelope.version !== '1.0') {
    return refuse('wrong_field', `${names.version}: expected "1.0"`);
  }
  const type = checkType(envelope.type, names.type);
  if (!type.ok) return type;
  const occurredAt = checkTime(envelope, record.timestampMs);
  if (!occurredAt.ok) return occurredAt;
  const id = checkId(envelope, record);
  if (!id.ok) return id;
  const accountId = checkAccount(envelope.account, names.account);
  if (!accountId.ok) return accountId;
  const data = checkData(envelope.data, names.data, type.value, catalogue);
  if (!data.ok) return data;
  const dataText = reading.textOf(envelope.dataPart);
  if (isTooLarge(dataText)) {
    return refuse(
      'too_large',
      `${names.data}: expected at most ${MAX_EVENT_BYTES} bytes with every number written out`,
    );
  }
  return {
    ok: true,
    event: {
      id: id.value,
      type: type.value,
      occurredAt: occurredAt.value,
      accountId: accountId.value,
      data: data.value,
      dataText,
    },
  };
}

/** CloudEvents by their Kafka binding: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md */
function openEnvelope(record: EventRecord, document: JsonObject): Envelope {
  const contentType = header(record, 'content-type');
  const saysStructured = typeof contentType === 'string' && /^application\/cloudevents\b/i.test(contentType);
  const binaryVersion = header(record, 'ce_specversion');
  if (!saysStructured && binaryVersion !== undefined) {
    return {
      names: BINARY_MODE_FIELDS,
      type: header(record, 'ce_type'),
      id: header(record, 'ce_id'),
      time: header(record, 'ce_time'),
      account: header(record, 'ce_accountid'),
      data: document,
      dataPart: wholeDocument,
      version: binaryVersion,
    };
  }
  const isStructured = saysStructured || Object.hasOwn(document, 'specversion');
  const names = isStructured ? CLOUD_EVENT_FIELDS : OWN_FIELDS;
  return {
    names,
    type: document[names.type],
    id: document[names.id],
    time: document[names.time],
    account: document[names.account],
    data: document[names.data],
    dataPart: dataOfDocument,
    version: document['specversion'],
  };
}

const wholeDocument = (document: JsonValue): JsonValue => document;
const dataOfDocument = (document: JsonValue): JsonValue => (document as JsonObject)['data'] as JsonValue;

function checkType(type: unknown, field: string): Checked<string> {
  if (isAbsent(type)) return missing(field, 'an event type such as workflow.completed');
  const parsed = EventType.safeParse(type);
  return parsed.success ? { ok: true, value: parsed.data } : wrong(field, issueText(parsed.error), type);
}

function checkTime({ names, time }: Envelope, recordTimestampMs: number): Checked<string> {
  if (isAbsent(time)) {
    // `time` is optional in CloudEvents; the platform's own envelope demands its `timestamp`.
    const produced = names.version === null ? null : utcTimestampOf(recordTimestampMs);
    return produced === null ? missing(names.time, TIMESTAMP_EXPECTED) : { ok: true, value: produced };
  }
  const occurredAt = typeof time === 'string' ? toUtcTimestamp(time) : null;
  return occurredAt === null
    ? wrong(names.time, `expected ${TIMESTAMP_EXPECTED}`, time)
    : { ok: true, value: occurredAt };
}

function checkId({ names, id }: Envelope, record: EventRecord): Checked<EventId> {
  if (!isAbsent(id)) return asEventId(id, names.id);
  const fromHeader = header(record, 'id');
  if (!isAbsent(fromHeader)) return asEventId(fromHeader, 'header id');
  const place = `-${record.partition}-${record.offset}`;
  // A topic's name may have 249 characters, and with its place too many for an id.
  return asEventId(record.topic.slice(0, 256 - place.length) + place, 'topic');
}

function asEventId(id: unknown, field: string): Checked<EventId> {
  const parsed = EventId.safeParse(id);
  if (!parsed.success) return wrong(field, issueText(parsed.error), id);
  return UNPRINTABLE.test(parsed.data)
    ? wrong(field, 'expected text without control characters and lone surrogates', id)
    : { ok: true, value: parsed.data };
}

function checkAccount(account: unknown, field: string): Checked<AccountId> {
  if (isAbsent(account)) return { ok: true, value: DEFAULT_ACCOUNT_ID };
  const parsed = AccountId.safeParse(account);
  return parsed.success ? { ok: true, value: parsed.data } : wrong(field, issueText(parsed.error), account);
}

function checkData(
  data: JsonValue | undefined,
  field: string,
  type: string,
  catalogue: EventTypeCatalogue,
): Checked<JsonObject> {
  if (data === undefined) return missing(field, 'an object');
  if (!isJsonObject(data)) return wrong(field, 'expected an object', data);
  const judged = catalogue.get(type)?.data.safeParse(data);
  if (judged === undefined || judged.success) return { ok: true, value: data };
  const path = judged.error.issues[0]?.path.map(String) ?? [];
  return {
    ok: false,
    reason: {
      code: 'data_breaks_schema',
      message: `${[field, ...path].join('.')}: ${issueText(judged.error)} (${type})`,
    },
  };
}

/** The last value of a header as text; bytes that are no UTF-8 are given back as they are. */
function header(record: EventRecord, name: string): string | Buffer | undefined {
  const given = record.headers[name];
  const last = typeof given === 'string' || Buffer.isBuffer(given) ? given : given?.at(-1);
  return Buffer.isBuffer(last) ? (textOfBytes(last) ?? last) : last;
}

function textOfBytes(bytes: Buffer): string | null {
  try {
    return TEXT_OF_BYTES.decode(bytes);
  } catch {
    return null;
  }
}

/** Without counting bytes for nearly every event: a character of UTF-16 is three of UTF-8 at most. */
const isTooLarge = (text: string): boolean =>
  text.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(text) > MAX_EVENT_BYTES;

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/** What was expected, without zod's own opening words and what it got. */
function issueText(error: z.ZodError): string {
  const message = error.issues[0]?.message ?? 'expected another value';
  return message.replace(/^(?:Invalid input|Too small|Too big): /, '').replace(/, received .*$/, '');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (Buffer.isBuffer(value)) return 'bytes that are not UTF-8';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function missing(field: string, expected: string): { ok: false; reason: EventRefusal } {
  return refuse('missing_field', `${field}: expected ${expected}, but it is missing`);
}

function wrong(field: string, expected: string, got: unknown): { ok: false; reason: EventRefusal } {
  // Where all that is wrong with a text is what it says, "got a string" would explain nothing.
  const instead = typeof got === 'string' ? '' : `, got ${kindOf(got)}`;
  return refuse('wrong_field', `${field}: ${expected}${instead}`);
}

function refuse(code: EventRefusalCode, message: string): { ok: false; reason: EventRefusal } {
  return { ok: false, reason: { code, message } };
}
