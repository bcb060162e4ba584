/** Reaches the actors that collect batches: tells them of events, and has them flush. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import {
  type defineSearchAttributeKey,
  type SignalDefinition,
  TypedSearchAttributes,
  type UpdateDefinition,
} from '@temporalio/common';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import type { BatchAddress } from '../../domain/batch/batch-address.ts';
import type { BatchItem, BatchTerms } from '../../domain/batch/batch.ts';
import type { ActorStanding } from '../../domain/batch/keeping-up.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import { isOutOfReach, wasPassedOver } from './update-failure.ts';

type Keyword = ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>>;

/** What must be known of the actors to reach them; `workflows/messages.ts` says it. */
export interface BatchActor {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly collectSignal: SignalDefinition<[BatchTerms, readonly BatchItem[]]>;
  readonly flushUpdate: UpdateDefinition<number, [number]>;
  readonly searchAttributes: {
    readonly [name in 'webhookId' | 'eventType' | 'accountId' | 'targetHost']: Keyword;
  };
}

/** What one actor is told. */
export interface Collected {
  readonly actorId: string;
  readonly address: BatchAddress;
  readonly terms: BatchTerms;
  readonly items: readonly BatchItem[];
  /** Where the batch will go: its host is what operators search by. */
  readonly url: string;
}

/** Resolves once Temporal holds the events. Told twice, the actor drops what it has seen. */
export async function collectInBatch(client: Client, actor: BatchActor, told: Collected): Promise<void> {
  const { address, terms, items } = told;
  const { searchAttributes: attributes } = actor;
  await client.workflow.signalWithStart(actor.workflowType, {
    workflowId: told.actorId,
    taskQueue: actor.taskQueue,
    args: [address, null],
    signal: actor.collectSignal,
    signalArgs: [terms, items],
    typedSearchAttributes: new TypedSearchAttributes([
      { key: attributes.webhookId, value: address.subscriptionId },
      { key: attributes.eventType, value: address.eventType },
      { key: attributes.accountId, value: address.accountId },
      { key: attributes.targetHost, value: new URL(told.url).host },
    ]),
  });
}

/** How an actor stands; null where none runs. Rejects while Temporal is away. */
export async function standingOf(client: Client, actorId: string): Promise<ActorStanding | null> {
  try {
    const { status, historyLength, historySize, raw } = await client.workflow.getHandle(actorId).describe();
    if (status.name !== 'RUNNING') return null;
    const task = raw.pendingWorkflowTask ?? null;
    return {
      historyEvents: historyLength,
      historyBytes: historySize ?? 0,
      task:
        task === null
          ? null
          : {
              id: `${task.scheduledTime?.seconds}.${task.scheduledTime?.nanos}`,
              attempts: task.attempt ?? 1,
            },
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** How much was flushed; or that not all actors answered in time: those that did have flushed. */
export type Flushed =
  | { readonly answered: true; readonly batches: number; readonly events: number }
  | { readonly answered: false };

/** Flushes what is being collected for a subscription. `version` is the change that this follows, else 0. */
export type FlushOpenBatches = (id: SubscriptionId, version: number) => Promise<Flushed>;

/** Updates on the wire at once. */
const FLUSHES_AT_ONCE = 10;
const RETRY_DELAY_MS = 50;

/**
 * Answers a function that flushes, and waits for the actors at most `patienceMs`. Which actors there are it asks
 * Temporal's visibility store, which learns of a new one a moment after it has started.
 */
export const createFlushOpenBatches =
  (client: Client, actor: BatchActor, patienceMs: number): FlushOpenBatches =>
  async (id, version) => {
    const deadlineMs = Date.now() + patienceMs;
    try {
      const actorIds = await client.withDeadline(deadlineMs, () => runningActors(client, actor, id));
      const counts = await pMap(
        actorIds,
        (actorId) => flushOne(client, actor, actorId, version, deadlineMs),
        {
          concurrency: FLUSHES_AT_ONCE,
        },
      );
      const flushed = counts.filter((count) => count > 0);
      return {
        answered: true,
        batches: flushed.length,
        events: flushed.reduce((sum, count) => sum + count, 0),
      };
    } catch (error) {
      if (isOutOfReach(error)) return { answered: false };
      throw error;
    }
  };

async function runningActors(
  client: Client,
  actor: BatchActor,
  id: SubscriptionId,
): Promise<readonly string[]> {
  const query = `WorkflowType = '${actor.workflowType}' AND ${actor.searchAttributes.webhookId.name} = '${id}' AND ExecutionStatus = 'Running'`;
  const found: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) found.push(workflowId);
  return found;
}

/** How many events went out. */
async function flushOne(
  client: Client,
  actor: BatchActor,
  actorId: string,
  version: number,
  deadlineMs: number,
): Promise<number> {
  for (;;) {
    try {
      return await client.withDeadline(deadlineMs, () =>
        client.workflow.getHandle(actorId).executeUpdate(actor.flushUpdate, { args: [version] }),
      );
    } catch (error) {
      // It has ended since it was listed: it had nothing open.
      if (error instanceof WorkflowNotFoundError) return 0;
      if (!wasPassedOver(error)) throw error;
      await delay(RETRY_DELAY_MS);
    }
  }
}
