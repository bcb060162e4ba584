/** What runs in Temporal, by its own index, which is a moment behind. */
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import pMap from 'p-map';

/**
 * How many workflows run that were started before then; null while Temporal cannot be asked. Not ours alone where the
 * namespace is shared: rather too many than too few.
 */
export async function countRunningSince(client: Client, before: Date): Promise<number | null> {
  try {
    const { count } = await client.workflow.count(startedBefore(before));
    return count;
  } catch (error) {
    if (isGrpcServiceError(error)) return null;
    throw error;
  }
}

/** What must be known of actors to renew them; `workflows/messages.ts` says it. */
export interface LongLivedActors {
  readonly workflowTypes: readonly string[];
  readonly renewSignal: SignalDefinition<[]>;
}

/** Signals on the wire at once. */
const SIGNALS_AT_ONCE = 20;

/** Has each of those that were started before then begin a new run soon. Safe to repeat. Rejects while Temporal is away. */
export async function renewStartedBefore(
  client: Client,
  { workflowTypes, renewSignal }: LongLivedActors,
  before: Date,
): Promise<void> {
  const types = workflowTypes.map((type) => `'${type}'`).join(', ');
  const query = `${startedBefore(before)} AND WorkflowType IN (${types})`;
  await pMap(
    client.workflow.list({ query }),
    ({ workflowId }) =>
      client.workflow
        .getHandle(workflowId)
        .signal(renewSignal)
        .catch((error: unknown) => {
          // It has ended since it was listed.
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }),
    { concurrency: SIGNALS_AT_ONCE },
  );
}

const startedBefore = (before: Date): string =>
  `ExecutionStatus = 'Running' AND StartTime < '${before.toISOString()}'`;
