/**
 * Work that is cheaper done together: what comes in while one batch is being done goes into the next. A batch that
 * comes alone begins at once; under load batches begin so far apart that each is worth its round trips: the heavier
 * one was, the more may be coming. One that is full waits for nothing.
 */
export interface SpacedBatchesOptions<Item> {
  /** From the beginning of a batch of this weight to the beginning of the next, unless that one is full. */
  readonly everyMs: (weight: number) => number;
  readonly weightOf: (item: Item) => number;
  /** A batch weighs no more than this, unless it is a single item. */
  readonly fullWeight: number;
  /** One batch at a time, in the order in which items came. Never rejects: what becomes of an item is told to it. */
  readonly work: (batch: readonly Item[]) => Promise<void>;
}

/** How far batches begin apart where the heavier ones leave more time for the next to fill. */
export interface Spacing {
  readonly leastMs: number;
  readonly perWeightMs: number;
  readonly mostMs: number;
}

/** @see SpacedBatchesOptions.everyMs */
export const growingWith =
  ({ leastMs, perWeightMs, mostMs }: Spacing) =>
  (weight: number): number =>
    Math.min(mostMs, Math.max(leastMs, weight * perWeightMs));

export interface SpacedBatches<Item> {
  add(item: Item): void;
  /** Resolves once everything that was added has been worked on. */
  idle(): Promise<void>;
}

/** Begins with nothing under way. */
export function createSpacedBatches<Item>(options: SpacedBatchesOptions<Item>): SpacedBatches<Item> {
  const { everyMs, weightOf, fullWeight, work } = options;
  let waiting: Item[] = [];
  let waitingWeight = 0;
  let nextAtMs = Number.NEGATIVE_INFINITY;
  let working: Promise<void> | null = null;
  let stopPausing: (() => void) | null = null;

  /** Until the next batch is due or full. */
  const pause = async (): Promise<void> => {
    const pauseMs = nextAtMs - performance.now();
    if (pauseMs <= 0 || waitingWeight >= fullWeight) return;
    let due: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      stopPausing = resolve;
      due = setTimeout(resolve, pauseMs);
    });
    stopPausing = null;
    clearTimeout(due);
  };

  const takeBatch = (): readonly Item[] => {
    let weight = 0;
    let count = 0;
    for (const item of waiting) {
      if (count > 0 && weight + weightOf(item) > fullWeight) break;
      weight += weightOf(item);
      count += 1;
    }
    waitingWeight -= weight;
    nextAtMs = performance.now() + everyMs(weight);
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  };

  const workOff = async (): Promise<void> => {
    // Lets all that comes in this turn of the event loop join the first batch.
    await Promise.resolve();
    while (waiting.length > 0) {
      await pause();
      await work(takeBatch());
    }
    working = null;
  };

  return {
    add(item) {
      waiting.push(item);
      waitingWeight += weightOf(item);
      if (waitingWeight >= fullWeight) stopPausing?.();
      working ??= workOff();
    },
    idle: () => working ?? Promise.resolve(),
  };
}
