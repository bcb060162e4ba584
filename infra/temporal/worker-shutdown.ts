/** What is on the wire has so long to end when a process stops; below what an orchestrator waits before it kills. */
export const SHUTDOWN_GRACE_MS = 15_000;

/**
 * Resolves once workers that were told to shut down have ended. When the grace is over, `cutOff` aborts: Temporal's
 * SDK then cancels regular activities, but waits for local ones and tells them nothing.
 */
export async function workersEnded(runs: readonly Promise<void>[], cutOff: AbortController): Promise<void> {
  const graceOver = setTimeout(() => cutOff.abort(new Error('the process ends')), SHUTDOWN_GRACE_MS);
  await Promise.all(runs);
  clearTimeout(graceOver);
}
