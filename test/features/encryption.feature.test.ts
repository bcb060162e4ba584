/** From one encryption key to the next, under load, until the older one is gone for good. */
import { Client, Connection } from '@temporalio/client';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyRing } from '../../infra/crypto/sealed-secret.ts';
import type { AuditEntry } from '../../schemas/audit-log.ts';
import {
  type CustomerReceiver,
  holdsOverRawBody,
  startCustomerReceiver,
} from '../receivers/customer-receiver.ts';
import { type Answer, call, type ShownSubscription } from './customer.ts';
import { type Product, startProduct } from './product.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/webhooks.mjs', import.meta.url));
const [older, newer] = [randomBytes(32), randomBytes(32)] as const;
const idOf = (key: Buffer): string => keyRing(key).currentKeyId;
const HEADER = 'a-token-of-the-customer';
const dataDir = mkdtempSync(join(tmpdir(), 'webhooks-encryption-'));

let receiver: CustomerReceiver;
let product: Product;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
});
afterAll(async () => {
  await product.stop({ keepData: true });
  await receiver.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const at = <Body = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> => call<Body>(method, path, body, headers, product);
const secretOf = async (id: string): Promise<unknown> =>
  (await at('GET', `/v1/subscriptions/${id}/secret`)).body['secret'];

async function startWith(keys: readonly Buffer[], portOffset?: number): Promise<Product> {
  const environment = { WEBHOOKS_ENCRYPTION_KEY: keys.map((key) => key.toString('base64')).join(',') };
  return startProduct({ dataDir, environment, ...(portOffset === undefined ? {} : { portOffset }) });
}

/** The CLI as an operator runs it, who has the API's key and no other. */
const webhooks = (
  ...args: readonly string[]
): Promise<{ code: number | null; output: string; errors: string }> =>
  new Promise((resolve) => {
    const { WEBHOOKS_ENCRYPTION_KEY: _none, ...environment } = process.env;
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...environment, WEBHOOKS_API_URL: product.apiUrl, WEBHOOKS_API_KEY: product.apiKey },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.once('close', (code) => resolve({ code, output, errors }));
  });

/** How many workflows of a type run. */
async function running(type: string): Promise<number> {
  const connection = await Connection.connect({ address: product.temporalAddress });
  const query = `WorkflowType = '${type}' AND ExecutionStatus = 'Running'`;
  const { count } = await new Client({ connection }).workflow.count(query);
  await connection.close();
  return count;
}

interface Rotated {
  readonly current_key_id: string;
  readonly reencrypted: number;
  readonly fresh: number;
  readonly failed: readonly unknown[];
  readonly encryption: {
    readonly keys: readonly {
      readonly id: string;
      readonly subscriptions: number;
      readonly removable: boolean;
    }[];
  };
}

describe('a new encryption key', { timeout: 600_000 }, () => {
  const secrets = new Map<string, unknown>();
  let changed: string;

  it('is put in front of the older one, which still opens what it has sealed', async () => {
    product = await startWith([older]);
    for (let n = 0; n < 25; n += 1) {
      const settings = { url: receiver.url, events: ['rotated.event'], headers: { 'X-Token': HEADER } };
      const { body } = await at<ShownSubscription>('POST', '/v1/subscriptions', settings);
      secrets.set(body.id, body.secret);
    }
    [changed = ''] = secrets.keys();
    const rotated = await at('POST', `/v1/subscriptions/${changed}/rotate-secret`, {
      overlap_seconds: 600_000,
    });
    secrets.set(changed, rotated.body['secret']);
    const aggregation = { batch_size: 2, batch_timeout: 3_600 };
    const collecting = { url: receiver.url, events: ['collected.event'], aggregation };
    const { body } = await at<ShownSubscription>('POST', '/v1/subscriptions', collecting);
    secrets.set(body.id, body.secret);
    await at('POST', '/v1/events', { event: 'collected.event', data: {} });
    await expect.poll(() => running('batch'), { timeout: 60_000, interval: 250 }).toBe(1);
    const { portOffset } = product;
    await product.stop({ keepData: true });
    product = await startWith([newer, older], portOffset);
    expect(await secretOf(changed)).toBe(secrets.get(changed));
  });

  it('takes over everything while changes go on, and every version is there', async () => {
    let going = true;
    let changes = 0;
    const busy = (async () => {
      while (going) {
        const { status } = await at('PATCH', `/v1/subscriptions/${changed}`, { description: `${changes}` });
        expect(status).toBe(200);
        changes += 1;
      }
    })();
    const { code, output, errors } = await webhooks('keys', 'rotate-encryption', '--json');
    going = false;
    await busy;
    expect([code, errors]).toEqual([0, '']);
    const rotated = JSON.parse(output) as Rotated;
    expect(rotated).toMatchObject({ current_key_id: idOf(newer), reencrypted: 26, fresh: 0, failed: [] });
    expect(rotated.encryption.keys).toMatchObject([
      { id: idOf(newer), subscriptions: 26 },
      { id: idOf(older), subscriptions: 0 },
    ]);
    const { body } = await at<{ data: { version: number; type: string; changes: unknown[] }[] }>(
      'GET',
      `/v1/subscriptions/${changed}/history?limit=250`,
    );
    const newest = body.data[0]!.version;
    expect(body.data.map(({ version }) => version)).toEqual(body.data.map((_, back) => newest - back));
    expect(body.data.filter(({ type }) => type === 'SubscriptionReencrypted')).toMatchObject([
      { changes: [] },
    ]);
  });

  it('finds all of it fresh when it is asked again, and makes no version of that', async () => {
    const before = (await at<ShownSubscription>('GET', `/v1/subscriptions/${changed}`)).body.version;
    const { output } = await webhooks('keys', 'rotate-encryption', '--json');
    expect(JSON.parse(output)).toMatchObject({ reencrypted: 0, fresh: 26, failed: [] });
    expect((await at<ShownSubscription>('GET', `/v1/subscriptions/${changed}`)).body.version).toBe(before);
    const audited = async () =>
      (await at<{ data: AuditEntry[] }>('GET', '/v1/audit-log?type=EncryptionKeyRotated')).body.data;
    await expect.poll(async () => (await audited()).length, { timeout: 30_000 }).toBe(2);
    expect((await audited())[0]?.details).toEqual({ encryption_key_id: idOf(newer) });
  });

  it('says when the older one may be removed, and works without it', async () => {
    const check = async () => (await webhooks('keys', 'rotate-encryption', '--check')).output;
    await expect
      .poll(check, { timeout: 60_000, interval: 1_000 })
      .toContain(`Key ${idOf(older)} may be removed`);
    const { portOffset } = product;
    await product.stop({ keepData: true });
    product = await startWith([newer], portOffset);
    for (const [id, secret] of secrets) expect(await secretOf(id)).toBe(secret);
    const patched = await at('PATCH', `/v1/subscriptions/${changed}`, {
      description: 'without the older key',
    });
    expect([patched.status, patched.body['headers']]).toEqual([200, { 'X-Token': HEADER }]);
    await at('POST', '/v1/events', { event: 'rotated.event', data: {} });
    // The first of them was collected under the older key.
    await at('POST', '/v1/events', { event: 'collected.event', data: {} });
    await expect.poll(() => receiver.deliveries.length, { timeout: 60_000 }).toBe(26);
    const batch = receiver.deliveries.find(({ headers }) => headers['x-broxi-event'] === 'batch');
    expect(JSON.parse(batch!.rawBody)).toMatchObject({ data: { count: 2, flushed_by: 'size' } });
    for (const delivery of receiver.deliveries) {
      const id = String(delivery.headers['x-broxi-webhook']);
      expect(holdsOverRawBody(delivery, String(secrets.get(id)))).toBe(true);
      if (delivery !== batch) expect(delivery.headers['x-token']).toBe(HEADER);
      if (id === changed) expect(delivery.headers['x-broxi-signature-previous']).toBeDefined();
    }
  });

  it('is the business of operators alone', async () => {
    const made = await at('POST', '/v1/api-keys', { name: 'a', scopes: ['admin'], account_id: 'acme' });
    const authorization = `Bearer ${String(made.body['key'])}`;
    const asAcme = async (method: string, path: string) =>
      (await at(method, path, method === 'POST' ? {} : undefined, { authorization })).status;
    expect(await asAcme('GET', '/v1/encryption')).toBe(403);
    expect(await asAcme('POST', '/v1/encryption/rotate')).toBe(403);
  });
});
