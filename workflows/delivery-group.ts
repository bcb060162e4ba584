/**
 * Many deliveries in one workflow, for a workflow costs the same whatever is in it. All that there is to do is
 * one activity, which the server starts again for what rides on: the Temporal UI shows how many wait, for what and
 * until when. Who asks something of one of them ends the waiting: the activity begins anew with what is known of each
 * delivery, and asks the log for the rest.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { knownAfter } from '../domain/deliver/riding.ts';
import type { GroupOrder, GroupProgress, GroupSignal, PackedGroup } from '../schemas/delivery.ts';
import { GROUP_ACTOR, WORK_QUEUE } from './messages.ts';

const LIMITS = {
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '10 minutes',
  // Tells early that a worker died with requests on the wire.
  heartbeatTimeout: '20 seconds',
  // For a worker that died; what rides on names its own delay.
  retry: { initialInterval: '1 second', backoffCoefficient: 1 },
} as const;
// Said explicitly: without it an activity that is cancelled counts as ended at once, and the next one, perhaps of another
// worker, would send again what is on the wire.
const { deliverGroup } = proxyActivities<Activities>({
  ...LIMITS,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});
// As it was: histories of groups that were started before know of no such wait.
const { deliverGroup: deliverGroupUnawaited } = proxyActivities<Activities>(LIMITS);

/** What one run leaves to the next; the first one is given nothing in it. */
interface Carried {
  readonly orders: readonly GroupOrder[];
  readonly known: GroupProgress | null;
}

const NOTHING: Carried = { orders: [], known: null };

/** Ends when no delivery of the group is left to it. `carried` is absent in groups that older code has started. */
export async function deliveryGroup(group: PackedGroup, carried?: Carried): Promise<void> {
  const deliver = carried === undefined ? deliverGroupUnawaited : deliverGroup;
  const asked: GroupSignal[] = [];
  setHandler(GROUP_ACTOR.orderSignal, (signal) => void asked.push(signal));
  let { orders, known } = carried ?? NOTHING;
  const take = (): readonly GroupSignal[] => {
    const taken = asked.splice(0);
    // With those of before: the log does not tell yet what became of all of them.
    orders = [...orders, ...taken.map(({ deliveryId, do: asksFor }) => ({ deliveryId, do: asksFor }))];
    return taken;
  };
  for (;;) {
    const scope = new CancellationScope();
    const given = { orders, known };
    const delivering = scope.run(() => deliver(group, given.orders, given.known));
    await Promise.race([delivering.catch(() => undefined), condition(() => asked.length > 0)]);
    if (asked.length === 0) return delivering;
    const taken = take();
    // Attempts that are on the wire end first, and count.
    scope.cancel();
    const ended = await delivering.then(() => 'done' as const, toldBy);
    if (ended === 'done') return;
    known = knownAfter(ended, [known, ...taken.map((signal) => signal.known)]);
    // Each order has the whole group put into the history once more.
    if (workflowInfo().continueAsNewSuggested && patched('group-begins-anew')) {
      take();
      const { memo } = workflowInfo();
      await makeContinueAsNewFunc<typeof deliveryGroup>(memo === undefined ? {} : { memo })(group, {
        orders,
        known,
      });
    }
  }
}

/** What the activity told with its end. It tells nothing where it was waiting, for then it did not run. */
const toldBy = (error: unknown): GroupProgress | null =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
    ? ((error.cause.details?.[0] as GroupProgress | undefined) ?? null)
    : null;
