/** Starts the workflow of a group of deliveries. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { DeliveryGroup } from '../../schemas/delivery.ts';
import { packGroup } from './packed-group.ts';

/** How groups' workflows are named and found. */
export interface GroupActor {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly searchAttributes: {
    readonly deliveryState: ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>>;
  };
}

/** What a group is started with so that others can read it, as long as Temporal knows of the group. */
type Memo = Readonly<Record<string, string>>;

/**
 * Resolves once Temporal holds the workflow: a group is started once. Answers null where that was now, else the memo of
 * the one that was there, which somebody else may have started with other deliveries.
 */
export async function startGroup(
  client: Client,
  actor: GroupActor,
  group: DeliveryGroup,
  memo: Memo = {},
): Promise<Memo | null> {
  try {
    await client.workflow.start(actor.workflowType, {
      taskQueue: actor.taskQueue,
      workflowId: group.id,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [packGroup(group), { orders: [], known: null }],
      memo,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: actor.searchAttributes.deliveryState, value: 'pending' },
      ]),
    });
    return null;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const there = await client.workflow.getHandle(group.id).describe();
    return (there.memo ?? {}) as Memo;
  }
}
