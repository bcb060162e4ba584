/** Tells the actors that collect batches, as Temporal keeps them. */
import type { Client } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { collectInBatch, standingOf } from '../../infra/temporal/batch-actors.ts';
import type { Logger } from '../../infra/telemetry.ts';
import { BATCH_ACTOR } from '../../workflows/messages.ts';
import { createActorRoom } from './actor-room.ts';
import { type CollectBatches, createCollectBatches } from './collect-batches.ts';

/** Tells each actor as soon as it keeps up. */
export const createTemporalBatches = (
  client: Client,
  directory: SubscriptionDirectory,
  logger: Pick<Logger, 'warn'>,
): CollectBatches =>
  createCollectBatches({
    directory,
    collect: (told) => collectInBatch(client, BATCH_ACTOR, told),
    room: createActorRoom({
      standingOf: (actorId) => standingOf(client, actorId),
      wait: (ms, signal) => delay(ms, undefined, { signal }),
      logger,
    }),
    logger,
  });
