/** Sends commands to the actors of subscriptions. */
import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { SubscriptionId } from '../../schemas/ids.ts';
import type { SubscriptionCommand } from '../../schemas/subscription-log.ts';

/** What must be known of an actor to reach it; `workflows/messages.ts` says it. */
export interface ActorAddress<Reply> {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly commandUpdate: UpdateDefinition<Reply, [SubscriptionCommand]>;
}

/** Not answered: no worker took the command in time, or Temporal is away. It may still be carried out. */
export type Sent<Reply> = { readonly answered: true; readonly reply: Reply } | { readonly answered: false };

/**
 * Answers a function that sends a command, wakes the actor where it does not run, and waits for the verdict
 * at most `patienceMs`.
 */
export const createSendCommand =
  <Reply>(client: Client, actor: ActorAddress<Reply>, patienceMs: number) =>
  async (id: SubscriptionId, command: SubscriptionCommand): Promise<Sent<Reply>> => {
    const startWorkflowOperation = new WithStartWorkflowOperation(actor.workflowType, {
      workflowId: id,
      taskQueue: actor.taskQueue,
      args: [id, null],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    try {
      const reply = await client.withDeadline(Date.now() + patienceMs, () =>
        client.workflow.executeUpdateWithStart(actor.commandUpdate, {
          startWorkflowOperation,
          args: [command],
        }),
      );
      return { answered: true, reply };
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isOutOfReach(error)) {
        return { answered: false };
      }
      throw error;
    }
  };

const GRPC_UNAVAILABLE = 14;

const isOutOfReach = (error: unknown): boolean =>
  isGrpcDeadlineError(error) || (isGrpcServiceError(error) && (error.code as number) === GRPC_UNAVAILABLE);
