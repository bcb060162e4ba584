import { Context } from '@temporalio/activity';

/**
 * Aborts where the worker stops, and not where a workflow cancels the activity or the server has given it up: the
 * request on the wire is to have its answer then, and its record.
 */
export function workerShutdownSignal(): AbortSignal {
  const context = Context.current();
  const cancelled = context.cancellationSignal;
  const shutdown = new AbortController();
  const pass = (): void => {
    if (context.cancellationDetails?.workerShutdown === true || isShutdown(cancelled.reason))
      shutdown.abort(cancelled.reason);
  };
  if (cancelled.aborted) pass();
  else cancelled.addEventListener('abort', pass, { once: true });
  return shutdown.signal;
}

/** The SDK tells local activities by its words alone. */
const isShutdown = (reason: unknown): boolean => (reason as Error).message === 'WORKER_SHUTDOWN';
