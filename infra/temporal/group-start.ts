/** Starts the workflow of a group of deliveries. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { type DeliveryGroup, packGroup } from '../../schemas/delivery.ts';

/** How groups' workflows are named and found. */
export interface GroupActor {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly searchAttributes: {
    readonly deliveryState: ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>>;
  };
}

/**
 * Resolves once Temporal holds the workflow, also where it did before: a group is started once. `memo` can be read as
 * long as Temporal knows of the group.
 */
export async function startGroup(
  client: Client,
  actor: GroupActor,
  group: DeliveryGroup,
  memo?: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await client.workflow.start(actor.workflowType, {
      taskQueue: actor.taskQueue,
      workflowId: group.id,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [packGroup(group)],
      ...(memo === undefined ? {} : { memo }),
      typedSearchAttributes: new TypedSearchAttributes([
        { key: actor.searchAttributes.deliveryState, value: 'pending' },
      ]),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
