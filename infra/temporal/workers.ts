/**
 * The workers of one process, as Temporal's SDK makes them but for two things that its options do not reach.
 *
 * Their workflows share one set of threads, where each worker would have its own: a V8 heap each, for queues that are
 * mostly idle. And calls into a workflow are not timed. The SDK gives each a timeout, for which Node starts a thread
 * and ends it: 139 instead of 5 us, some 25 times for a delivery of its own. It would end a workflow that never yields;
 * ours are our own, hold no loop over what does not end, and Temporal gives the task of a stuck one to another worker.
 */
import { Worker, type WorkerOptions } from '@temporalio/worker';

/** Node starts no watchdog where the timeout is left out; the SDK's type does not know of that. */
const UNTIMED = { isolateExecutionTimeoutMs: undefined as unknown as number };

type WorkersOf<Options extends readonly unknown[]> = { readonly [Position in keyof Options]: Worker };

/** Workers that are ready to run, in the order of `options`, which must all name one bundle and the same activities. */
export async function createWorkers<const Options extends readonly WorkerOptions[]>(
  options: Options,
): Promise<WorkersOf<Options>> {
  let bundle: ReturnType<(typeof Worker)['getOrCreateBundle']> | undefined;
  let threads: ReturnType<(typeof Worker)['createWorkflowCreator']> | undefined;
  let users = 0;

  class SharingWorker extends Worker {
    protected static override getOrCreateBundle(
      ...given: Parameters<(typeof Worker)['getOrCreateBundle']>
    ): ReturnType<(typeof Worker)['getOrCreateBundle']> {
      return (bundle ??= super.getOrCreateBundle(...given));
    }

    protected static override async createWorkflowCreator(
      ...[code, compiled, logger]: Parameters<(typeof Worker)['createWorkflowCreator']>
    ): ReturnType<(typeof Worker)['createWorkflowCreator']> {
      users += 1;
      threads ??= super.createWorkflowCreator(code, { ...compiled, ...UNTIMED }, logger);
      const shared = await threads;
      return {
        createWorkflow: (created) => shared.createWorkflow(created),
        async destroy() {
          users -= 1;
          if (users === 0) await shared.destroy();
        },
      };
    }
  }
  return Promise.all(options.map((each) => SharingWorker.create(each))) as Promise<WorkersOf<Options>>;
}
