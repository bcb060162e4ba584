import { describe, expect, it } from 'vitest';
import { explainDelivery, type KnownDelivery } from '../../../domain/record/explain-delivery.ts';
import type { DeliveryStatus } from '../../../schemas/delivery.ts';
import type { AccountId } from '../../../schemas/ids.ts';
import { changed, created, momentOf } from '../subscription/subscription-log.ts';

const wanted = created(1, {
  events: ['order.*'],
  filters: { shop: 'x' },
  conditions: { total: { greater_than: 10 } },
});
const event = {
  accountId: 'default' as AccountId,
  type: 'order.paid',
  data: { shop: 'x', total: 11 },
};
const withoutDelivery = { takenAtMs: momentOf(1), delivery: null };
const delivered = (status: DeliveryStatus, createdAt = 1, updatedAt = createdAt): KnownDelivery => ({
  status,
  createdAtMs: momentOf(createdAt),
  updatedAtMs: momentOf(updatedAt),
});

describe('an event that was not delivered', () => {
  it.each([
    ['type', { ...event, type: 'user.created', data: {} }],
    ['filter', { ...event, data: { shop: 'y', total: 1 } }],
    ['condition', { ...event, data: { shop: 'x', total: 10 } }],
    ['condition', { ...event, data: { shop: 'x' } }],
    ['not_yet', event],
  ])('is explained by the first thing that failed: %s', (reason, given) => {
    const { match, ...explained } = explainDelivery({ history: [wanted], event: given, ...withoutDelivery });
    expect(explained.reason).toBe(reason);
    expect(match?.matched).toBe(reason === 'not_yet');
  });

  it('is being collected where its subscription takes batches', () => {
    const batching = created(1, { aggregation: { batch_size: 10, batch_timeout: 30 } });
    const explained = explainDelivery({
      history: [batching],
      event: { ...event, type: 'a' },
      ...withoutDelivery,
    });
    expect(explained.reason).toBe('collecting');
  });

  it('is explained by its account alone where that is another', () => {
    const foreign = { ...event, accountId: 'acme' as AccountId };
    const { reason, match } = explainDelivery({ history: [wanted], event: foreign, ...withoutDelivery });
    expect(reason).toBe('account');
    expect(match?.checks.map(({ path }) => path)).toEqual(['account_id']);
  });

  it.each([
    ['not_created', momentOf(0)],
    ['not_yet', momentOf(1)],
    ['not_yet', momentOf(2)],
    ['disabled', momentOf(3)],
    ['deleted', momentOf(4)],
  ])('is judged by what the subscription was then: %s', (reason, takenAtMs) => {
    const history = [
      wanted,
      changed(2, { type: 'SubscriptionPaused' }),
      changed(3, { type: 'SubscriptionDisabled', reason: 'inactive' }),
      changed(4, { type: 'SubscriptionDeleted' }),
    ];
    expect(explainDelivery({ history, event, takenAtMs, delivery: null }).reason).toBe(reason);
  });

  it('is judged by the filters of then, not of now', () => {
    const history = [
      wanted,
      changed(2, { type: 'SubscriptionUpdated', changes: { filters: {} }, secret: null }),
    ];
    const given = { ...event, data: { shop: 'y', total: 11 } };
    const at = (version: number) =>
      explainDelivery({ history, event: given, takenAtMs: momentOf(version), delivery: null });
    expect(at(1)).toMatchObject({ reason: 'filter', subscription: { version: 1 } });
    expect(at(2)).toMatchObject({ reason: 'not_yet', subscription: { version: 2 } });
  });

  it('was a dead letter where no record of it is an event', () => {
    const explained = explainDelivery({ history: [wanted], event: null, ...withoutDelivery });
    expect(explained).toMatchObject({ reason: 'dead_letter', match: null });
  });
});

describe('an event with a delivery', () => {
  it.each([
    ['succeeded', 'delivered'],
    ['pending', 'pending'],
    ['retrying', 'retrying'],
    ['held', 'held'],
    ['exhausted', 'exhausted'],
    ['blocked', 'blocked'],
    ['cancelled', 'cancelled'],
  ] as const)('that is %s is %s', (status, reason) => {
    const facts = { history: [wanted], event, takenAtMs: momentOf(1), delivery: delivered(status) };
    expect(explainDelivery(facts).reason).toBe(reason);
  });

  it.each([
    ['held', 2, 'paused'],
    ['cancelled', 3, 'disabled'],
    ['cancelled', 4, 'deleted'],
  ] as const)('that was %s at version %i says what the subscription was by then', (status, at, reason) => {
    const history = [
      wanted,
      changed(2, { type: 'SubscriptionPaused' }),
      changed(3, { type: 'SubscriptionDisabled', reason: 'gone' }),
      changed(4, { type: 'SubscriptionDeleted' }),
    ];
    const facts = { history, event, takenAtMs: momentOf(1), delivery: delivered(status, 1, at) };
    expect(explainDelivery(facts)).toMatchObject({ reason, subscription: { status: 'active', version: 1 } });
  });

  it('was judged when the router handed it over, not when Kafka was given it', () => {
    const facts = { history: [wanted], event, takenAtMs: momentOf(0), delivery: delivered('succeeded') };
    expect(explainDelivery(facts)).toMatchObject({ judgedAtMs: momentOf(1), match: { matched: true } });
  });

  it('is explained without its conditions where Kafka does not keep the event any more', () => {
    const facts = {
      history: [wanted],
      event: null,
      takenAtMs: momentOf(9),
      delivery: delivered('exhausted'),
    };
    expect(explainDelivery(facts)).toMatchObject({ reason: 'exhausted', match: null });
  });
});

it('an event that no attempt was made of waits for its turn where its subscription is ordered', () => {
  const ordered = created(1, { ordered_by: 'user_id' });
  const explained = explainDelivery({
    history: [ordered],
    event: null,
    takenAtMs: momentOf(1),
    delivery: delivered('pending'),
  });
  expect(explained.reason).toBe('waiting');
});
