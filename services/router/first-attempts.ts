/**
 * A small worker in the router's process: in quiet times the answer to a start brings the delivery's first workflow
 * task along (eager start), and its first attempt is made here. All that comes after is done by the `worker`.
 */
import { type NativeConnection, Worker } from '@temporalio/worker';
import { readFile } from 'node:fs/promises';
import { type AttemptDeliveryDeps, createAttemptDelivery } from '../../activities/attempt-delivery.ts';
import { type AttemptDeps, createMakeAttempt } from '../../activities/make-attempt.ts';
import { dataConverter } from '../../infra/temporal/client.ts';
import { SHUTDOWN_GRACE_MS, workersEnded } from '../../infra/temporal/worker-shutdown.ts';
import { workflowBundlePath } from '../../infra/temporal/workflow-bundle.ts';
import type { KeyRing } from '../../infra/crypto/sealed-secret.ts';
import { DELIVERY_ACTOR } from '../../workflows/messages.ts';

export interface FirstAttemptsDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly keys: KeyRing;
  readonly attempts: AttemptDeps & Omit<AttemptDeliveryDeps, 'makeAttempt'>;
  /** Ends what `attempts` have on the wire. */
  readonly cutOff: AbortController;
  readonly onCrash: (error: Error) => void;
}

export interface FirstAttempts {
  /** Takes no more, and resolves once all that it has taken has ended. */
  stop(): Promise<void>;
}

/** Some of them may hang for long; a delivery that finds no room takes the way through Temporal's queues. */
const ATTEMPTS_AT_ONCE = 40;

/** Resolves once the worker is there; from then on starts on the same connection may be eager. */
export async function startFirstAttempts(deps: FirstAttemptsDeps): Promise<FirstAttempts> {
  const { connection, namespace, keys, attempts } = deps;
  const worker = await Worker.create({
    connection,
    namespace,
    dataConverter: dataConverter(keys),
    workflowBundle: { code: await readFile(workflowBundlePath(), 'utf8') },
    activities: {
      attemptDelivery: createAttemptDelivery({ ...attempts, makeAttempt: createMakeAttempt(attempts) }),
    },
    taskQueue: DELIVERY_ACTOR.taskQueue,
    enableNonLocalActivities: false,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    maxConcurrentLocalActivityExecutions: ATTEMPTS_AT_ONCE,
    maxConcurrentWorkflowTaskExecutions: ATTEMPTS_AT_ONCE,
    maxCachedWorkflows: ATTEMPTS_AT_ONCE,
  });
  const run = worker.run();
  run.catch(deps.onCrash);
  return {
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await workersEnded([run], deps.cutOff);
    },
  };
}
