/**
 * The workers of one process, as Temporal's SDK makes them but for three things that its options do not reach.
 *
 * Their workflows share one set of threads, where each worker would have its own: a V8 heap each, for queues that are
 * mostly idle. And calls into a workflow are not timed. The SDK gives each a timeout, for which Node starts a thread
 * and ends it: 139 instead of 5 us, some 25 times for a delivery of its own. It would end a workflow that never yields;
 * ours are our own, hold no loop over what does not end, and Temporal gives the task of a stuck one to another worker.
 *
 * And an activity finds its `Context` only while it begins. The SDK keeps that, and a client that ours have no use for, in
 * an AsyncLocalStorage, and while a thread has one in use, Node 20 calls JavaScript for each promise and each timer of the
 * whole thread: a tenth of the worker's time.
 */
import { asyncLocalStorage } from '@temporalio/activity';
import { type ActivityInterceptorsFactory, Worker, type WorkerOptions } from '@temporalio/worker';

/** Node starts no watchdog where the timeout is left out; the SDK's type does not know of that. */
const UNTIMED = { isolateExecutionTimeoutMs: undefined as unknown as number };

const forgetsContext: ActivityInterceptorsFactory = () => ({
  inbound: {
    execute(input, next) {
      const execution = next(input);
      asyncLocalStorage.disable();
      return execution;
    },
  },
});

type WorkersOf<Options extends readonly unknown[]> = { readonly [Position in keyof Options]: Worker };

/** Workers that are ready to run, in the order of `options`, which must all name one bundle and the same activities. */
export async function createWorkers<const Options extends readonly WorkerOptions[]>(
  options: Options,
): Promise<WorkersOf<Options>> {
  let bundle: ReturnType<(typeof Worker)['getOrCreateBundle']> | undefined;
  let threads: ReturnType<(typeof Worker)['createWorkflowCreator']> | undefined;
  let users = 0;

  class SharingWorker extends Worker {
    override get client(): undefined {
      return undefined;
    }

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
  const create = (each: WorkerOptions): Promise<Worker> =>
    SharingWorker.create({ ...each, interceptors: { activity: [forgetsContext] } });
  return Promise.all(options.map(create)) as Promise<WorkersOf<Options>>;
}
