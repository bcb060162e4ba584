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

/** The handler of the router's consumer. */
export function createDispatch(deps: DispatchDeps): (chunk: Chunk) => Promise<ChunkResult> {
  /** The offset after what this process has handed over last, for each partition. */
  const handedOver = new Map<string, bigint>();

  return async (chunk) => {
    const { topic, partition, firstOffset, nextOffset, signal } = chunk;
    const key = `${topic}/${partition}`;
    // After a start or a rebalance: whoever had the partition before may have begun this chunk.
    const isInDoubt = handedOver.get(key) !== firstOffset;
    handedOver.delete(key);

    const { owed, refused } = read(deps, chunk);
    for (const { place, reason } of refused) deps.logger.warn({ ...place, reason }, 'a record is no event');
    const tasks = await deps.known.withoutRepeats(owed);
    const { alone, told } = deps.batches.sortOut(tasks);
    await Promise.all([
      deps.batches.tell(told, signal),
      deps.appender.append(refused.map(({ record, place, reason }) => deadLetter(record, place, reason))),
      deps.enterLanes(
        alone.filter(({ lane }) => lane !== undefined),
        isInDoubt,
        signal,
      ),
      deps.handOver({
        topic,
        partition,
        firstOffset,
        nextOffset,
        signal,
        records: byRecord(alone.filter(({ lane }) => lane === undefined)),
        isInDoubt,
      }),
    ]);
    handedOver.set(key, nextOffset);
    deps.count('events', chunk.records.length);
    deps.count('dead_letters', refused.length);
    deps.count('deliveries', alone.length);
    deps.count('collected', tasks.length - alone.length);
    return 'done';
  };
}

interface Refused {
  readonly record: ConsumedRecord;
  readonly place: RecordPlace;
  readonly reason: string;
}

function read(
  deps: DispatchDeps,
  { topic, partition, records }: Chunk,
): { readonly owed: readonly DeliveryTask[]; readonly refused: readonly Refused[] } {
  const owed: DeliveryTask[] = [];
  const refused: Refused[] = [];
  for (const record of records) {
    const place = { topic, partition, offset: String(record.offset) };
    const parsed = parseEventRecord({ ...record, ...place }, deps.eventTypes, readJson);
    if (parsed.ok) owed.push(...tasksOf(deps, parsed.event, place, record));
    else refused.push({ record, place, reason: parsed.reason.message });
  }
  return { owed, refused };
}

function tasksOf(
  deps: DispatchDeps,
  event: PlatformEvent,
  place: RecordPlace,
  record: ConsumedRecord,
): readonly DeliveryTask[] {
  const matches = matchEvent(deps.index, event);
  if (matches.length === 0) return [];
  const traceId = traceIdOf(record.headers['traceparent']?.toString()) ?? eventTraceId(event, sha256);
  return matches.map(({ subscriptionId }) => {
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
