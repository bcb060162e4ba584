/**
 * Finds the records of one event in Kafka: at a place that is known, else by looking through the event topics and
 * the dead letters, the newest first, for as long as somebody may be expected to wait.
 */
import type { IHeaders, Kafka } from 'kafkajs';
import { claimedAccount, claimsEventId, type RefusedRecord } from '../../domain/record/dead-letter.ts';
import { readJson } from '../../domain/deliver/json-text.ts';
import type { ConsumedRecord } from '../../infra/kafka/chunk-consumer.ts';
import { rangesBetween, readPast, readRecord } from '../../infra/kafka/read-past.ts';
import { DEAD_LETTERS } from '../../infra/kafka/topics.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { RecordPlace } from '../../schemas/delivery.ts';
import type { EventTypeCatalogue } from '../../schemas/event-types.ts';
import { parseEventRecord, type PlatformEvent } from '../../schemas/event.ts';
import { DEFAULT_ACCOUNT_ID, type EventId } from '../../schemas/ids.ts';
import type { Window } from './window.ts';

/** A record that holds the event. */
export interface FoundRecord {
  readonly place: RecordPlace;
  readonly event: PlatformEvent;
  /** When Kafka was given it. */
  readonly takenAtMs: number;
}

/** A record that was to be the event and was refused. */
export interface FoundDeadLetter {
  /** Where the record was. */
  readonly place: RecordPlace;
  readonly accountId: string;
  /** Why it is no event. */
  readonly error: string;
  readonly refusedAtMs: number;
}

export interface FoundEvent {
  /** In the order in which Kafka was given them. Those after the first repeat it. */
  readonly records: readonly FoundRecord[];
  readonly deadLetters: readonly FoundDeadLetter[];
  /** The stretch that was looked through for it, and whether all of it was. */
  readonly window: Window;
  readonly isComplete: boolean;
}

export interface FindEventDeps {
  readonly kafka: Kafka;
  readonly logger: Logger;
  readonly eventTopics: readonly string[];
}

export interface FindEventQuestion {
  readonly eventId: EventId;
  /** Where a delivery says that its event came from. */
  readonly knownPlace: RecordPlace | null;
  /** Null where the caller has named no time. */
  readonly window: Window | null;
  readonly nowMs: number;
  /** Whether the caller may know of what is this account's. */
  readonly maySee: (accountId: string) => boolean;
  readonly signal: AbortSignal;
}

/** For an event of which nothing is known yet. */
const FIND_WITHIN_MS = 20_000;
/** Once it is found, for records that repeat it: they explain more, and few events have any. */
const FIND_REPEATS_WITHIN_MS = 2_000;
const HOUR_MS = 60 * 60 * 1_000;
/** Within it, two records with the same account, id and type are one event. */
const REPEATS_MS = 24 * HOUR_MS;
/** A repeat may have been given to Kafka a little before the record that the router met first. */
const BEFORE_MS = 60_000;
/** The newest part of the window that is looked through alone; each part before it is longer by so much. */
const NEWEST_PART_MS = HOUR_MS / 4;
const GROWTH = 4;
const READER = 'webhooks-api-find-event';

// Whether `data` keeps to its schema is not asked: that was judged when the event came in.
const NO_CATALOGUE: EventTypeCatalogue = new Map();

/** Looks for the event. Rejects where Kafka cannot be read, and when `signal` is aborted. */
export async function findEvent(deps: FindEventDeps, question: FindEventQuestion): Promise<FoundEvent> {
  const search = new Search(question);
  const known = question.knownPlace ?? placeSpelledIn(question.eventId, deps.eventTopics);
  if (known !== null) {
    const record = await readRecord(deps.kafka, deps.logger, READER, known, question.signal);
    if (record !== null) search.look(known, record);
  }
  const window = question.window ?? defaultWindow(search.firstTakenAtMs, question.nowMs);
  // Once a record is known its repeats are near; else whoever asks asks mostly about what has just happened.
  const parts = search.firstTakenAtMs === null ? newestFirst(window) : [window];
  const isComplete = await lookThrough(deps, question, search, parts);
  return { ...search.found(), window, isComplete };
}

async function lookThrough(
  { kafka, logger, eventTopics }: FindEventDeps,
  { signal }: FindEventQuestion,
  search: Search,
  parts: readonly Window[],
): Promise<boolean> {
  const startedAtMs = performance.now();
  const leftMs = (): number =>
    (search.firstTakenAtMs === null ? FIND_WITHIN_MS : FIND_REPEATS_WITHIN_MS) -
    (performance.now() - startedAtMs);
  for (const { fromMs, toMs } of parts) {
    const ranges = await rangesBetween(kafka, [...eventTopics, DEAD_LETTERS], fromMs, toMs);
    const end = await readPast(kafka, logger, {
      reader: READER,
      ranges,
      timeLimitMs: Math.max(0, leftMs()),
      signal,
      onChunk: ({ topic, partition, records }) => {
        for (const record of records) {
          search.look({ topic, partition, offset: String(record.offset) }, record);
        }
        return leftMs() > 0 ? 'go_on' : 'stop';
      },
    });
    if (end !== 'all_read') return false;
  }
  return true;
}

/** A day from the record on, for what repeats it; where there is none, the last day. */
const defaultWindow = (takenAtMs: number | null, nowMs: number): Window =>
  takenAtMs === null
    ? { fromMs: nowMs - REPEATS_MS, toMs: nowMs }
    : { fromMs: takenAtMs - BEFORE_MS, toMs: Math.min(nowMs, takenAtMs + REPEATS_MS) };

function newestFirst({ fromMs, toMs }: Window): readonly Window[] {
  const parts: Window[] = [];
  let endMs = toMs;
  for (let lengthMs = NEWEST_PART_MS; endMs > fromMs; lengthMs *= GROWTH) {
    const startMs = Math.max(fromMs, endMs - lengthMs);
    parts.push({ fromMs: startMs, toMs: endMs });
    endMs = startMs;
  }
  return parts;
}

/** The place in an id that was made of it, as `parseEventRecord` makes one for an event that has none. */
function placeSpelledIn(eventId: string, topics: readonly string[]): RecordPlace | null {
  const [, topic = '', partition = '', offset = ''] = /^(.+)-(\d{1,9})-(\d{1,18})$/.exec(eventId) ?? [];
  return topics.includes(topic) ? { topic, partition: Number(partition), offset } : null;
}

/** Collects what is found. */
class Search {
  private readonly question: FindEventQuestion;
  private readonly idBytes: Buffer;
  private readonly records = new Map<string, FoundRecord>();
  private readonly deadLetters = new Map<string, FoundDeadLetter>();

  constructor(question: FindEventQuestion) {
    this.question = question;
    this.idBytes = Buffer.from(question.eventId);
  }

  /** Null where no valid record was found yet. */
  get firstTakenAtMs(): number | null {
    const times = [...this.records.values()].map(({ takenAtMs }) => takenAtMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  look(place: RecordPlace, record: ConsumedRecord): void {
    if (!this.mayNameIt(place, record)) return;
    if (place.topic === DEAD_LETTERS) this.lookAtDeadLetter(record);
    else this.lookAtEvent(place, record);
  }

  found(): Pick<FoundEvent, 'records' | 'deadLetters'> {
    const records = [...this.records]
      // Refused for its data alone, it still reads as an event here.
      .filter(([place]) => !this.deadLetters.has(place))
      .map(([, record]) => record)
      .sort((a, b) => a.takenAtMs - b.takenAtMs);
    return { records, deadLetters: [...this.deadLetters.values()] };
  }

  /**
   * False for nearly every record, without reading it as JSON: a text in JSON stands there as it is, unless there is
   * a backslash.
   */
  private mayNameIt(place: RecordPlace, { value, headers, key }: ConsumedRecord): boolean {
    if (value !== null && (value.includes(this.idBytes) || value.includes(BACKSLASH))) return true;
    const { eventId } = this.question;
    if (key === eventId || eventId.endsWith(`-${place.offset}`)) return true;
    return place.topic === DEAD_LETTERS || 'id' in headers || 'ce_id' in headers;
  }

  private lookAtEvent(place: RecordPlace, record: ConsumedRecord): void {
    const parsed = parseEventRecord({ ...record, ...place }, NO_CATALOGUE, readJson);
    if (!parsed.ok || parsed.event.id !== this.question.eventId) return;
    if (!this.question.maySee(parsed.event.accountId)) return;
    this.records.set(placeKey(place), { place, event: parsed.event, takenAtMs: record.timestampMs });
  }

  private lookAtDeadLetter(record: ConsumedRecord): void {
    const refused = refusedRecord(record);
    if (!claimsEventId(refused, this.question.eventId)) return;
    const accountId = claimedAccount(refused, DEFAULT_ACCOUNT_ID);
    if (!this.question.maySee(accountId)) return;
    const { topic, partition, offset } = refused.source;
    const place = { topic, partition, offset };
    const error = refused.header('error') ?? '';
    this.deadLetters.set(placeKey(place), { place, accountId, error, refusedAtMs: record.timestampMs });
  }
}

const BACKSLASH = 0x5c;

const placeKey = ({ topic, partition, offset }: RecordPlace): string => `${topic}/${partition}/${offset}`;

function refusedRecord({ key, value, headers }: ConsumedRecord): RefusedRecord {
  const header = (name: string): string | undefined => textOf(headers[name]);
  return {
    key,
    text: value === null ? null : value.toString('utf8'),
    header,
    source: {
      topic: header('source_topic') ?? '',
      partition: Number(header('source_partition') ?? 0),
      offset: header('source_offset') ?? '0',
    },
  };
}

function textOf(value: IHeaders[string]): string | undefined {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last?.toString();
}
