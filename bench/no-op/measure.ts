/** How many workflows that do nothing a stack starts and ends in a second: the limit of one workflow per delivery. */
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, type InjectedSinks } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import pMap from 'p-map';
import { connectWorker } from '../../infra/temporal/client.ts';
import { forwardTemporalLogs } from '../../infra/temporal/logs.ts';
import { createWorkers } from '../../infra/temporal/workers.ts';
import { type Stack, until } from '../stack.ts';
import type { noOp, NoOpSinks } from './workflow.ts';

const TASK_QUEUE = 'bench-no-op';
/** As many as keep the machine busy; the router has no more on the wire per chunk. */
const AT_ONCE = 32;
const PATIENCE_MS = 60_000;
const quiet = (): void => undefined;
let logsAreForwarded = false;

export interface NoOpRates {
  /** Started by a client, taken by a worker from its queue. Workflows per second. */
  readonly plain: number;
  /** The first task comes back with the answer to the start. */
  readonly eager: number;
  /** All that were run, for both and to warm up. */
  readonly workflows: number;
}

/** Runs `workflows` of each kind in this process, which is client and worker. The first tenth warms up. */
export async function measureNoOps(
  { config, logger }: Stack,
  workflows: number,
  signal: AbortSignal,
): Promise<NoOpRates> {
  // Once per process: the first stack's log takes all.
  if (!logsAreForwarded) forwardTemporalLogs(logger);
  logsAreForwarded = true;
  let started = 0;
  let finished = 0;
  const sinks: InjectedSinks<NoOpSinks> = { bench: { finished: { fn: () => void (finished += 1) } } };
  const workflowsPath = fileURLToPath(new URL('workflow.js', import.meta.url));
  const connection = await connectWorker(config.temporal);
  const { namespace } = config.temporal;
  const [worker] = await createWorkers([
    {
      connection,
      namespace,
      taskQueue: TASK_QUEUE,
      sinks,
      // As ours are, for what a worker does for each workflow is to be the same.
      workflowBundle: await bundleWorkflowCode({
        workflowsPath,
        preloadModules: [workflowsPath],
        logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, log: quiet },
      }),
    },
  ]);
  const client = new Client({ connection, namespace });
  const runMany = async (count: number, requestEagerStart: boolean): Promise<void> => {
    await pMap(
      Array.from({ length: count }),
      () =>
        client.workflow.start<typeof noOp>('noOp', {
          taskQueue: TASK_QUEUE,
          workflowId: `no-op-${(started += 1)}`,
          requestEagerStart,
        }),
      { concurrency: AT_ONCE, signal },
    );
    await until(() => finished === started, PATIENCE_MS, 'workflows that do nothing', signal);
  };
  const rateOf = async (requestEagerStart: boolean): Promise<number> => {
    await runMany(Math.ceil(workflows / 10), requestEagerStart);
    const startedAtMs = performance.now();
    await runMany(workflows, requestEagerStart);
    return (workflows / (performance.now() - startedAtMs)) * 1_000;
  };
  try {
    return await worker.runUntil(async () => {
      const [plain, eager] = [await rateOf(false), await rateOf(true)];
      return { plain, eager, workflows: started };
    });
  } finally {
    await connection.close();
  }
}
