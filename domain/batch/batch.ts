/**
 * What a batch does next: collects events until there are enough of them, until it has been open for long enough,
 * until it would grow too large, or until an operator says so, and is flushed exactly once. Every event of which it
 * is told is in exactly one batch, in the order in which it was told; what it has seen before it drops, and so what a
 * producer has written twice.
 */
import type { FlushedBy } from '../../schemas/delivery-log.ts';
import type { RecordPlace } from '../../schemas/delivery.ts';
import type { EventId } from '../../schemas/ids.ts';

/** The most bytes that the events of one batch may have together. One event that is larger is a batch alone. */
export const MAX_BATCH_BYTES = 1_000_000;

/** One event that was matched, as it will stand in the batch. */
export interface BatchItem {
  readonly eventId: EventId;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  readonly source: RecordPlace;
  /** When the source record was appended to Kafka, milliseconds since 1970. */
  readonly appendedAtMs: number;
  /** W3C trace context: 32 hex digits. */
  readonly traceId: string;
  /** The exact JSON of the event in the body of the batch. */
  readonly text: string;
  /** Of `text`, in UTF-8. */
  readonly bytes: number;
}

/** How long a batch collects, by the settings of the subscription at `version`. */
export interface BatchTerms {
  readonly version: number;
  /** Events. */
  readonly size: number;
  /** From the first event on. */
  readonly timeoutMs: number;
}

interface OpenBatch {
  /** Never empty, in the order of their arrival. */
  readonly items: readonly BatchItem[];
  readonly bytes: number;
  /** When the first one arrived, milliseconds since 1970. */
  readonly openedAtMs: number;
}

/** A batch that collects no more. */
export interface FlushedBatch {
  readonly flushedBy: FlushedBy;
  readonly items: readonly BatchItem[];
  /** When it was flushed, milliseconds since 1970. */
  readonly atMs: number;
  /** The version of the subscription that is known to have been reached. */
  readonly version: number;
}

/** Plain JSON: it is carried from one run of the actor to the next. */
export interface BatchState {
  readonly terms: BatchTerms;
  readonly open: OpenBatch | null;
  /** The highest offset of each partition, by `<topic>/<partition>`. */
  readonly seen: Readonly<Record<string, string>>;
  /** What was flushed lately, the latest last. Absent where nothing is told by its id: see `rememberingIds`. */
  readonly flushed?: readonly { readonly eventIds: readonly EventId[]; readonly atMs: number }[];
}

/**
 * Ids that an actor remembers of what it has flushed, and how long. Far longer than the read model takes to hear of a
 * batch, from when on routers know what is in it; and shorter than the day after which an id may come again.
 */
const REMEMBERED = { ids: 2_000, ms: 3_600_000 } as const;

/** `atMs` is when it is decided, milliseconds since 1970. */
export type BatchCommand =
  /** Events of one subscription and type; those of one partition in the order of their offsets. */
  | {
      readonly type: 'CollectEvents';
      readonly terms: BatchTerms;
      readonly items: readonly BatchItem[];
      readonly atMs: number;
    }
  /** The time that the open batch had is over. */
  | { readonly type: 'FlushOverdue'; readonly atMs: number }
  /** Flush now, for an operator, or for a change that made the subscription's `version`. */
  | { readonly type: 'FlushManually'; readonly version: number; readonly atMs: number };

/** What has happened, for `evolve`. No log keeps it; the history of the actor keeps what a `BatchFlushed` has handed over. */
export type BatchEvent =
  | { readonly type: 'TermsChanged'; readonly terms: BatchTerms }
  | { readonly type: 'EventsCollected'; readonly items: readonly BatchItem[]; readonly atMs: number }
  | ({ readonly type: 'BatchFlushed' } & FlushedBatch);

/** Before anything was collected. Any terms that come are newer than these. */
export const initialState = (): BatchState => ({
  terms: { version: 0, size: 1, timeoutMs: 0 },
  open: null,
  seen: {},
});

/** A state that tells by its id what is written twice. Histories from before it was so are replayed without. */
export const rememberingIds = (state: BatchState): BatchState =>
  state.flushed === undefined ? { ...state, flushed: [] } : state;

/** When the open batch is to be flushed, milliseconds since 1970; null where none is open. */
export const overdueAtMs = ({ open, terms }: BatchState): number | null =>
  open === null ? null : open.openedAtMs + terms.timeoutMs;

/** Decides `command` against `state`. Nothing is refused: what is asked for twice changes nothing. */
export function decide(command: BatchCommand, state: BatchState): readonly BatchEvent[] {
  switch (command.type) {
    case 'CollectEvents':
      return collect(command, state);
    case 'FlushOverdue':
      return isOverdue(state, command.atMs) ? [flush(state, 'timeout', command)] : [];
    case 'FlushManually':
      return state.open === null ? [] : [flush(state, 'manual', command)];
  }
}

/** Applies one event. */
export function evolve(state: BatchState, event: BatchEvent): BatchState {
  switch (event.type) {
    case 'TermsChanged':
      return { ...state, terms: event.terms };
    case 'EventsCollected':
      return {
        ...state,
        open: grown(state.open, event.items, event.atMs),
        seen: noted(state.seen, event.items),
      };
    case 'BatchFlushed':
      return state.flushed === undefined
        ? { ...state, open: null }
        : { ...state, open: null, flushed: remembered(state.flushed, event) };
  }
}

type CollectEvents = Extract<BatchCommand, { readonly type: 'CollectEvents' }>;

function collect({ terms, items, atMs }: CollectEvents, before: BatchState): readonly BatchEvent[] {
  const events: BatchEvent[] = [];
  let state = before;
  const happen = (event: BatchEvent): void => {
    events.push(event);
    state = evolve(state, event);
  };

  // Two routers may tell of two versions, in either order: the newer one holds.
  if (terms.version > state.terms.version) happen({ type: 'TermsChanged', terms });
  // After a while without a worker the events that waited arrive before the timer: they are not of this batch.
  if (isOverdue(state, atMs)) happen(flush(state, 'timeout', { atMs }));
  if (isFull(state)) happen(flush(state, 'size', { atMs }));

  const fresh = unrepeated(unseen(items, state.seen), state, atMs);
  for (let at = 0; at < fresh.length;) {
    const taken = fitting(state, fresh, at);
    if (taken > 0) happen({ type: 'EventsCollected', items: fresh.slice(at, at + taken), atMs });
    at += taken;
    if (isFull(state) || at < fresh.length) happen(flush(state, 'size', { atMs }));
  }
  return events;
}

/** How many items from `start` on the open batch has room for. At least one where no batch is open. */
function fitting({ open, terms }: BatchState, items: readonly BatchItem[], start: number): number {
  const room = terms.size - (open?.items.length ?? 0);
  let bytes = open?.bytes ?? 0;
  let count = 0;
  while (count < room && start + count < items.length) {
    bytes += items[start + count]?.bytes ?? 0;
    const isAlone = open === null && count === 0;
    if (bytes > MAX_BATCH_BYTES && !isAlone) break;
    count += 1;
  }
  return count;
}

const isFull = ({ open, terms }: BatchState): boolean => open !== null && open.items.length >= terms.size;

function isOverdue(state: BatchState, atMs: number): boolean {
  const overdue = overdueAtMs(state);
  return overdue !== null && atMs >= overdue;
}

const flush = (
  { open, terms }: BatchState,
  flushedBy: FlushedBy,
  { atMs, version = 0 }: { readonly atMs: number; readonly version?: number },
): BatchEvent => ({
  type: 'BatchFlushed',
  flushedBy,
  items: open?.items ?? [],
  atMs,
  version: Math.max(terms.version, version),
});

function grown(open: OpenBatch | null, items: readonly BatchItem[], atMs: number): OpenBatch {
  const bytes = items.reduce((sum, item) => sum + item.bytes, open?.bytes ?? 0);
  return open === null
    ? { items, bytes, openedAtMs: atMs }
    : { ...open, items: [...open.items, ...items], bytes };
}

const partitionOf = ({ source }: BatchItem): string => `${source.topic}/${source.partition}`;

/** Those that come after all that was seen of their partition, each once. */
function unseen(items: readonly BatchItem[], seen: BatchState['seen']): readonly BatchItem[] {
  const highest = new Map<string, bigint>();
  return items.filter((item) => {
    const partition = partitionOf(item);
    const known = highest.get(partition) ?? BigInt(seen[partition] ?? -1);
    const offset = BigInt(item.source.offset);
    if (offset <= known) return false;
    highest.set(partition, offset);
    return true;
  });
}

const noted = (seen: BatchState['seen'], items: readonly BatchItem[]): BatchState['seen'] => ({
  ...seen,
  // The last one of a partition is its highest.
  ...Object.fromEntries(items.map((item) => [partitionOf(item), item.source.offset])),
});

/** Those whose events are neither in the open batch nor in one that was flushed lately, each once. */
function unrepeated(
  items: readonly BatchItem[],
  { open, flushed }: BatchState,
  atMs: number,
): readonly BatchItem[] {
  if (flushed === undefined || items.length === 0) return items;
  const known = new Set<EventId>();
  for (const { eventId } of open?.items ?? []) known.add(eventId);
  for (const batch of flushed) {
    if (atMs - batch.atMs < REMEMBERED.ms) for (const id of batch.eventIds) known.add(id);
  }
  return items.filter(({ eventId }) => !known.has(eventId) && known.add(eventId));
}

/** With one more; without the oldest that are too many, or too old. */
function remembered(
  flushed: NonNullable<BatchState['flushed']>,
  { items, atMs }: FlushedBatch,
): NonNullable<BatchState['flushed']> {
  const all = [...flushed, { eventIds: items.map(({ eventId }) => eventId), atMs }];
  let ids = 0;
  let first = all.length;
  while (first > 0) {
    const batch = all[first - 1]!;
    ids += batch.eventIds.length;
    if (ids > REMEMBERED.ids || atMs - batch.atMs >= REMEMBERED.ms) break;
    first -= 1;
  }
  return all.slice(first);
}
