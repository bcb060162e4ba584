/**
 * Keeps events from being matched against what the router knew a moment ago, or before Kafka was away. It learns of
 * subscriptions by other connections than of events, and each is answered, and comes back, in its own time. An event that
 * came in between would meet no subscription that was made in between, and nobody would ever owe it to anybody.
 */
import { once } from 'node:events';
import type { Chunk } from '../../infra/kafka/chunk-consumer.ts';
import type { Tail } from '../../infra/kafka/tail.ts';
import type { Logger } from '../../infra/telemetry.ts';
import { untilTaken } from './until-taken.ts';

/**
 * Handles chunks as `handle` does, each once all `tails` know what their topics held when it came. Rejects without
 * handling it when its signal aborts meanwhile.
 */
export function onceCaughtUp<Result>(
  tails: readonly Pick<Tail, 'isInTouch' | 'caughtUp'>[],
  logger: Pick<Logger, 'warn'>,
  handle: (chunk: Chunk) => Promise<Result>,
): (chunk: Chunk) => Promise<Result> {
  return async (chunk) => {
    const { signal } = chunk;
    // To ask Kafka before each chunk would make each delivery later by that.
    const doubtful = tails.filter((tail) => !tail.isInTouch());
    if (doubtful.length > 0) {
      await untilTaken({ logger, message: 'Kafka does not tell where its topics end' }, signal, async () => {
        await Promise.race([Promise.all(doubtful.map((tail) => tail.caughtUp())), once(signal, 'abort')]);
        signal.throwIfAborted();
      });
    }
    return handle(chunk);
  };
}
