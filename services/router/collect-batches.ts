/**
 * Tells the actors that collect batches of the events of a chunk: one signal for each actor, and more only where one
 * would be too large. When it answers, Temporal holds all of them. A chunk that is told again is dropped by the actors,
 * so it does not matter how far a crash let it come. While an actor does not keep up, it waits, and the chunk with it.
 */
import pMap from 'p-map';
import { batchActorId } from '../../domain/batch/batch-address.ts';
import { batchItem } from '../../domain/batch/batch-item.ts';
import { type BatchItem, MAX_BATCH_BYTES } from '../../domain/batch/batch.ts';
import { targetOf } from '../../domain/deliver/target.ts';
import { inParts } from '../../domain/in-parts.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { isLive, type LiveSubscription } from '../../domain/subscription/subscription.ts';
import { sha256 } from '../../infra/crypto/hash.ts';
import type { Collected } from '../../infra/temporal/batch-actors.ts';
import type { Logger } from '../../infra/telemetry.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { Aggregation } from '../../schemas/aggregation.ts';
import type { ActorRoom } from './actor-room.ts';
import { untilTaken } from './until-taken.ts';

export interface CollectBatchesDeps {
  readonly directory: SubscriptionDirectory;
  /** Resolves once Temporal holds the events. Rejects while Temporal is away. */
  readonly collect: (told: Collected) => Promise<void>;
  /** Resolves while the actor keeps up. */
  readonly room: ActorRoom;
  readonly logger: Pick<Logger, 'warn'>;
}

/** What of a chunk is owed alone, and what is to be told to actors. */
export interface SortedOut {
  readonly alone: readonly DeliveryTask[];
  readonly told: readonly Collected[];
}

export interface CollectBatches {
  /** Tells apart by the settings of now. */
  sortOut(tasks: readonly DeliveryTask[]): SortedOut;
  /** Rejects only when `signal` aborts: the work is taken from us. */
  tell(told: readonly Collected[], signal: AbortSignal): Promise<void>;
}

/** Actors told at once, per chunk. */
const ACTORS_AT_ONCE = 32;

export const createCollectBatches = (deps: CollectBatchesDeps): CollectBatches => ({
  sortOut(tasks) {
    const alone: DeliveryTask[] = [];
    const actors = new Map<string, Collected & { readonly items: BatchItem[] }>();
    for (const task of tasks) {
      const subscription = deps.directory.get(task.subscriptionId);
      const aggregation = isLive(subscription) ? subscription.settings.aggregation : null;
      if (!isLive(subscription) || aggregation === null) {
        alone.push(task);
        continue;
      }
      const told = toldOf(subscription, aggregation, task);
      const known = actors.get(told.actorId);
      if (known === undefined) actors.set(told.actorId, { ...told, items: [...told.items] });
      else known.items.push(...told.items);
    }
    return { alone, told: [...actors.values()] };
  },

  async tell(told, signal) {
    await pMap(told, (one) => tellInParts(deps, one, signal), { concurrency: ACTORS_AT_ONCE });
  },
});

function toldOf(subscription: LiveSubscription, aggregation: Aggregation, task: DeliveryTask): Collected {
  const { settings, version } = subscription;
  const { accountId, subscriptionId, eventType } = task;
  const address = { accountId, subscriptionId, eventType };
  const url = targetOf(settings, task, task.body);
  return {
    actorId: batchActorId(address, url === settings.url ? null : sha256(url)),
    address,
    terms: { version, size: aggregation.batch_size, timeoutMs: aggregation.batch_timeout * 1_000 },
    items: [batchItem(task, (text) => Buffer.byteLength(text))],
    url,
  };
}

/** One after the other: an actor takes what comes late for what it has seen. */
async function tellInParts(deps: CollectBatchesDeps, told: Collected, signal: AbortSignal): Promise<void> {
  const giver = {
    logger: deps.logger,
    context: { workflow_id: told.actorId },
    message: 'Temporal does not take events for a batch',
  };
  for (const items of inParts(told.items, ({ bytes }) => bytes, { weight: MAX_BATCH_BYTES })) {
    await deps.room(told.actorId, bytesOf(items), signal);
    await untilTaken(giver, signal, () => deps.collect({ ...told, items }));
  }
}

const bytesOf = (items: readonly BatchItem[]): number => items.reduce((sum, { bytes }) => sum + bytes, 0);
