/**
 * How many tasks a worker takes at once: a fixed number, and none while what it has taken waits for its turn. What it
 * does not take waits in Temporal, where it costs no memory, other workers see it, and whoever fills the queue looks.
 */
import type { ActivitySlotInfo, CustomSlotSupplier } from '@temporalio/worker';
import { setTimeout as delay } from 'node:timers/promises';

export interface WorkSlotsOptions {
  /** Tasks at once, those included that pollers wait for. */
  readonly most: number;
  /** True while no further task is wanted. Asked often. */
  readonly isFull: () => boolean;
}

/** How soon a poller that had to wait looks again. */
const LOOK_AGAIN_MS = 20;

export interface WorkSlots extends CustomSlotSupplier<ActivitySlotInfo> {
  /** Tasks that are being worked on. */
  inHand(): number;
}

/** Slots for the activities of one worker. */
export function createWorkSlots({ most, isFull }: WorkSlotsOptions): WorkSlots {
  let taken = 0;
  let used = 0;
  const take = (): object | null => {
    if (taken >= most || isFull()) return null;
    taken += 1;
    return {};
  };
  return {
    type: 'custom',
    async reserveSlot(_context, signal) {
      for (;;) {
        // The SDK wants the very reason back.
        signal.throwIfAborted();
        const permit = take();
        if (permit !== null) return permit;
        await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    },
    tryReserveSlot: take,
    markSlotUsed() {
      used += 1;
    },
    releaseSlot({ slotInfo }) {
      taken -= 1;
      if (slotInfo !== undefined) used -= 1;
    },
    inHand: () => used,
  };
}
