/**
 * Holds back who tells actors of events, while they do not keep up: what waits then waits on Kafka. In quiet times it
 * costs nothing, for an actor is looked at only when it is told for the first time, and after so much more.
 */
import { type ActorStanding, mayBeTold } from '../../domain/batch/keeping-up.ts';
import type { Logger } from '../../infra/telemetry.ts';
import { untilTaken } from './until-taken.ts';

export interface ActorRoomDeps {
  /** How an actor stands; null where it does not run. Rejects while Temporal is away. */
  readonly standingOf: (actorId: string) => Promise<ActorStanding | null>;
  /** Rejects when `signal` aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Resolves once the actor may be told of `bytes` more. Rejects only when `signal` aborts. */
export type ActorRoom = (actorId: string, bytes: number, signal: AbortSignal) => Promise<void>;

/** What one is told between two looks, in bytes before they are compressed: half of what one signal may carry. */
const LOOK_AFTER_BYTES = 500_000;
/** What a signal weighs however little is in it: it is an event of history, and a task for the worker. */
const SIGNAL_BYTES = 10_000;
/** Between looks at one that does not keep up, doubling: an outage may make very many of them wait. */
const WAIT_MS = { least: 50, most: 2_000 } as const;
/** Waits of a few seconds together: one that only has much to do is nothing to warn of. */
const TOLD_OF_AFTER_WAITS = 6;
/** Actors that are remembered; one that is forgotten is looked at once more. */
const REMEMBERED = 10_000;

/** The room of one process. Others tell the same actors, each with a memory of its own: the limits leave room for that. */
export function createActorRoom({ standingOf, wait, logger }: ActorRoomDeps): ActorRoom {
  /** In the order of the looks. */
  const looked = new Map<string, { readonly standing: ActorStanding | null; toldBytes: number }>();

  const remember = (actorId: string, standing: ActorStanding | null, toldBytes: number): void => {
    looked.delete(actorId);
    looked.set(actorId, { standing, toldBytes });
    const [oldest] = looked.keys();
    if (looked.size > REMEMBERED && oldest !== undefined) looked.delete(oldest);
  };

  return async (actorId, bytes, signal) => {
    const added = bytes + SIGNAL_BYTES;
    const asking = {
      logger,
      context: { workflow_id: actorId },
      message: 'Temporal does not tell of an actor',
    };
    for (let waits = 0; ; waits += 1) {
      signal.throwIfAborted();
      const known = looked.get(actorId);
      if (known !== undefined && known.toldBytes + added <= LOOK_AFTER_BYTES) {
        known.toldBytes += added;
        return;
      }
      const standing = await untilTaken(asking, signal, () => standingOf(actorId));
      if (standing === null || mayBeTold(standing, looked.get(actorId)?.standing ?? null)) {
        remember(actorId, standing, added);
        return;
      }
      if (waits === TOLD_OF_AFTER_WAITS) {
        logger.warn({ workflow_id: actorId, ...standing }, 'an actor that collects batches does not keep up');
      }
      await wait(Math.min(WAIT_MS.least * 2 ** waits, WAIT_MS.most), signal);
    }
  };
}
