/**
 * Batches, seen from the receiver. Deterministic: every event is in exactly one batch, whatever dies. Not
 * deterministic: which events are together where they come from several partitions, and how many batches the time ends.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import {
  call,
  eventsOf,
  type Platform,
  product,
  startPlatform,
  subscribe,
  unique,
  unsubscribe,
} from './customer.ts';
import { killAndAwaitNext } from './kill-and-await-next.ts';

let receiver: CustomerReceiver;
let platform: Platform;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
  platform = await startPlatform();
});
afterAll(async () => {
  await platform.stop();
  await receiver.stop();
});

interface Batch {
  readonly event: string;
  readonly timestamp: string;
  readonly webhook_id: string;
  readonly delivery_id: string;
  readonly data: {
    readonly event: string;
    readonly count: number;
    readonly flushed_by: string;
    readonly events: readonly { readonly id: string; readonly event: string; readonly data: object }[];
  };
}
interface Shown {
  readonly id: string;
  readonly status: string;
  readonly batched_events: number | null;
  readonly events: readonly { readonly event_id: string }[];
}

const typeOf = (prefix: string): string => unique(prefix).replaceAll('_', '.');
const batching = (type: string, size: number, timeoutSeconds: number, more: object = {}) =>
  subscribe({
    url: receiver.url,
    events: [type],
    aggregation: { batch_size: size, batch_timeout: timeoutSeconds },
    ...more,
  });
/** On one partition, so that they come in one order. */
const publishInOrder = (events: readonly object[], partition = 0) =>
  platform.publishRaw(events.map((event) => ({ value: JSON.stringify(event), partition })));
const requestsTo = (id: string) =>
  receiver.deliveries.filter(({ headers }) => headers['x-broxi-webhook'] === id);
const batchesTo = (id: string): Batch[] => requestsTo(id).map(({ rawBody }) => JSON.parse(rawBody) as Batch);
const countsOf = (id: string) => batchesTo(id).map(({ data }) => [data.count, data.flushed_by]);
const eventIdsTo = (id: string): string[] =>
  batchesTo(id).flatMap(({ data }) => data.events.map((event) => event.id));
const flush = (id: string) =>
  call<{ batches: number; events: number }>('POST', `/v1/subscriptions/${id}/flush`);
/** Flushes until so many events have arrived in all: the router may not have come to them before. */
const flushUntilArrived = (id: string, count: number) =>
  expect
    .poll(() => flush(id).then(() => eventIdsTo(id)), { timeout: 60_000, interval: 250 })
    .toHaveLength(count);
const deliveriesOf = async (id: string, query = ''): Promise<readonly Shown[]> =>
  (await call<{ data: Shown[] }>('GET', `/v1/deliveries?subscription_id=${id}${query}`)).body.data;

describe('an event that a producer has written twice', () => {
  it('is in one batch once, while the batch is collected and after it has gone out', async () => {
    const type = typeOf('batch.twice');
    const { id } = await batching(type, 100, 3_600);
    const events = eventsOf(type, 4);
    await publishInOrder([...events, ...events.slice(1)]);
    await flushUntilArrived(id, 4);
    await publishInOrder([...events, ...eventsOf(type, 5).slice(4)]);
    await flushUntilArrived(id, 5);
    expect(new Set(eventIdsTo(id)).size).toBe(5);
  });
});

describe('25 events of a subscription with batches of 10', () => {
  const TIMEOUT_MS = 3_000;

  it('arrive as 10, 10 and, when the time is over, 5', async () => {
    const type = typeOf('batch.size');
    const { id } = await batching(type, 10, TIMEOUT_MS / 1_000);
    const publishedAtMs = Date.now();
    await publishInOrder(eventsOf(type, 25));
    await expect.poll(() => countsOf(id), { timeout: 30_000 }).toHaveLength(3);
    const last = requestsTo(id).find(({ rawBody }) => rawBody.includes('"flushed_by":"timeout"'));
    expect(last!.receivedAtMs - publishedAtMs).toBeGreaterThanOrEqual(TIMEOUT_MS);
    expect(countsOf(id).sort()).toEqual([
      [10, 'size'],
      [10, 'size'],
      [5, 'timeout'],
    ]);
    expect(eventIdsTo(id).sort()).toEqual(
      eventsOf(type, 25)
        .map((event) => event.id)
        .sort(),
    );
    const [batch] = batchesTo(id);
    expect(Object.keys(batch!)).toEqual(['event', 'timestamp', 'webhook_id', 'delivery_id', 'data']);
    expect(Object.keys(batch!.data)).toEqual(['event', 'count', 'flushed_by', 'events']);
    expect(Object.keys(batch!.data.events[0]!)).toEqual(['id', 'event', 'timestamp', 'data']);
    expect(batch).toMatchObject({ event: 'batch', webhook_id: id, data: { event: type } });
    expect(requestsTo(id)[0]!.headers).toMatchObject({ 'x-broxi-event': 'batch' });
    await unsubscribe(id);
  });
});

describe('a batch that has ended', () => {
  it('begins again when it is retried, with the same bytes under the same id', async () => {
    const type = typeOf('batch.again');
    let status = 404;
    receiver.statusFor = ({ headers }) => (headers['x-broxi-webhook'] === id ? status : 200);
    const { id } = await batching(type, 5, 3_600);
    await publishInOrder(eventsOf(type, 5));
    const shown = () => deliveriesOf(id).then((all) => all.map((one) => one.status));
    await expect.poll(shown, { timeout: 30_000 }).toEqual(['exhausted']);
    status = 200;
    const [ended] = await deliveriesOf(id);
    const retried = await call('POST', `/v1/deliveries/${ended!.id}/retry`);
    expect(retried.status).toBe(202);
    await expect.poll(shown, { timeout: 30_000 }).toEqual(['succeeded']);
    const requests = requestsTo(id);
    expect(requests.map(({ headers }) => headers['x-broxi-attempt'])).toEqual(['1', '2']);
    expect(new Set(requests.map(({ rawBody }) => rawBody)).size).toBe(1);
    receiver.statusFor = () => 200;
    await unsubscribe(id);
  });
});

describe('a flush by hand', () => {
  it('sends what was collected, and the delivery tells what is in it', async () => {
    const type = typeOf('batch.manual');
    const { id } = await batching(type, 100, 3_600);
    await publishInOrder(eventsOf(type, 7));
    await flushUntilArrived(id, 7);
    expect(batchesTo(id).every(({ data }) => data.flushed_by === 'manual')).toBe(true);
    const flushed = async () => (await flush(id)).body;
    await expect.poll(flushed, { timeout: 30_000 }).toEqual({ batches: 0, events: 0 });

    const ofEvent = () => deliveriesOf(id, `&event_id=${type}-6`);
    await expect.poll(async () => (await ofEvent()).map(({ status }) => status)).toEqual(['succeeded']);
    const [listed] = await ofEvent();
    const { body } = await call<Shown>('GET', `/v1/deliveries/${listed!.id}`);
    const batch = batchesTo(id).find((one) => one.delivery_id === listed!.id)!;
    expect(body.batched_events).toBe(batch.data.count);
    expect(body.events.map((event) => event.event_id)).toEqual(batch.data.events.map((event) => event.id));

    const explained = await call('POST', '/v1/explain', { event_id: `${type}-6`, subscription_id: id });
    expect(explained.body).toMatchObject({ reason: 'delivered', matched: true });
    // What went out in other batches may be told later.
    const stats = async () => (await call('GET', `/v1/subscriptions/${id}/stats`)).body;
    await expect.poll(stats).toMatchObject({ total_deliveries: batchesTo(id).length });
    await unsubscribe(id);
  });

  it('is refused for a subscription that is not there', async () => {
    expect((await flush('wh_unknownunknown')).status).toBe(404);
  });
});

describe('what is collected when its subscription changes', () => {
  /** Seven events in an open batch that nothing but a change will flush. */
  async function collecting(prefix: string): Promise<{ id: string; type: string }> {
    const type = typeOf(prefix);
    const { id } = await batching(type, 1_000, 3_600);
    await publishInOrder(eventsOf(type, 7));
    const explained = () =>
      call('POST', '/v1/explain', { event_id: `${type}-6`, subscription_id: id }).then(({ body }) => body);
    await expect.poll(explained, { timeout: 30_000 }).toMatchObject({ reason: 'collecting' });
    await collected(id);
    return { id, type };
  }
  /** Until Temporal's list has the actor. */
  const collected = (id: string) =>
    expect
      .poll(
        async () => {
          const query = encodeURIComponent(`WorkflowType = 'batch' AND WebhookId = '${id}'`);
          const list = await fetch(
            `${product().temporalUiUrl}/api/v1/namespaces/default/workflows?query=${query}`,
          );
          return ((await list.json()) as { executions?: unknown[] }).executions?.length ?? 0;
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0);
  const statuses = async (id: string) => (await deliveriesOf(id)).map(({ status }) => status);

  it('is flushed by a pause, held, and sent by the resume', async () => {
    const { id } = await collecting('batch.paused');
    await call('POST', `/v1/subscriptions/${id}/pause`);
    await expect.poll(() => statuses(id), { timeout: 30_000 }).toEqual(['held']);
    expect(requestsTo(id)).toEqual([]);
    await call('POST', `/v1/subscriptions/${id}/resume`);
    await expect.poll(() => countsOf(id), { timeout: 30_000 }).toEqual([[7, 'manual']]);
    await unsubscribe(id);
  });

  it('is sent when there are to be no more batches, and what comes next goes alone', async () => {
    const { id, type } = await collecting('batch.ended');
    await call('PATCH', `/v1/subscriptions/${id}`, { aggregation: null });
    await expect.poll(() => countsOf(id), { timeout: 30_000 }).toEqual([[7, 'manual']]);
    await platform.publish(eventsOf(type, 1, 7));
    await expect.poll(() => requestsTo(id).length, { timeout: 30_000 }).toBe(2);
    expect(JSON.parse(requestsTo(id)[1]!.rawBody)).toMatchObject({ event: type, data: { index: 7 } });
    await unsubscribe(id);
  });

  it('is dropped, with a record, when the subscription is disabled', async () => {
    const { id } = await collecting('batch.disabled');
    await call('PATCH', `/v1/subscriptions/${id}`, { active: false });
    await expect.poll(() => statuses(id), { timeout: 30_000 }).toEqual(['cancelled']);
    expect(requestsTo(id)).toEqual([]);
    await unsubscribe(id);
  });

  it('is dropped, with a record, when the subscription is deleted', async () => {
    const { id } = await collecting('batch.deleted');
    await unsubscribe(id);
    await expect.poll(() => statuses(id), { timeout: 30_000 }).toEqual(['cancelled']);
    expect(requestsTo(id)).toEqual([]);
  });
});

describe('filters and routes', () => {
  it('are asked for each event, before it is collected', async () => {
    const type = typeOf('batch.routes');
    const aside = `${receiver.url}/aside`;
    const { id } = await batching(type, 3, 3_600, {
      conditions: { index: { less_than: 8 } },
      routes: [{ when: { conditions: { index: { greater_or_equal: 4 } } }, url: aside }],
    });
    await publishInOrder(eventsOf(type, 12));
    await flushUntilArrived(id, 8);
    const indexes = batchesTo(id).map(({ data }) =>
      data.events.map((event) => (event.data as { index: number }).index),
    );
    expect(indexes.sort()).toEqual([[0, 1, 2], [3], [4, 5, 6], [7]]);
    await unsubscribe(id);
  });
});

describe('however many events come', () => {
  const SUBSCRIPTIONS = 10;
  const EVENTS = 1_000;

  it('each is in exactly one batch of each subscription although router, worker and Temporal are killed', async () => {
    const type = typeOf('batch.crash');
    const ids = await Promise.all(
      Array.from({ length: SUBSCRIPTIONS }, (_, index) => batching(type, 10 + index, 2)),
    ).then((made) => made.map(({ id }) => id));
    const published = eventsOf(type, EVENTS);
    const killed = ['router', 'worker', 'temporal'];
    const share = EVENTS / (killed.length + 1);
    for (const [round, part] of killed.entries()) {
      await platform.publish(published.slice(Math.floor(round * share), Math.floor((round + 1) * share)));
      const before = arrivedOf(ids);
      await expect.poll(() => arrivedOf(ids), { timeout: 60_000 }).toBeGreaterThan(before);
      await killAndAwaitNext(part);
    }
    await platform.publish(published.slice(Math.floor(killed.length * share)));
    await expect.poll(() => arrivedOf(ids), { timeout: 300_000, interval: 500 }).toBe(EVENTS * SUBSCRIPTIONS);
    const owed = published.map((event) => event.id).sort();
    for (const id of ids) {
      // A worker that dies with a request on the wire sends that same batch again: it is one delivery.
      expect([...deliveredTo(id).values()].flat().sort()).toEqual(owed);
    }
    await Promise.all(ids.map(unsubscribe));
  }, 420_000);

  it('one actor takes all of them in many runs, and its history stays short', async () => {
    const type = typeOf('batch.long');
    const { id } = await batching(type, 500, 5);
    const total = 8_000;
    const chunk = 500;
    for (let start = 0; start < total; start += chunk) {
      const events = eventsOf(type, chunk, start).map((event) => ({
        ...event,
        // What does not compress, so that it fills the history.
        data: { ...event.data, noise: randomBytes(600).toString('base64') },
      }));
      await publishInOrder(events, (start / chunk) % 6);
    }
    await expect.poll(() => arrivedOf([id]), { timeout: 300_000, interval: 500 }).toBe(total);
    expect(new Set(eventIdsTo(id)).size).toBe(total);
    // Temporal lists a run a while after it has ended.
    const runs = () => runsOf(`batch:${id}:${type}`);
    await expect.poll(async () => (await runs()).length, { timeout: 30_000 }).toBeGreaterThan(1);
    const endedRuns = async () =>
      (await runs()).flatMap(({ historyLength }) =>
        historyLength === undefined ? [] : [Number(historyLength)],
      );
    await expect.poll(async () => (await endedRuns()).length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(Math.max(...(await endedRuns()))).toBeLessThan(10_000);
    await unsubscribe(id);
  }, 420_000);

  /** By delivery: another attempt of one brings nothing new. */
  const deliveredTo = (id: string): ReadonlyMap<string, readonly string[]> =>
    new Map(
      batchesTo(id).map(({ delivery_id, data }) => [delivery_id, data.events.map((event) => event.id)]),
    );
  const arrivedOf = (ids: readonly string[]): number =>
    ids.reduce((sum, id) => sum + [...deliveredTo(id).values()].flat().length, 0);

  interface Run {
    /** Absent while it runs. */
    readonly historyLength?: string;
  }
  const runsOf = async (workflowId: string): Promise<readonly Run[]> => {
    const query = encodeURIComponent(`WorkflowId = '${workflowId}'`);
    const list = await fetch(`${product().temporalUiUrl}/api/v1/namespaces/default/workflows?query=${query}`);
    return ((await list.json()) as { executions?: Run[] }).executions ?? [];
  };
});
