import { beforeEach, expect, it } from 'vitest';
import { createDisableSubscription } from '../../activities/disable-subscription.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import type { AccountId, SubscriptionId } from '../../schemas/ids.ts';

const idOf = (index: number): SubscriptionId => `wh_${String(index).padStart(20, '0')}` as SubscriptionId;

let status: Subscription['status'];
/** To whom each command went, and what answers it. */
let sent: { readonly id: SubscriptionId; readonly answer: (answered: boolean) => void }[];
let disable: (id: SubscriptionId) => Promise<void>;
beforeEach(() => {
  status = 'active';
  sent = [];
  const disableSubscription = createDisableSubscription({
    get: () => ({ status }),
    sendCommand: (id) =>
      new Promise((resolve) => sent.push({ id, answer: (answered) => resolve({ answered }) })),
  });
  disable = (id) => disableSubscription('default' as AccountId, id, 'gone');
});

it('all who ask while a command is under way share it', async () => {
  const all = Promise.all(Array.from({ length: 256 }, () => disable(idOf(1))));
  expect(sent).toHaveLength(1);
  sent[0]!.answer(true);
  await all;
});

it('each subscription has a command of its own', () => {
  void disable(idOf(1));
  void disable(idOf(2));
  expect(sent.map(({ id }) => id)).toEqual([idOf(1), idOf(2)]);
});

it('a command that the actor did not answer fails, and is sent again', async () => {
  const first = disable(idOf(1));
  sent[0]!.answer(false);
  await expect(first).rejects.toThrow('did not answer');
  void disable(idOf(1));
  expect(sent).toHaveLength(2);
});

it.each(['disabled', 'deleted'] as const)('one that is %s already is sent none', async (already) => {
  status = already;
  await disable(idOf(1));
  expect(sent).toEqual([]);
});

it('one that is paused is sent one: it would be resumed to an endpoint that is gone', () => {
  status = 'paused';
  void disable(idOf(1));
  expect(sent).toHaveLength(1);
});
