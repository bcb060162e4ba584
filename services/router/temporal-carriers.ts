/** Starts the workflows that carry deliveries, and holds back while the workers do not keep up. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { targetOf } from '../../domain/deliver/target.ts';
import type { SubscriptionDirectory } from '../../domain/subscription/directory.ts';
import { isLive } from '../../domain/subscription/subscription.ts';
import { startDelivery } from '../../infra/temporal/delivery-start.ts';
import type { Backlog } from '../../infra/temporal/backlog.ts';
import { startGroup } from '../../infra/temporal/group-start.ts';
import { untilEnded } from '../../infra/temporal/until-ended.ts';
import type { DeliveryTask } from '../../schemas/delivery.ts';
import { DELIVERY_ACTOR, GROUP_ACTOR } from '../../workflows/messages.ts';
import type { FirstAttempts } from './first-attempts.ts';
import type { Carriers } from './hand-over.ts';

/** `next` is a decimal text: an offset may exceed 2^53. */
type GroupMemo = Readonly<Record<'next', string>>;

export const createTemporalCarriers = (
  client: Client,
  directory: SubscriptionDirectory,
  backlog: Backlog,
  firstAttempts: FirstAttempts,
): Carriers => ({
  async startDelivery(task) {
    await startDelivery(client, DELIVERY_ACTOR, { task, url: urlOf(directory, task), state: 'pending' });
  },
  mayBegin({ subscriptionId }) {
    const subscription = directory.get(subscriptionId);
    // A rate is kept by one process alone.
    const isFree = isLive(subscription) && subscription.settings.rate_limit === null;
    return isFree && firstAttempts.hasRoom(subscriptionId);
  },
  beginDelivery: (task) => firstAttempts.begin({ task, url: urlOf(directory, task) }),
  isUnderWay: ({ deliveryId }) => firstAttempts.isUnderWay(deliveryId),
  async startGroup(group, nextOffset) {
    const memo: GroupMemo = { next: String(nextOffset) };
    const there = await startGroup(client, GROUP_ACTOR, group, memo);
    return there === null ? nextOffset : BigInt((there as GroupMemo).next);
  },
  groupEnded: (groupId) => untilEnded(client, groupId),
  async nextOffsetOf(groupId) {
    const group = await whereItIs(() => client.workflow.getHandle(groupId).describe());
    return group === null ? null : BigInt((group.memo as unknown as GroupMemo).next);
  },
  async hasDelivery(id) {
    return (await whereItIs(() => client.workflow.getHandle(id).describe())) !== null;
  },
  room: (signal) => backlog.room(signal),
});

/** What operators search by. A subscription that was deleted meanwhile has no target. */
function urlOf(directory: SubscriptionDirectory, task: DeliveryTask): string | null {
  const subscription = directory.get(task.subscriptionId);
  return isLive(subscription) ? targetOf(subscription.settings, task, task.body) : null;
}

async function whereItIs<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
