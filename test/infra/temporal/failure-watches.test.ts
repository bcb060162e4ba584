import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createFailureWatches, watchingFailures } from '../../../infra/temporal/failure-watches.ts';
import type { SubscriptionId } from '../../../schemas/ids.ts';
import { FAILURE_WATCH } from '../../../workflows/messages.ts';
import { attempted, factsOf, scheduled } from '../../domain/record/delivery-history.ts';

const ID = 'wh_00000000000000000001' as SubscriptionId;

/** Watches whose starts are kept instead of being made; Temporal may be away. */
function watchesAt(clock: { nowMs: number }) {
  const started: string[] = [];
  const temporal = { isAway: false };
  const start = (_type: string, { workflowId }: { workflowId: string }) => {
    if (temporal.isAway) return Promise.reject(new Error('unavailable'));
    started.push(workflowId);
    return Promise.resolve();
  };
  const client = { workflow: { start, signalWithStart: start } } as unknown as Client;
  const watches = createFailureWatches(client, FAILURE_WATCH, pino({ level: 'silent' }), () => clock.nowMs);
  return { watches, started, temporal };
}

describe('the watch of a failing subscription', () => {
  it('is started once, however often it fails', async () => {
    const { watches, started } = watchesAt({ nowMs: 0 });
    for (let i = 0; i < 100; i++) await watches.failed(ID);
    expect(started).toEqual([`failing:${ID}`]);
  });

  it('is started again after ten minutes, in case it has ended', async () => {
    const clock = { nowMs: 0 };
    const { watches, started } = watchesAt(clock);
    await watches.failed(ID);
    clock.nowMs = 600_000;
    await watches.failed(ID);
    expect(started).toHaveLength(2);
  });

  it('is started by the next failure where Temporal was away', async () => {
    const { watches, started, temporal } = watchesAt({ nowMs: 0 });
    temporal.isAway = true;
    await watches.failed(ID);
    temporal.isAway = false;
    await watches.failed(ID);
    expect(started).toHaveLength(1);
  });
});

it('a subscription is watched when a delivery of it was given up, once per append', async () => {
  const watched: string[] = [];
  const appended: unknown[] = [];
  const log = watchingFailures(
    {
      appendDeliveryEvents: (events) => Promise.resolve(void appended.push(...events)),
      appendSubscriptionEvents: () => Promise.resolve(),
    },
    { failed: (id) => Promise.resolve(void watched.push(id)) },
  );
  const events = [
    scheduled(0, 0),
    attempted(0, 1, 1, 'succeed'),
    attempted(1, 1, 1, 'retry'),
    attempted(2, 1, 1, 'exhaust'),
    attempted(5, 1, 1, 'block'),
  ];
  await log.appendDeliveryEvents(events);
  expect(appended).toEqual(events);
  // Deliveries 2 and 5 are of one subscription.
  expect(watched).toEqual([factsOf(2).subscription_id]);
});

it('a subscription is watched when a delivery of it has failed again, however many retries it has left', async () => {
  const watched: string[] = [];
  const log = watchingFailures(
    {
      appendDeliveryEvents: () => Promise.resolve(),
      appendSubscriptionEvents: () => Promise.resolve(),
    },
    { failed: (id) => Promise.resolve(void watched.push(id)) },
  );
  await log.appendDeliveryEvents([attempted(1, 1, 1, 'retry')]);
  expect(watched).toEqual([]);
  await log.appendDeliveryEvents([attempted(1, 2, 2, 'retry')]);
  expect(watched).toEqual([factsOf(1).subscription_id]);
});
