import { expect, it } from 'vitest';
import type { Chunk } from '../../../infra/kafka/chunk-consumer.ts';
import { fewLargeAtOnce } from '../../../services/router/few-large-at-once.ts';

const chunkOf = (records: number, partition: number): Chunk =>
  ({ partition, records: Array.from({ length: records }) }) as unknown as Chunk;

/** A handler whose chunks end when they are told to. */
function handler() {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const handle = fewLargeAtOnce(({ partition }) => {
    begun.push(partition);
    return new Promise<string>((resolve) => ends.set(partition, () => resolve(`done ${partition}`)));
  });
  return { handle, begun, end: (partition: number): void => ends.get(partition)?.() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('two large chunks are handled at once, and the next in their order once one of those has ended', async () => {
  const { handle, begun, end } = handler();
  const handled = [0, 1, 2, 3].map((partition) => handle(chunkOf(1_000, partition)));
  await turn();
  expect(begun).toEqual([0, 1]);
  end(1);
  expect(await handled[1]).toBe('done 1');
  await turn();
  expect(begun).toEqual([0, 1, 2]);
});

it('a small chunk waits for none', async () => {
  const { handle, begun } = handler();
  for (const partition of [0, 1, 2]) void handle(chunkOf(1_000, partition));
  void handle(chunkOf(1, 3));
  await turn();
  expect(begun).toContain(3);
});

it('a chunk that fails makes room for the next', async () => {
  const handle = fewLargeAtOnce(({ partition }) =>
    partition < 2 ? Promise.reject(new Error('gone')) : Promise.resolve('done'),
  );
  const handled = [0, 1, 2].map((partition) => handle(chunkOf(1_000, partition)));
  await expect(handled[0]).rejects.toThrow('gone');
  await expect(handled[1]).rejects.toThrow('gone');
  expect(await handled[2]).toBe('done');
});
