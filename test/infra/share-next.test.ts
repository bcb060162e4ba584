import { beforeEach, expect, it } from 'vitest';
import { shareNext } from '../../infra/share-next.ts';

let begun: { readonly resolve: (answer: number) => void; readonly reject: (error: Error) => void }[];
let ask: () => Promise<number>;
beforeEach(() => {
  begun = [];
  ask = shareNext(() => new Promise<number>((resolve, reject) => begun.push({ resolve, reject })));
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('all who ask while one look is on its way share the next', async () => {
  const first = ask();
  await turn();
  const others = Array.from({ length: 100 }, ask);
  await turn();
  expect(begun).toHaveLength(1);

  begun[0]!.resolve(1);
  await turn();
  expect(begun).toHaveLength(2);
  begun[1]!.resolve(2);
  expect([await first, ...new Set(await Promise.all(others))]).toEqual([1, 2]);
});

it('a look that fails is told to those who asked for it, and to no other', async () => {
  const first = ask();
  await turn();
  const second = ask();
  begun[0]!.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await turn();
  begun[1]!.resolve(2);
  expect(await second).toBe(2);
});
