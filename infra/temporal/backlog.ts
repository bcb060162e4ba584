/** How much waits in a task queue: whoever fills it looks here first, so that what waits stays bounded. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../telemetry.ts';

export interface Backlog {
  /** Resolves while workers keep up. Rejects when `signal` aborts. */
  room(signal: AbortSignal): Promise<void>;
}

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

/** An answer is good for so long. */
const FRESH_MS = 500;
/**
 * So old it may be when it is given: servers keep it, by default for so long (`matching.TaskQueueInfoByBuildIdTTL`). Who
 * rests because of it rests until it is forgotten, and workers need something to do until then.
 */
const ANSWER_AGE_SECONDS = 5;

/**
 * Workers keep up while fewer tasks wait than `limit`, or than they have lately taken in ANSWER_AGE_SECONDS. Temporal is
 * asked at most every FRESH_MS. One that cannot tell does not hold anybody up.
 */
export function createBacklog(
  client: Client,
  taskQueue: string,
  limit: number,
  logger: Pick<Logger, 'warn'>,
): Backlog {
  let isFull = false;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  const hasTooMany = async (taskQueueType: number): Promise<boolean> => {
    const { stats } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType,
      reportStats: true,
    });
    const takenMeanwhile = (stats?.tasksDispatchRate ?? 0) * ANSWER_AGE_SECONDS;
    return Number(stats?.approximateBacklogCount ?? 0) >= Math.max(limit, takenMeanwhile);
  };

  const ask = async (): Promise<void> => {
    try {
      const answers = await Promise.all([TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY].map(hasTooMany));
      isFull = answers.includes(true);
    } catch (error) {
      isFull = false;
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
        if (!isFull) return;
        await delay(FRESH_MS, undefined, { signal });
      }
    },
  };
}
