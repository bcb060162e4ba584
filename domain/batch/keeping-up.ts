/**
 * Whether an actor that collects batches may be told of more. Temporal ends a workflow whose history outgrows its limit,
 * and with it all that it has collected: who does not keep up must not be told on.
 */

/** How a running actor stands, as Temporal tells it. */
export interface ActorStanding {
  /** Of its current run, which begins anew when its history is at half of `MOST_HISTORY`. */
  readonly historyEvents: number;
  readonly historyBytes: number;
  /** What its worker has still to do: null where that is nothing. `id` tells one task from the next. */
  readonly task: { readonly id: string; readonly attempts: number } | null;
}

/** Temporal ends a workflow at six times as much, and suggests that it begins anew at half of it. */
export const MOST_HISTORY = { events: 8_192, bytes: 8_000_000 } as const;

/** `before` is how the actor stood when it was looked at last and then told; null where it was not, or did not run. */
export function mayBeTold(now: ActorStanding, before: ActorStanding | null): boolean {
  if (now.historyEvents >= MOST_HISTORY.events || now.historyBytes >= MOST_HISTORY.bytes) return false;
  if (now.task === null) return true;
  // A worker has died over it, or had too much to do at once.
  if (now.task.attempts > 1) return false;
  // What it was told since then waits in its history, and so would more.
  return now.task.id !== before?.task?.id;
}
