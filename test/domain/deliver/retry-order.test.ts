import { describe, expect, it } from 'vitest';
import { retryOrder } from '../../../domain/deliver/retry-order.ts';
import { DeliveryStatus } from '../../../schemas/delivery.ts';

const stepOf = (status: DeliveryStatus, force = false) => retryOrder(status, 'active', force).step;

describe('a delivery that somebody wants tried now', () => {
  it.each(['pending', 'retrying', 'held'] as const)('waits no longer while it is %s', (status) => {
    expect(stepOf(status)).toBe('hurry');
  });

  it.each(['exhausted', 'cancelled', 'blocked'] as const)('begins again when it is %s', (status) => {
    expect(stepOf(status)).toBe('restart');
  });

  it('is let be when it has succeeded, but for force', () => {
    expect(retryOrder('succeeded', 'active', false)).toEqual({
      step: 'refuse',
      refusal: { code: 'succeeded' },
    });
    expect(stepOf('succeeded', true)).toBe('restart');
  });

  it.each(['paused', 'disabled', 'deleted'] as const)(
    'is refused while its subscription is %s, wherever it stands',
    (state) => {
      for (const status of DeliveryStatus.options) {
        expect(retryOrder(status, state, true)).toEqual({
          step: 'refuse',
          refusal: { code: 'not_active', state },
        });
      }
    },
  );
});
