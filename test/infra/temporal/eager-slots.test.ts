import { expect, it } from 'vitest';
import { createEagerSlots } from '../../../infra/temporal/eager-slots.ts';

const reservation = (isSticky: boolean) => ({
  slotType: 'workflow' as const,
  taskQueue: 'deliveries',
  workerIdentity: 'test',
  workerBuildId: 'test',
  isSticky,
});
const neverAborted = new AbortController().signal;

it('a task that comes with a start has a slot while there is one, and again once it is released', () => {
  const slots = createEagerSlots(2);
  const permits = [1, 2].map(() => slots.tryReserveSlot(reservation(false)));
  expect(slots.tryReserveSlot(reservation(false))).toBeNull();
  slots.releaseSlot({ permit: permits[0]! });
  expect(slots.tryReserveSlot(reservation(false))).not.toBeNull();
});

it('a poller of workflows in memory has a slot that takes none from others', async () => {
  const slots = createEagerSlots(1);
  slots.releaseSlot({ permit: await slots.reserveSlot(reservation(true), neverAborted) });
  await slots.reserveSlot(reservation(true), neverAborted);
  expect(slots.tryReserveSlot(reservation(false))).not.toBeNull();
});

it('a poller of the task queue waits until it is told to stop', async () => {
  const stopping = new AbortController();
  const waiting = createEagerSlots(1).reserveSlot(reservation(false), stopping.signal);
  const reason = new Error('the worker stops');
  stopping.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});
