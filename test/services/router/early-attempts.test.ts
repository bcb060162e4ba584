import { expect, it } from 'vitest';
import type { AttemptEnd } from '../../../domain/deliver/attempt-end.ts';
import type { DeliveryTask } from '../../../schemas/delivery.ts';
import { createEarlyAttempts } from '../../../services/router/early-attempts.ts';

const taskOf = (deliveryId: string): DeliveryTask => ({ deliveryId }) as DeliveryTask;
const A = taskOf('del_a');

/** Attempts that end when they are told to, and what was asked of whoever makes them. */
function attempts() {
  const made: { readonly asked: unknown[]; end(end: AttemptEnd): void; fail(error: Error): void }[] = [];
  const early = createEarlyAttempts(
    (task, number, begunMs) =>
      new Promise((end, fail) => {
        made.push({ asked: [task.deliveryId, number, begunMs], end, fail });
      }),
  );
  return { made, early };
}

it('a workflow is given the attempt that was begun for it, though that has ended', async () => {
  const { made, early } = attempts();
  early.begin(A);
  made[0]!.end({ step: 'succeed' });
  await early.ended();
  expect(await early.attemptDelivery(A, 1, null)).toEqual({ step: 'succeed' });
  expect(made.map(({ asked }) => asked)).toEqual([['del_a', 1, undefined]]);
});

it('a workflow is told how the attempt failed that was begun for it', async () => {
  const { made, early } = attempts();
  early.begin(A);
  made[0]!.fail(new Error('cut off'));
  await early.ended();
  await expect(early.attemptDelivery(A, 1, null)).rejects.toThrow('cut off');
});

it('a workflow that asks again, or for which none was begun, has one made', async () => {
  const { made, early } = attempts();
  early.begin(A);
  const asked = [early.attemptDelivery(A, 1, 5), early.attemptDelivery(A, 1, 5)];
  void early.attemptDelivery(taskOf('del_b'), 1, null);
  made[0]!.end({ step: 'succeed' });
  made[1]!.end({ step: 'block' });
  expect(await Promise.all(asked)).toEqual([{ step: 'succeed' }, { step: 'block' }]);
  expect(made.map(({ asked }) => asked)).toEqual([
    ['del_a', 1, undefined],
    ['del_a', 1, 5],
    ['del_b', 1, null],
  ]);
});

it('has ended once everything has that nobody has asked for', async () => {
  const { made, early } = attempts();
  let hasEnded = false;
  early.begin(A);
  early.begin(taskOf('del_b'));
  const ended = early.ended().then(() => void (hasEnded = true));
  made[0]!.end({ step: 'succeed' });
  await new Promise(setImmediate);
  expect(hasEnded).toBe(false);
  made[1]!.fail(new Error('cut off'));
  await ended;
});
