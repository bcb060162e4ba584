import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthOf } from '../../../domain/record/health.ts';

describe('the health of a subscription', () => {
  it('has no data before a delivery has ended', () => {
    expect(healthOf(0, 0)).toEqual({ status: 'no_data', successRate: 0 });
  });

  it('is degraded at exactly 95 percent and healthy above', () => {
    expect(healthOf(95, 5)).toEqual({ status: 'degraded', successRate: 95 });
    expect(healthOf(96, 4)).toEqual({ status: 'healthy', successRate: 96 });
  });

  it('is judged without rounding errors: 19 of 20 is 95 percent, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000_000 }), (n) => {
        expect(healthOf(19 * n, n).status).toBe('degraded');
        expect(healthOf(19 * n + 1, n).status).toBe('healthy');
      }),
    );
  });
});
