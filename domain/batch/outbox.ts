/** How many flushed batches are handed over at once: as many as one message to Temporal has room for. */
import { inParts } from '../in-parts.ts';
import { MAX_BATCH_BYTES, type FlushedBatch } from './batch.ts';

/** The first of `batches` that together have no more bytes than one may have alone, and the rest. */
export function takeUpTo(batches: readonly FlushedBatch[]): {
  readonly taken: readonly FlushedBatch[];
  readonly left: readonly FlushedBatch[];
} {
  const bytesOf = ({ items }: FlushedBatch): number => items.reduce((sum, { bytes }) => sum + bytes, 0);
  const [taken = []] = inParts(batches, bytesOf, { weight: MAX_BATCH_BYTES });
  return { taken, left: batches.slice(taken.length) };
}
