/**
 * Takes one chunk of a partition: reads its events, matches them, hands what is owed to Temporal, and sends what is
 * no event to the dead letters. When it answers, all of the chunk is durable elsewhere and the offset may move.
 */
import { deliveryTask, owedTo } from '../../domain/deliver/delivery-task.ts';
import type { RecordDeliveries } from '../../domain/deliver/grouping.ts';
import { readJson } from '../../domain/deliver/json-text.ts';
import { eventTraceId, traceIdOf } from '../../domain/deliver/trace-context.ts';
import { matchEvent } from '../../domain/match/match-event.ts';
import type { SubscriptionIndex } from '../../domain/match/subscription-index.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import type { Appender } from '../../infra/kafka/appender.ts';
import type { Chunk, ChunkResult, ConsumedRecord } from '../../infra/kafka/chunk-consumer.ts';
import { deadLetter } from '../../infra/kafka/event-log.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryTask, RecordPlace } from '../../schemas/delivery.ts';
import type { EventTypeCatalogue } from '../../schemas/event-types.ts';
import { parseEventRecord, type PlatformEvent } from '../../schemas/event.ts';
import type { CollectBatches } from './collect-batches.ts';
import type { EnterLanes } from './enter-lanes.ts';
import type { Stretch } from './hand-over.ts';
import type { KnownDeliveries } from './known-deliveries.ts';

export interface DispatchDeps {
  readonly appender: Appender;
  readonly directory: SubscriptionDirectory;
  readonly index: SubscriptionIndex;
  /** Judges `data`. */
  readonly eventTypes: EventTypeCatalogue;
  readonly known: KnownDeliveries;
  readonly batches: CollectBatches;
  /** Takes what is delivered in order. */
  readonly enterLanes: EnterLanes;
  readonly handOver: (stretch: Stretch) => Promise<void>;
  readonly logger: Logger;
  readonly count: (what: 'events' | 'dead_letters' | 'deliveries' | 'collected', by: number) => void;
}

/**
 * A part of a chunk is handed over once it is owed so many deliveries: an event that very many subscribe to makes very
 * many of one record, and memory is not to grow with what a chunk happens to hold.
 */
const MOST_OWED = 2_000;

/** Nor so much, in characters of bodies: an event that is large is not to be made very many times at once. */
const MOST_OWED_LENGTH = 20_000_000;

/** How far a partition has come. */
interface Progress {
  readonly nextOffset: bigint;
  readonly generation: number;
  readonly doubt: Doubt;
}

/**
 * What whoever had the partition before may have begun: so many records more, one chunk at most, and none that came
 * after the partition was taken over.
 */
interface Doubt {
  readonly records: number;
  readonly endOffset: bigint;
}

/** The handler of the router's consumer, whose chunks have at most `chunkRecords`. */
export function createDispatch(
  deps: DispatchDeps,
  chunkRecords: number,
): (chunk: Chunk) => Promise<ChunkResult> {
  const progress = new Map<string, Progress>();

  return async (chunk) => {
    const { topic, partition, firstOffset, nextOffset, endOffset, generation, records, signal } = chunk;
    const key = `${topic}/${partition}`;
    const before = progress.get(key);
    const goesOn = before?.nextOffset === firstOffset && before.generation === generation;
    let doubt = goesOn ? before.doubt : { records: chunkRecords, endOffset };
    progress.delete(key);

    /** Groups speak for all records from where those before end, also for what nobody is owed. */
    let from = firstOffset;
    for (const part of readInParts(deps, chunk)) {
      // It may have waited for its turn, and be another's by now.
      signal.throwIfAborted();
      const { refused } = part;
      for (const { place, reason } of refused) deps.logger.warn({ ...place, reason }, 'a record is no event');
      const tasks = await deps.known.withoutRepeats(part.owed);
      const { alone, told } = deps.batches.sortOut(tasks);
      const laned = alone.filter(({ lane }) => lane !== undefined);
      const free = byRecord(alone.filter(({ lane }) => lane === undefined));
      const isInDoubt = doubt.records > 0 && from < doubt.endOffset;
      await Promise.all([
        deps.batches.tell(told, signal),
        // Each alone: what is appended together goes out in one request, and there may be very much of it.
        ...refused.map(({ record, place, reason }) =>
          deps.appender.append([deadLetter(record, place, reason)]),
        ),
        deps.enterLanes(laned, isInDoubt, signal),
        deps.handOver({
          topic,
          partition,
          firstOffset: from,
          nextOffset: part.nextOffset,
          signal,
          records: free,
          isInDoubt,
        }),
      ]);
      if (free.length > 0) from = part.nextOffset;
      doubt = { ...doubt, records: Math.max(0, doubt.records - part.records) };
      deps.count('dead_letters', refused.length);
      deps.count('deliveries', alone.length);
      deps.count('collected', tasks.length - alone.length);
    }
    progress.set(key, { nextOffset, generation, doubt });
    deps.count('events', records.length);
    return 'done';
  };
}

interface Refused {
  readonly record: ConsumedRecord;
  readonly place: RecordPlace;
  readonly reason: string;
}

/** What some neighbouring records of a chunk hold. */
interface Part {
  readonly records: number;
  /** The offset after the last of them. */
  readonly nextOffset: bigint;
  readonly owed: readonly DeliveryTask[];
  readonly refused: readonly Refused[];
}

/** One part after the other, each read when it is asked for. The last one reaches to the chunk's end. */
function* readInParts(deps: DispatchDeps, chunk: Chunk): Generator<Part> {
  const { topic, partition } = chunk;
  let count = 0;
  let owed: DeliveryTask[] = [];
  let owedLength = 0;
  let refused: Refused[] = [];
  for (const record of chunk.records) {
    if (owed.length >= MOST_OWED || owedLength >= MOST_OWED_LENGTH) {
      yield { records: count, nextOffset: record.offset, owed, refused };
      [count, owed, owedLength, refused] = [0, [], 0, []];
    }
    count += 1;
    const place = { topic, partition, offset: String(record.offset) };
    const parsed = parseEventRecord({ ...record, ...place }, deps.eventTypes, readJson);
    if (!parsed.ok) refused.push({ record, place, reason: parsed.reason.message });
    else {
      // Not by spreading: there may be more than a call takes arguments.
      for (const task of tasksOf(deps, parsed.event, place, record)) {
        owed.push(task);
        owedLength += task.body.length;
      }
    }
  }
  yield { records: count, nextOffset: chunk.nextOffset, owed, refused };
}

function tasksOf(
  deps: DispatchDeps,
  event: PlatformEvent,
  place: RecordPlace,
  record: ConsumedRecord,
): readonly DeliveryTask[] {
  const subscriptionIds = matchEvent(deps.index, event);
  if (subscriptionIds.length === 0) return [];
  const traceId = traceIdOf(record.headers['traceparent']?.toString()) ?? eventTraceId(event, sha256);
  return subscriptionIds.map((subscriptionId) => {
    const owed = owedTo(subscriptionId, deps.directory.get(subscriptionId));
    return deliveryTask(event, owed, place, record.timestampMs, traceId, sha256);
  });
}

function byRecord(tasks: readonly DeliveryTask[]): readonly RecordDeliveries[] {
  const records = new Map<string, DeliveryTask[]>();
  for (const task of tasks) {
    const known = records.get(task.source.offset);
    if (known === undefined) records.set(task.source.offset, [task]);
    else known.push(task);
  }
  return [...records].map(([offset, ofRecord]) => ({ offset: BigInt(offset), tasks: ofRecord }));
}
