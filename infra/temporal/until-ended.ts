import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const { HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT } = proto.temporal.api.enums.v1.HistoryEventFilterType;

/**
 * Resolves once the present run of a workflow has ended, whatever came of it, and after some 20 s where it has not: so
 * long Temporal lets a question wait. Rejects where Temporal does not answer.
 *
 * Not the SDK's `result`, which asks on for as long as the workflow runs, and cannot be told to stop but through an
 * AsyncLocalStorage, whose hooks cost each promise of the process.
 */
export async function untilEnded(client: Client, workflowId: string): Promise<void> {
  await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    skipArchival: true,
    waitNewEvent: true,
    historyEventFilterType: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
  });
}
