import type { Context } from '@temporalio/activity';

/** Well below the heartbeat timeouts of the activities that use it. */
const HEARTBEAT_EVERY_MS = 2_000;

/**
 * Lets executions of one thing follow each other: a server takes a worker for dead that is only too busy for its
 * heartbeats, and starts again, perhaps in the same process, what is still at work there. While an execution waits
 * for the one before, its heartbeats repeat what that one left.
 */
export function createInTurn(): <Result>(
  context: Context,
  key: string,
  work: () => Promise<Result>,
) => Promise<Result> {
  const atWork = new Map<string, Promise<unknown>>();
  return async (context, key, work) => {
    const before = atWork.get(key);
    const execution = before === undefined ? work() : whileBeating(context, before).then(work);
    const ended = execution.catch(() => undefined);
    atWork.set(key, ended);
    try {
      return await execution;
    } finally {
      if (atWork.get(key) === ended) atWork.delete(key);
    }
  };
}

async function whileBeating(context: Context, execution: Promise<unknown>): Promise<void> {
  const beat = (): void => context.heartbeat(context.info.heartbeatDetails);
  const beating = setInterval(beat, HEARTBEAT_EVERY_MS);
  await execution;
  clearInterval(beating);
}
