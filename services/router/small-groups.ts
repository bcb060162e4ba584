/**
 * Keeps partitions from reading on while small groups are under way: a group costs the same whatever is in it, and
 * what comes meanwhile then goes in one. How soon groups end says how much there is to spare, as acknowledgements
 * do for TCP: a stack that is idle ends them at once and is given the next, a busy one gets few that are large.
 */
import { EventEmitter, once } from 'node:events';

/** Of the groups that are not full, so many may be under way when a partition reads on. */
const UNDER_WAY_AT_MOST = 1;
/** A group counts no longer, for it lasts as long as its slowest endpoint. */
const COUNTS_FOR_MS = 600;

/** Of one process, over all of its partitions. */
export interface SmallGroups {
  /** Counts a group as under way until `ended` settles, or for COUNTS_FOR_MS. */
  begin(ended: Promise<unknown>): void;
  /** Resolves once few enough are under way. Rejects when `signal` aborts. */
  rest(signal: AbortSignal): Promise<void>;
}

export function createSmallGroups(): SmallGroups {
  const changes = new EventEmitter().setMaxListeners(0);
  let underWay = 0;
  return {
    begin(ended) {
      underWay += 1;
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, COUNTS_FOR_MS)));
      void Promise.race([ended.catch(() => undefined), patience]).then(() => {
        clearTimeout(timer);
        underWay -= 1;
        changes.emit('ended');
      });
    },
    async rest(signal) {
      while (underWay > UNDER_WAY_AT_MOST) await once(changes, 'ended', { signal });
    },
  };
}
