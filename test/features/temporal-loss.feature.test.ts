/**
 * Temporal's store is lost, with everything else intact. Deterministic: the log of a subscription goes on without a
 * gap, and a delivery that was under way does not go on until somebody has it tried again.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { call, type ShownSubscription, startPlatform, unique } from './customer.ts';
import { type Product, startProduct } from './product.ts';

const PATIENCE_MS = 90_000;

interface Page {
  readonly data: readonly { readonly id: string; readonly status: string }[];
}

it(
  'actors rise again from Kafka, and lost deliveries begin again when they are ordered to',
  { timeout: 420_000 },
  async () => {
    let isWell = false;
    const endpoint = createServer((request, response) => {
      request.resume();
      response.writeHead(isWell ? 200 : 503).end();
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`;
    const type = unique('lost');
    const event = { id: type, event: type, timestamp: new Date().toISOString(), data: {} };

    let product: Product = await startProduct();
    const ask = <Body>(method: string, path: string, body?: unknown) =>
      call<Body>(method, path, body, {}, product);
    const publish = async () => {
      const platform = await startPlatform(product);
      await platform.publish([event]);
      await platform.stop();
    };
    try {
      const settings = {
        url,
        events: [type],
        retry_policy: { max_retries: 50, retry_delay: 3_600, max_delay: 3_600 },
      };
      const { body: made } = await ask<ShownSubscription>('POST', '/v1/subscriptions', settings);
      const path = `/v1/subscriptions/${made.id}`;
      const deliveries = async () =>
        (await ask<Page>('GET', `/v1/deliveries?subscription_id=${made.id}`)).body.data;
      await ask('PATCH', path, { description: 'before' });
      await publish();
      await expect.poll(deliveries, { timeout: PATIENCE_MS }).toMatchObject([{ status: 'retrying' }]);
      const [lost] = await deliveries();

      const { dataDir, portOffset } = product;
      await product.stop({ keepData: true });
      rmSync(join(dataDir, 'temporal'), { recursive: true });
      product = await startProduct({ dataDir, portOffset });

      const { status, body } = await ask<ShownSubscription>('PATCH', path, { description: 'after' });
      expect({ status, version: body.version }).toEqual({ status: 200, version: 3 });
      const history = await ask<{ data: readonly { version: number }[] }>('GET', `${path}/history`);
      expect(history.body.data.map(({ version }) => version)).toEqual([3, 2, 1]);
      expect(await deliveries()).toMatchObject([{ id: lost!.id, status: 'retrying' }]);

      isWell = true;
      expect((await ask('POST', `/v1/deliveries/${lost!.id}/retry`)).status).toBe(202);
      await expect
        .poll(deliveries, { timeout: PATIENCE_MS })
        .toMatchObject([{ id: lost!.id, status: 'succeeded' }]);
    } finally {
      await product.stop();
      endpoint.closeAllConnections();
      endpoint.close();
    }
  },
);
