/**
 * Many deliveries in one workflow, for a workflow costs the same whatever is in it. All that there is to do is
 * one activity, which the server starts again for what rides on: the Temporal UI shows how many wait, for what and
 * until when. Who asks something of one of them ends the waiting: the activity begins anew, and asks the log where
 * each delivery stands.
 */
import { CancellationScope, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { GroupOrder, PackedGroup } from '../schemas/delivery.ts';
import { GROUP_ACTOR, WORK_QUEUE } from './messages.ts';

const { deliverGroup } = proxyActivities<Activities>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '10 minutes',
  // Tells early that a worker died with requests on the wire.
  heartbeatTimeout: '20 seconds',
  // For a worker that died; what rides on names its own delay.
  retry: { initialInterval: '1 second', backoffCoefficient: 1 },
});

/** Ends when no delivery of the group is left to it. */
export async function deliveryGroup(group: PackedGroup): Promise<void> {
  const asked: GroupOrder[] = [];
  setHandler(GROUP_ACTOR.orderSignal, (order) => void asked.push(order));
  let orders: readonly GroupOrder[] = [];
  for (;;) {
    const scope = new CancellationScope();
    const given = orders;
    const delivering = scope.run(() => deliverGroup(group, given));
    await Promise.race([delivering.catch(() => undefined), condition(() => asked.length > 0)]);
    if (asked.length === 0) return delivering;
    // With those of before: the log does not tell yet what became of all of them.
    orders = [...orders, ...asked.splice(0)];
    // Attempts that are on the wire end first, and count.
    scope.cancel();
    const isDone = await delivering.then(
      () => true,
      () => false,
    );
    if (isDone) return;
  }
}
