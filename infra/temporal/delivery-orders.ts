/** Reaches the workflow that carries a delivery: to make the next attempt now, or none any more. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { DeliveryTask, GroupOrder, GroupProgress, GroupSignal } from '../../schemas/delivery.ts';
import type { DeliveryId } from '../../schemas/ids.ts';
import { type DeliveryActor, startDelivery } from './delivery-start.ts';

/** What must be known of the workflows; `workflows/messages.ts` says it. */
export interface OrderAddress extends DeliveryActor {
  readonly retryActivity: string;
  readonly retryNowSignal: SignalDefinition<[attemptsMade: number]>;
  readonly cancelSignal: SignalDefinition<[]>;
  /** What is asked of a group that carries it together with others. */
  readonly groupOrderSignal: SignalDefinition<[GroupSignal]>;
  readonly groupActivity: string;
  /** True for the id of such a group. */
  readonly isGroup: (workflowId: string) => boolean;
}

export interface DeliveryOrders {
  /** Has the next attempt made now. False where no workflow carries the delivery. */
  retryNow(workflowId: string, id: DeliveryId): Promise<boolean>;
  /** Has no further attempt made. One that is on the wire ends, and counts. False where no workflow carries it. */
  cancel(workflowId: string, id: DeliveryId): Promise<boolean>;
  /**
   * Has a delivery that has ended begin again in a workflow of its own, after `attemptsMade` attempts. False where its
   * workflow runs.
   */
  restart(task: DeliveryTask, attemptsMade: number): Promise<boolean>;
}

/** Somebody waits for the answer. */
const PATIENCE_MS = 10_000;

/** All of them reject while Temporal is away, after `patienceMs` at the latest. */
export function createDeliveryOrders(
  client: Client,
  address: OrderAddress,
  patienceMs = PATIENCE_MS,
): DeliveryOrders {
  const { retryActivity, retryNowSignal, cancelSignal, groupOrderSignal, groupActivity, isGroup } = address;

  /** What an activity of a workflow tells of itself: only its heartbeat does. Undefined where it does not run. */
  const heartbeatOf = async <Progress>(
    workflowId: string,
    activity: string,
  ): Promise<Progress | undefined> => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const waiting = raw.pendingActivities?.find(({ activityType }) => activityType?.name === activity);
    const [progress] = await decodeArrayFromPayloads(
      client.options.loadedDataConverter,
      waiting?.heartbeatDetails?.payloads,
    );
    return progress as Progress | undefined;
  };

  /** How many attempts the activity that keeps the waits has made. 0 where it does not run. */
  const attemptsMade = async (workflowId: string): Promise<number> =>
    (await heartbeatOf<{ readonly attemptsMade: number }>(workflowId, retryActivity))?.attemptsMade ?? 0;

  const orderOfGroup = async (workflowId: string, order: GroupOrder): Promise<boolean> => {
    const known = await heartbeatOf<GroupProgress>(workflowId, groupActivity);
    const signal = known === undefined ? order : { ...order, known };
    await client.workflow.getHandle(workflowId).signal(groupOrderSignal, signal);
    return true;
  };

  const soon = <Result>(reach: () => Promise<Result>): Promise<Result> =>
    client.withDeadline(Date.now() + patienceMs, reach);
  const whereItRuns = (reach: () => Promise<boolean>): Promise<boolean> =>
    soon(reach).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    });

  return {
    retryNow: (workflowId, id) =>
      whereItRuns(async () => {
        if (isGroup(workflowId)) return orderOfGroup(workflowId, { deliveryId: id, do: 'retryNow' });
        // A delivery that is held is carried by none that would know of these signals.
        if (workflowId !== id) return false;
        const made = await attemptsMade(workflowId);
        await client.workflow.getHandle(workflowId).signal(retryNowSignal, made);
        return true;
      }),
    cancel: (workflowId, id) =>
      whereItRuns(async () => {
        if (isGroup(workflowId)) return orderOfGroup(workflowId, { deliveryId: id, do: 'cancel' });
        if (workflowId !== id) return false;
        await client.workflow.getHandle(workflowId).signal(cancelSignal);
        return true;
      }),
    async restart(task, attemptsMade) {
      const started = await soon(() =>
        startDelivery(client, address, {
          task,
          url: null,
          state: 'retrying',
          unfinished: { step: 'retry', number: attemptsMade, delayMs: 1, failure: 'to be tried again' },
          again: true,
        }),
      );
      return started !== 'before';
    },
  };
}
