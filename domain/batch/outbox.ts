/** How many flushed batches are handed over at once: as many as one message to Temporal has room for. */
import { MAX_BATCH_BYTES, type FlushedBatch } from './batch.ts';

/** The first of `batches` that together have no more bytes than one may have alone, and the rest. */
export function takeUpTo(batches: readonly FlushedBatch[]): {
  readonly taken: readonly FlushedBatch[];
  readonly left: readonly FlushedBatch[];
} {
  let bytes = 0;
  let count = 0;
  for (const { items } of batches) {
    bytes += items.reduce((sum, item) => sum + item.bytes, 0);
    if (bytes > MAX_BATCH_BYTES && count > 0) break;
    count += 1;
  }
  return { taken: batches.slice(0, count), left: batches.slice(count) };
}
