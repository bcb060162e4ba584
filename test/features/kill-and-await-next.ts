import { expect } from 'vitest';
import { product } from './customer.ts';
import { killHard, pidOf } from './product.ts';

/** Kills a part or service of the product and waits for the process that takes its place. */
export async function killAndAwaitNext(name: string): Promise<void> {
  const killed = pidOf(product(), name);
  killHard(killed);
  const next = (): number | null => {
    try {
      return pidOf(product(), name);
    } catch {
      return null;
    }
  };
  await expect.poll(next, { timeout: 60_000 }).toSatisfy((pid) => pid !== null && pid !== killed);
}
