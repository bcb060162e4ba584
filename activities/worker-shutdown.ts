import { cancellationDetails, cancellationSignal } from '@temporalio/activity';

/**
 * Aborts where the worker stops or has lost the activity, and not where its workflow cancels it: that is how a
 * workflow ends the waiting, and the request on the wire is to have its answer.
 */
export function workerShutdownSignal(): AbortSignal {
  const cancelled = cancellationSignal();
  const shutdown = new AbortController();
  const pass = (): void => {
    if (cancellationDetails()?.cancelRequested !== true) shutdown.abort(cancelled.reason);
  };
  if (cancelled.aborted) pass();
  else cancelled.addEventListener('abort', pass, { once: true });
  return shutdown.signal;
}
