/**
 * Workflow tasks of a worker that does only what was begun on its own connection: it takes the tasks that come with an
 * eager start, and those of the workflows that it has in memory by then, and leaves the task queue to others.
 */
import type { CustomSlotSupplier, SlotPermit, WorkflowSlotInfo } from '@temporalio/worker';
import { setTimeout as delay } from 'node:timers/promises';

/** The longest that a timer can wait. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** Slots for at most `most` tasks at once. */
export function createEagerSlots(most: number): CustomSlotSupplier<WorkflowSlotInfo> {
  const taken = new Set<SlotPermit>();
  return {
    type: 'custom',
    async reserveSlot({ isSticky }, signal) {
      // A poller has one all the while that it waits.
      if (isSticky) return {};
      return delay(FOR_EVER_MS, {}, { signal }).catch(() => {
        // The SDK wants the very reason back.
        throw signal.reason;
      });
    },
    tryReserveSlot() {
      if (taken.size >= most) return null;
      const permit = {};
      taken.add(permit);
      return permit;
    },
    markSlotUsed() {},
    releaseSlot({ permit }) {
      taken.delete(permit);
    },
  };
}
