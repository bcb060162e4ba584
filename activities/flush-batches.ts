import type { SubscriptionId } from '../schemas/ids.ts';

/** Flushes what is being collected for a subscription, after a change that made it `version`. */
export const createFlushBatches = (deps: {
  readonly flushOpenBatches: (id: SubscriptionId, version: number) => Promise<{ readonly answered: boolean }>;
}) =>
  async function flushBatches(id: SubscriptionId, version: number): Promise<void> {
    const flushed = await deps.flushOpenBatches(id, version);
    if (!flushed.answered) throw new Error('a batch of the subscription did not answer');
  };
