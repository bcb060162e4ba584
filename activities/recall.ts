import type { DeliveryEvent } from '../schemas/delivery-log.ts';
import type { DeliveryId } from '../schemas/ids.ts';

/**
 * The last record of each of these deliveries that was appended since a moment, in milliseconds since 1970. Rejects
 * when the signal aborts.
 */
export type Recall = (
  ids: ReadonlySet<DeliveryId>,
  sinceMs: number,
  signal: AbortSignal,
) => Promise<ReadonlyMap<DeliveryId, DeliveryEvent>>;

/** Whoever asks what was recorded since a moment that another machine's clock has told asks for so much before it. */
export const CLOCK_SKEW_MS = 60_000;

/**
 * One reading at a time for all who ask in this process: who asks while one is under way shares the next, from the
 * earliest moment that any of them names. Each reading reads the log for all deliveries, whoever asks, and when a
 * worker has died, all its groups ask at once. The signal is that of the first who asks.
 */
export function shareRecalls(recall: Recall): Recall {
  interface Next {
    readonly ids: Set<DeliveryId>;
    sinceMs: number;
    readonly answer: ReturnType<Recall>;
  }
  let reading: Promise<unknown> = Promise.resolve();
  let next: Next | null = null;

  const begin = (signal: AbortSignal): Next => {
    const answer = reading.then(() => {
      const { ids, sinceMs } = next!;
      // Its end is fixed once it has begun: whoever asks from now on wants to know of later records.
      next = null;
      return recall(ids, sinceMs, signal);
    });
    reading = answer.catch(() => undefined);
    return { ids: new Set(), sinceMs: Infinity, answer };
  };

  return (ids, sinceMs, signal) => {
    next ??= begin(signal);
    for (const id of ids) next.ids.add(id);
    next.sinceMs = Math.min(next.sinceMs, sinceMs);
    return next.answer;
  };
}
