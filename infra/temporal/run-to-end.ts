/** Runs a short workflow while somebody waits for what it answers. */
import { WorkflowFailedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import { TimeoutFailure } from '@temporalio/common';
import { isOutOfReach } from './update-failure.ts';

/** Not answered: no worker took it in time, or Temporal is away. It does not run on. */
export type Ran<Result> = { readonly answered: true; readonly result: Result } | { readonly answered: false };

/** What is run, and for how long it is waited for. */
export type ToRun = Pick<WorkflowStartOptions, 'taskQueue' | 'workflowId' | 'typedSearchAttributes'> & {
  readonly workflowType: string;
  readonly args: readonly unknown[];
  readonly patienceMs: number;
};

/** For the answer to come back after the server has ended the workflow. */
const GRACE_MS = 2_000;

/** Rejects where the workflow failed by itself. */
export async function runToEnd<Result>(client: Client, toRun: ToRun): Promise<Ran<Result>> {
  const { workflowType, patienceMs, args, ...options } = toRun;
  try {
    const result: unknown = await client.withDeadline(Date.now() + patienceMs + GRACE_MS, () =>
      client.workflow.execute(workflowType, {
        ...options,
        args: [...args],
        workflowExecutionTimeout: patienceMs,
      }),
    );
    return { answered: true, result: result as Result };
  } catch (error) {
    if (isOutOfReach(error) || isTooLate(error)) return { answered: false };
    throw error;
  }
}

const isTooLate = (error: unknown): boolean =>
  error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure;
