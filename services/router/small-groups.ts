/**
 * Keeps partitions from reading on while small groups are under way: a group costs the same whatever is in it, and
 * what comes meanwhile then goes in one. How soon groups end says how much there is to spare, as acknowledgements
 * do for TCP: a stack that is idle ends them at once and is given the next, a busy one gets few that are large.
 */
import { EventEmitter, once } from 'node:events';

/** Of the groups that are not full, so many may be under way when a partition reads on. */
const UNDER_WAY_AT_MOST = 1;
/** A group counts no longer. */
const COUNTS_FOR_MS = 600;
/**
 * Nor so many times as long as the quickest of those that ended last: a group lasts as long as its slowest endpoint, which
 * is nothing to the others. The quickest tells how busy the stack is, as TCP Vegas has it (its BaseRTT).
 */
const TIMES_THE_QUICKEST = 2;
const LAST_ENDED = 10;

/** Of one process, over all of its partitions. */
export interface SmallGroups {
  /** Counts a group as under way until `ended` settles, or for as long as it may count. */
  begin(ended: Promise<unknown>): void;
  /** Resolves once few enough are under way. Rejects when `signal` aborts. */
  rest(signal: AbortSignal): Promise<void>;
}

export function createSmallGroups(): SmallGroups {
  const changes = new EventEmitter().setMaxListeners(0);
  let underWay = 0;
  /** How long those took that ended last. */
  const tookMs: number[] = [];
  return {
    begin(ended) {
      const beganMs = performance.now();
      let isCounted = true;
      underWay += 1;
      const discount = (): void => {
        clearTimeout(timer);
        if (!isCounted) return;
        isCounted = false;
        underWay -= 1;
        changes.emit('discounted');
      };
      const timer = setTimeout(discount, Math.min(COUNTS_FOR_MS, TIMES_THE_QUICKEST * Math.min(...tookMs)));
      const remember = (): void => {
        tookMs.push(performance.now() - beganMs);
        if (tookMs.length > LAST_ENDED) tookMs.shift();
      };
      void ended.then(remember, () => undefined).then(discount);
    },
    async rest(signal) {
      while (underWay > UNDER_WAY_AT_MOST) await once(changes, 'discounted', { signal });
    },
  };
}
