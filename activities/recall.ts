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
