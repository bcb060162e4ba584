import type { ActivitySlotInfo, SlotReserveContext } from '@temporalio/worker';
import { beforeEach, expect, it } from 'vitest';
import { createWorkSlots } from '../../../infra/temporal/work-slots.ts';

const context = {} as SlotReserveContext;
let isFull: boolean;
let slots: ReturnType<typeof createWorkSlots>;
beforeEach(() => {
  isFull = false;
  slots = createWorkSlots({ most: 2, isFull: () => isFull });
});
const never = new AbortController().signal;
const reserve = (signal = never) => slots.reserveSlot(context, signal);

it('gives so many slots and no more until one is given back', async () => {
  const [permit] = await Promise.all([reserve(), reserve()]);
  expect(slots.tryReserveSlot(context)).toBeNull();
  slots.releaseSlot({ permit });
  expect(slots.tryReserveSlot(context)).not.toBeNull();
});

it('gives none while nothing further is wanted', async () => {
  isFull = true;
  expect(slots.tryReserveSlot(context)).toBeNull();
  const waiting = reserve();
  isFull = false;
  await expect(waiting).resolves.toBeDefined();
});

it('ends a wait that nobody needs any more with the reason that it was given', async () => {
  isFull = true;
  const stopping = new AbortController();
  const waiting = reserve(stopping.signal);
  const reason = new Error('the worker stops');
  stopping.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  isFull = false;
  expect([slots.tryReserveSlot(context), slots.tryReserveSlot(context)]).not.toContain(null);
});

it('tells how many tasks are being worked on, without the slots of pollers that wait', async () => {
  const slotInfo = {} as ActivitySlotInfo;
  const [permit, ofPoller] = await Promise.all([reserve(), reserve()]);
  expect(slots.inHand()).toBe(0);
  slots.markSlotUsed({ permit, slotInfo });
  expect(slots.inHand()).toBe(1);
  slots.releaseSlot({ permit: ofPoller });
  slots.releaseSlot({ permit, slotInfo });
  expect(slots.inHand()).toBe(0);
});
