/**
 * Takes one chunk of a partition: reads its events, matches them, hands each delivery to Temporal, and sends
 * what is no event to the dead letters. When it answers, all of the chunk is durable elsewhere and the offset
 * may move. Handing a delivery over twice is refused by its workflow id, so a repeated chunk is harmless.
 */
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import { deliveryTask } from '../../domain/deliver/delivery-task.ts';
import { readJson } from '../../domain/deliver/json-text.ts';
import { traceIdOf } from '../../domain/deliver/trace-context.ts';
import { matchEvent, type Match } from '../../domain/match/match-event.ts';
import type { SubscriptionIndex } from '../../domain/match/subscription-index.ts';
import { deliveryScheduled } from '../../domain/record/delivery-event.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import type { Appender } from '../../infra/kafka/appender.ts';
import type { Chunk, ChunkResult, ConsumedRecord } from '../../infra/kafka/chunk-consumer.ts';
import { deadLetter, type EventLog } from '../../infra/kafka/event-log.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryTask, RecordPlace } from '../../schemas/delivery.ts';
import type { EventTypeCatalogue } from '../../schemas/event-types.ts';
import { parseEventRecord, type PlatformEvent } from '../../schemas/event.ts';
import type { delivery } from '../../workflows/delivery.ts';
import type { CollectBatches } from './collect-batches.ts';
import { DELIVERY_ACTOR, SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';

export interface DispatchDeps {
  readonly client: Client;
  readonly appender: Appender;
  readonly eventLog: EventLog;
  readonly directory: SubscriptionDirectory;
  readonly index: SubscriptionIndex;
  /** Judges `data`. */
  readonly eventTypes: EventTypeCatalogue;
  readonly batches: CollectBatches;
  readonly logger: Logger;
  readonly count: (what: 'events' | 'dead_letters' | 'deliveries' | 'collected', by: number) => void;
}

/** Requests to Temporal on the wire at once, per chunk. */
const STARTS_AT_ONCE = 32;
/** Between two tries to reach a Temporal that is away. */
const RETRY_START_MS = 1_000;

/** A delivery to hand over, and where it goes: the host is what operators search by. */
interface Handover {
  readonly task: DeliveryTask;
  readonly url: string;
}

/** The handler of the router's consumer. */
export const createDispatch =
  (deps: DispatchDeps) =>
  async (chunk: Chunk): Promise<ChunkResult> => {
    const handovers: Handover[] = [];
    const refused: { record: ConsumedRecord; place: RecordPlace; reason: string }[] = [];
    for (const record of chunk.records) {
      const place = { topic: chunk.topic, partition: chunk.partition, offset: String(record.offset) };
      const parsed = parseEventRecord({ ...record, ...place }, deps.eventTypes, readJson);
      if (parsed.ok) handovers.push(...handoversOf(deps, parsed.event, place, record));
      else refused.push({ record, place, reason: parsed.reason.message });
    }
    for (const { place, reason } of refused) deps.logger.warn({ ...place, reason }, 'a record is no event');

    const { alone, told } = deps.batches.sortOut(handovers.map(({ task }) => task));
    const isAlone = new Set(alone);
    const started = handovers.filter(({ task }) => isAlone.has(task));
    const now = new Date();
    await Promise.all([
      deps.batches.tell(told, chunk.signal),
      deps.appender.append(refused.map(({ record, place, reason }) => deadLetter(record, place, reason))),
      deps.eventLog.appendDeliveryEvents(alone.map((task) => deliveryScheduled(task, now))),
      pMap(started, (handover) => startUntilTaken(deps, handover, chunk.signal), {
        concurrency: STARTS_AT_ONCE,
      }),
    ]);
    deps.count('events', chunk.records.length);
    deps.count('dead_letters', refused.length);
    deps.count('deliveries', alone.length);
    deps.count('collected', handovers.length - alone.length);
    return 'done';
  };

function handoversOf(
  deps: DispatchDeps,
  event: PlatformEvent,
  place: RecordPlace,
  record: ConsumedRecord,
): readonly Handover[] {
  const matches = matchEvent(deps.index, event);
  if (matches.length === 0) return [];
  const traceId = traceIdOf(record.headers['traceparent']?.toString()) ?? traceIdFor(event);
  return matches.map(({ subscriptionId, url }: Match) => {
    const { version } = deps.directory.get(subscriptionId);
    return {
      task: deliveryTask(event, { subscriptionId, version }, place, record.timestampMs, traceId, sha256),
      url,
    };
  });
}

/** For an event whose producer traces nothing: the same for all deliveries of the event. */
const traceIdFor = (event: PlatformEvent): string =>
  Buffer.from(sha256(JSON.stringify([event.accountId, event.type, event.id])).subarray(0, 16)).toString(
    'hex',
  );

/** Starts a delivery's workflow; waits for a Temporal that is away. Rejects only when the work is taken from us. */
async function startUntilTaken(deps: DispatchDeps, handover: Handover, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await start(deps.client, handover);
      return;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      deps.logger.warn(
        { err: error, delivery_id: handover.task.deliveryId },
        'Temporal does not take deliveries',
      );
      await delay(RETRY_START_MS, undefined, { signal });
    }
  }
}

const start = (client: Client, { task, url }: Handover) =>
  client.workflow.start<typeof delivery>(DELIVERY_ACTOR.workflowType, {
    taskQueue: DELIVERY_ACTOR.taskQueue,
    workflowId: task.deliveryId,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    args: [task],
    typedSearchAttributes: new TypedSearchAttributes([
      { key: SEARCH_ATTRIBUTES.webhookId, value: task.subscriptionId },
      { key: SEARCH_ATTRIBUTES.eventType, value: task.eventType },
      { key: SEARCH_ATTRIBUTES.accountId, value: task.accountId },
      { key: SEARCH_ATTRIBUTES.deliveryState, value: 'pending' },
      { key: SEARCH_ATTRIBUTES.targetHost, value: new URL(url).host },
    ]),
  });
