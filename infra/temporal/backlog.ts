/** How much waits in a task queue: whoever fills it looks here first, so that what waits stays bounded. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../telemetry.ts';

export interface Backlog {
  /** Resolves while fewer tasks wait than the limit. Rejects when `signal` aborts. */
  room(signal: AbortSignal): Promise<void>;
}

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

/** An answer is good for so long. */
const FRESH_MS = 500;

/** Asks Temporal at most every FRESH_MS. One that cannot tell does not hold anybody up. */
export function createBacklog(
  client: Client,
  namespace: string,
  taskQueue: string,
  limit: number,
  logger: Pick<Logger, 'warn'>,
): Backlog {
  /** Tasks that waited when it was asked last. */
  let size = 0;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  const sizeOf = async (taskQueueType: number): Promise<number> => {
    const { stats } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType,
      reportStats: true,
    });
    return Number(stats?.approximateBacklogCount ?? 0);
  };

  const ask = async (): Promise<void> => {
    try {
      const sizes = await Promise.all([TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY].map(sizeOf));
      size = Math.max(...sizes);
    } catch (error) {
      size = 0;
      logger.warn({ err: error }, 'Temporal does not tell how much waits for workers');
    }
    askedAtMs = performance.now();
    asking = null;
  };

  return {
    async room(signal) {
      for (;;) {
        signal.throwIfAborted();
        if (performance.now() - askedAtMs > FRESH_MS) await (asking ??= ask());
        if (size < limit) return;
        await delay(FRESH_MS, undefined, { signal });
      }
    },
  };
}
