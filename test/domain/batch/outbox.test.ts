import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_BATCH_BYTES, type FlushedBatch } from '../../../domain/batch/batch.ts';
import { takeUpTo } from '../../../domain/batch/outbox.ts';
import { itemAt } from './batch-items.ts';

const batchOf = (bytes: number, offset: number): FlushedBatch => ({
  flushedBy: 'size',
  items: [itemAt(offset, 0, bytes)],
  atMs: 0,
  version: 1,
});

it('hands over all batches in their order, each time as many as have room, and at least one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1_200_000 })), (sizes) => {
      const all = sizes.map(batchOf);
      const order: FlushedBatch[] = [];
      let left: readonly FlushedBatch[] = all;
      while (left.length > 0) {
        const next = takeUpTo(left);
        const bytes = next.taken.reduce((sum, { items }) => sum + items[0]!.bytes, 0);
        expect(next.taken.length).toBeGreaterThan(0);
        expect(next.taken.length === 1 || bytes <= MAX_BATCH_BYTES).toBe(true);
        order.push(...next.taken);
        left = next.left;
      }
      expect(order).toEqual(all);
    }),
  );
});
