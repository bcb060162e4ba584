import { expect, it, vi } from 'vitest';
import type { Chunk } from '../../../infra/kafka/chunk-consumer.ts';
import { onceCaughtUp } from '../../../services/router/once-caught-up.ts';

const logger = { warn: () => undefined };
const chunkWith = (signal = new AbortController().signal): Chunk => ({ signal }) as unknown as Chunk;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A tail that knows all when it is told so. */
function tailOf(isInTouch: boolean) {
  let catchUp = (): void => undefined;
  const known = new Promise<void>((resolve) => (catchUp = resolve));
  return { isInTouch: () => isInTouch, caughtUp: vi.fn(() => known), catchUp: () => catchUp() };
}

it('a chunk is handled at once while its tails are in touch with Kafka', async () => {
  const tails = [tailOf(true), tailOf(true)];
  expect(await onceCaughtUp(tails, logger, () => Promise.resolve('done'))(chunkWith())).toBe('done');
  for (const { caughtUp } of tails) expect(caughtUp).not.toHaveBeenCalled();
});

it('a chunk waits for a tail that may come back to Kafka later than it did', async () => {
  const tails = [tailOf(true), tailOf(false)] as const;
  const handle = vi.fn(() => Promise.resolve('done'));
  const handled = onceCaughtUp(tails, logger, handle)(chunkWith());
  await turn();
  expect(handle).not.toHaveBeenCalled();
  tails[1].catchUp();
  expect(await handled).toBe('done');
});

it('a chunk waits while Kafka does not tell what there is to catch up with', async () => {
  const caughtUp = vi.fn<() => Promise<void>>(() => Promise.resolve());
  caughtUp.mockRejectedValueOnce(new Error('away'));
  const handled = onceCaughtUp([{ isInTouch: () => false, caughtUp }], logger, () => Promise.resolve('done'))(
    chunkWith(),
  );
  expect(await handled).toBe('done');
  expect(caughtUp).toHaveBeenCalledTimes(2);
});

it('a chunk that is no longer ours is not waited for, and not handled', async () => {
  const handle = vi.fn(() => Promise.resolve('done'));
  const ours = new AbortController();
  const handled = onceCaughtUp([tailOf(false)], logger, handle)(chunkWith(ours.signal));
  await turn();
  ours.abort(new Error('the consumer stops'));
  await expect(handled).rejects.toThrow();
  expect(handle).not.toHaveBeenCalled();
});
