/** Starts the workflow of one delivery. */
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { type defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { DeliveryStatus, DeliveryTask } from '../../schemas/delivery.ts';

/** How deliveries' workflows are named and found. */
export interface DeliveryActor {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly searchAttributes: {
    readonly [name in 'webhookId' | 'eventType' | 'accountId' | 'deliveryState' | 'targetHost']: ReturnType<
      typeof defineSearchAttributeKey<'KEYWORD'>
    >;
  };
}

/** What is given with a start beside its task. */
export interface DeliveryStart {
  readonly task: DeliveryTask;
  /** Where it goes, as far as the router could tell: its host is what operators search by. Null where unknown. */
  readonly url: string | null;
  readonly state: DeliveryStatus;
  /** What an attempt left that was made elsewhere. */
  readonly unfinished?: unknown;
  /** True where a delivery that has ended may begin again. */
  readonly again?: true;
  /** True where a worker on the client's own connection is to have its first task at once, if it has room. */
  readonly isEager?: boolean;
}

/**
 * Where its first workflow task is done: by a worker on the client's own connection, or by any. `before`: it was there
 * already, for a delivery is started once.
 */
export type Started = 'here' | 'elsewhere' | 'before';

/** Resolves once Temporal holds the workflow. Rejects while Temporal is away. */
export async function startDelivery(
  client: Client,
  actor: DeliveryActor,
  start: DeliveryStart,
): Promise<Started> {
  const { task, url, state, unfinished, again, isEager = false } = start;
  const { searchAttributes: attributes } = actor;
  const options: WorkflowStartOptions = {
    taskQueue: actor.taskQueue,
    workflowId: task.deliveryId,
    requestEagerStart: isEager,
    workflowIdReusePolicy: again === true ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    args: unfinished === undefined ? [task] : [task, unfinished],
    typedSearchAttributes: new TypedSearchAttributes([
      { key: attributes.webhookId, value: task.subscriptionId },
      { key: attributes.eventType, value: task.eventType },
      { key: attributes.accountId, value: task.accountId },
      { key: attributes.deliveryState, value: state },
      ...(url === null ? [] : [{ key: attributes.targetHost, value: new URL(url).host }]),
    ]),
  };
  try {
    const { eagerlyStarted } = await client.workflow.start(actor.workflowType, options);
    return eagerlyStarted ? 'here' : 'elsewhere';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'before';
    throw error;
  }
}
