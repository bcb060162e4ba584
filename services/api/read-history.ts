/** Every change of a subscription, for as many who ask at once as the API can read for. */
import type { SubscriptionEvent } from '../../schemas/subscription-log.ts';
import type { SubscriptionId } from '../../schemas/ids.ts';
import { Problem } from './problem.ts';

/**
 * Its changes as the log has them. Rejects with the reason of `signal` when that is aborted. Throws a 503 where others
 * are read for already: each reading goes through a part of the log.
 */
export type ReadHistory = (id: SubscriptionId, signal: AbortSignal) => Promise<readonly SubscriptionEvent[]>;

const AT_ONCE = 8;

export function createReadHistory(read: ReadHistory, atOnce = AT_ONCE): ReadHistory {
  let running = 0;
  return async (id, signal) => {
    if (running >= atOnce) {
      throw new Problem(503, `${atOnce} histories are being read already. Ask again when one has ended.`);
    }
    running += 1;
    try {
      return await read(id, signal);
    } finally {
      running -= 1;
    }
  };
}
