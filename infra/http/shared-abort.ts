/**
 * Listens to an AbortSignal once, for all who ask. Hundreds of requests share the signal of the activity
 * that makes them, and a listener for each would be looked through at every removal, and warned about.
 */
const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal aborts, which must not have happened yet.
 *
 * @returns takes the callback back
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = callbacksOf.get(signal);
  if (callbacks === undefined) {
    const listened = new Set<() => void>();
    signal.addEventListener('abort', () => listened.forEach((each) => each()), { once: true });
    callbacksOf.set(signal, listened);
    callbacks = listened;
  }
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}
