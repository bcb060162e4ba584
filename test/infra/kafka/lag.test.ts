import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { measureLag } from '../../../infra/kafka/lag.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it.each([
  ['refuses', () => Promise.reject(new Error('away'))],
  ['never answers', () => new Promise<never>(() => undefined)],
])('metrics are answered, and tell no lag, while Kafka %s', async (_, ask) => {
  const registry = new Registry();
  measureLag(registry, { ask, close: () => Promise.resolve() }, [{ groupId: 'readers', topics: ['read'] }]);
  const scraped = registry.metrics();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await scraped).toContain('webhooks_consumer_lag_records{group="readers"} Nan');
});
