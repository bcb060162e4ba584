/** What an operator sees of a failing delivery in Temporal: asked through the UI's own API. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, type Platform, product, startPlatform, subscribe, unique, unsubscribe } from './customer.ts';

interface Listed {
  readonly execution: { readonly workflowId: string };
  readonly status: string;
  readonly searchAttributes: { readonly indexedFields: Readonly<Record<string, { readonly data: string }>> };
}
interface Described {
  readonly pendingActivities?: readonly {
    readonly attempt: number;
    readonly lastFailure?: { readonly message: string };
    readonly scheduledTime?: string;
    readonly nextAttemptScheduleTime?: string;
  }[];
}

const ui = async <Body>(path: string): Promise<Body> =>
  (await fetch(`${product().temporalUiUrl}/api/v1/namespaces/default/${path}`)).json() as Promise<Body>;
const list = async (query: string): Promise<readonly Listed[]> =>
  (await ui<{ executions?: Listed[] }>(`workflows?query=${encodeURIComponent(query)}`)).executions ?? [];
const attributesOf = ({ searchAttributes }: Listed): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(searchAttributes.indexedFields).map(([name, { data }]) => [
      name,
      JSON.parse(Buffer.from(data, 'base64').toString()) as unknown,
    ]),
  );

describe('a delivery that fails', () => {
  let receiver: CustomerReceiver;
  let platform: Platform;
  /** Waits for its second attempt as long as anybody looks. */
  let waiting: Failing;
  beforeAll(async () => {
    receiver = await startCustomerReceiver();
    platform = await startPlatform();
    receiver.statusFor = () => 503;
    waiting = await failing({ max_retries: 5, retry_delay: 3_600, max_delay: 3_600 });
  });
  afterAll(async () => {
    await unsubscribe(waiting.subscriptionId);
    await platform.stop();
    await receiver.stop();
  });

  interface Failing {
    readonly subscriptionId: string;
    readonly type: string;
    readonly deliveryId: string;
  }
  const arrivedOf = (subscriptionId: string) =>
    receiver.deliveries.filter(({ headers }) => headers['x-broxi-webhook'] === subscriptionId);
  /** The only delivery of a subscription of its own, once its first attempt has arrived. */
  async function failing(retry_policy: object): Promise<Failing> {
    const type = unique('failing').replaceAll('_', '.');
    const { id } = await subscribe({ url: receiver.url, events: [type], retry_policy });
    await platform.publish([
      { event: type, timestamp: '2024-01-15T10:30:05Z', data: { private: 'do-not-show' } },
    ]);
    await vi.waitUntil(() => arrivedOf(id).length > 0, { timeout: 30_000 });
    return { subscriptionId: id, type, deliveryId: arrivedOf(id)[0]!.deliveryId };
  }

  it('is found by its search attributes', async () => {
    const { subscriptionId, type, deliveryId } = waiting;
    const found = () =>
      list(`WebhookId = '${subscriptionId}' AND WorkflowType = 'delivery' AND DeliveryState = 'retrying'`);
    await expect.poll(async () => (await found()).length, { timeout: 20_000 }).toBe(1);
    const [workflow] = await found();
    expect(workflow!.execution.workflowId).toBe(deliveryId);
    expect(attributesOf(workflow!)).toMatchObject({
      WebhookId: subscriptionId,
      EventType: type,
      AccountId: 'default',
      DeliveryState: 'retrying',
      TargetHost: new URL(receiver.url).host,
    });
  });

  it('shows its attempt, its last failure and its next retry', async () => {
    const activity = async () => {
      const described = await ui<Described>(`workflows/${waiting.deliveryId}`);
      return described.pendingActivities?.[0];
    };
    await expect
      .poll(activity, { timeout: 20_000 })
      .toMatchObject({ lastFailure: { message: expect.stringMatching(/^attempt \d: answered 503$/) } });
    const shown = await activity();
    expect(shown!.attempt).toBeGreaterThanOrEqual(2);
    expect(Date.parse(shown!.nextAttemptScheduleTime ?? shown!.scheduledTime ?? '')).toBeGreaterThan(0);
  });

  it('keeps payload and secret out of what can be read there', async () => {
    const { subscriptionId, deliveryId } = waiting;
    const { secret } = (await call<{ secret: string }>('GET', `/v1/subscriptions/${subscriptionId}/secret`))
      .body;
    for (const id of [deliveryId, subscriptionId]) {
      const history = JSON.stringify(await ui(`workflows/${id}/history?maximumPageSize=100`));
      expect(history).toContain('eventId');
      const decoded = history.replace(/"data":"([^"]+)"/g, (_, data: string) =>
        Buffer.from(data, 'base64').toString('latin1'),
      );
      for (const hidden of ['do-not-show', secret]) {
        expect(decoded).not.toContain(hidden);
        expect(history).not.toContain(hidden);
      }
    }
  });

  it('is linked from its page in the API', async () => {
    const { deliveryId } = waiting;
    const shown = () => call('GET', `/v1/deliveries/${deliveryId}`);
    await expect.poll(async () => (await shown()).body['status'], { timeout: 20_000 }).toBe('retrying');
    expect((await shown()).body['temporal_url']).toBe(
      `${product().temporalUiUrl}/namespaces/default/workflows/${deliveryId}`,
    );
  });

  it('is tried again after its real waits, and is exhausted in the end', async () => {
    const policy = { max_retries: 5, retry_delay: 2, exponential_backoff: false };
    const { subscriptionId, deliveryId } = await failing(policy);
    const status = async () => (await call('GET', `/v1/deliveries/${deliveryId}`)).body['status'];
    await expect.poll(status, { timeout: 60_000 }).toBe('exhausted');
    const deliveries = arrivedOf(subscriptionId);
    expect(deliveries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
    const waits = deliveries
      .slice(1)
      .map(({ receivedAtMs }, index) => receivedAtMs - deliveries[index]!.receivedAtMs);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(1_990);
    // Temporal's visibility follows its workflows with a small delay.
    const ended = () => list(`WebhookId = '${subscriptionId}' AND DeliveryState = 'exhausted'`);
    await expect
      .poll(ended, { timeout: 20_000 })
      .toMatchObject([{ status: 'WORKFLOW_EXECUTION_STATUS_COMPLETED' }]);
    await unsubscribe(subscriptionId);
  });
});
