/** Starts the workflows that carry deliveries, and holds back while the workers do not keep up. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { targetOf } from '../../domain/deliver/target.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { isLive } from '../../domain/subscription/subscription.ts';
import { startDelivery } from '../../infra/temporal/delivery-start.ts';
import type { Backlog } from '../../infra/temporal/backlog.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import type { deliveryGroup } from '../../workflows/delivery-group.ts';
import { DELIVERY_ACTOR, GROUP_ACTOR, SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';
import type { Carriers } from './hand-over.ts';

/** `next` is a decimal text: an offset may exceed 2^53. */
interface GroupMemo {
  readonly next: string;
}

export const createTemporalCarriers = (
  client: Client,
  directory: SubscriptionDirectory,
  backlog: Backlog,
): Carriers => ({
  async startDelivery(task) {
    const actor = { ...DELIVERY_ACTOR, searchAttributes: SEARCH_ATTRIBUTES };
    await startDelivery(client, actor, { task, url: urlOf(directory, task), state: 'pending' });
  },
  async startGroup(group, nextOffset) {
    try {
      await client.workflow.start<typeof deliveryGroup>(GROUP_ACTOR.workflowType, {
        taskQueue: GROUP_ACTOR.taskQueue,
        workflowId: group.id,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        args: [group],
        memo: { next: String(nextOffset) } satisfies GroupMemo,
        typedSearchAttributes: new TypedSearchAttributes([
          { key: SEARCH_ATTRIBUTES.deliveryState, value: 'pending' },
        ]),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  },
  async nextOffsetOf(groupId) {
    try {
      const { memo } = await client.workflow.getHandle(groupId).describe();
      return BigInt((memo as unknown as GroupMemo).next);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  },
  room: (signal) => backlog.room(signal),
});

/** What operators search by. A subscription that was deleted meanwhile has no target. */
function urlOf(directory: SubscriptionDirectory, task: DeliveryTask): string | null {
  const subscription = directory.get(task.subscriptionId);
  return isLive(subscription) ? targetOf(subscription.settings, task) : null;
}
