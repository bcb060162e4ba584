/** A `delivery` that sleeps before it begins: what no delivery in flight could be replayed on. */
import { sleep } from '@temporalio/workflow';

export async function delivery(): Promise<void> {
  await sleep('1 minute');
}
