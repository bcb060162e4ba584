/** `npm start` as a user meets it: the demo, a clean stop, and the data found again after anything. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, type ShownSubscription, startPlatform } from './customer.ts';
import { killHard, launchProduct, pidOf, type Product, startProduct } from './product.ts';

const PARTS = ['kafka', 'temporal', 'postgres', 'router', 'worker', 'projector', 'api'];
const dataDir = mkdtempSync(join(tmpdir(), 'webhooks-start-'));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('npm start', () => {
  let product: Product;
  let subscriptions: readonly ShownSubscription[];
  // Others come after it on the same ports.
  afterAll(() => product.stop());
  const list = async (): Promise<ShownSubscription[]> =>
    (await call<{ data: ShownSubscription[] }>('GET', '/v1/subscriptions', undefined, {}, product)).body.data;

  it('shows signed deliveries of the example events', async () => {
    product = await startProduct({ dataDir, args: [] });
    for (const type of ['workflow.completed', 'workflow.failed', 'user.message.received']) {
      expect(product.output()).toMatch(new RegExp(`→ ${type} +del_\\w+ +attempt 1 +✓ signature valid`));
    }
    subscriptions = await list();
    expect(subscriptions).toHaveLength(1);
  });

  it('writes the process id and the log of each part', () => {
    for (const part of PARTS) {
      expect(isAlive(pidOf(product, part))).toBe(true);
      expect(existsSync(join(dataDir, 'logs', `${part}.log`))).toBe(true);
    }
  });

  it('stops all of it with Ctrl-C, and leaves no process and no pid file', async () => {
    const pids = PARTS.map((part) => pidOf(product, part));
    expect(await product.stop({ keepData: true })).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(readdirSync(join(dataDir, 'run')).filter((file) => file.endsWith('.pid'))).toEqual([]);
  });

  it('finds its data again, and shows no demo where there is a subscription', async () => {
    product = await startProduct({ dataDir, portOffset: product.portOffset, args: [] });
    expect(await list()).toEqual(subscriptions);
    expect(product.output()).not.toContain('signature valid');
  });

  it('heals after everything was killed at once', async () => {
    const pids = [product.process.pid ?? 0, ...PARTS.map((part) => pidOf(product, part))];
    for (const pid of pids) killHard(pid);
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    product = await startProduct({ dataDir, portOffset: product.portOffset });
    expect(await list()).toEqual(subscriptions);

    const receiver = await startCustomerReceiver();
    const { body } = await call(
      'POST',
      '/v1/subscriptions',
      { url: receiver.url, events: ['*'] },
      {},
      product,
    );
    const platform = await startPlatform(product);
    await platform.publish([{ event: 'after.crash', timestamp: new Date().toISOString(), data: {} }]);
    await expect.poll(() => receiver.deliveries.length, { timeout: 30_000 }).toBe(1);
    expect(receiver.deliveries[0]!.headers['x-broxi-webhook']).toBe(body['id']);
    await platform.stop();
    await receiver.stop();
  });

  it('heals after it was killed alone and left its processes behind', async () => {
    const orphans = PARTS.map((part) => pidOf(product, part));
    killHard(product.process.pid ?? 0);
    product = await startProduct({ dataDir, portOffset: product.portOffset });
    expect(orphans.filter(isAlive)).toEqual([]);
    expect(await list()).toHaveLength(2);
    expect(await product.stop({ keepData: true })).toBe(0);
  });
});

describe('npm start that is still starting', () => {
  it.each([
    ['one part of the stack', /(Kafka|Temporal|PostgreSQL): ready/],
    ['one service', /(router|worker|projector|api): ready/],
  ])('stops all of it with Ctrl-C when only %s is ready', async (_what, isReady) => {
    const starting = launchProduct();
    await starting.untilPrinted(isReady);
    const run = join(starting.dataDir, 'run');
    const pids = PARTS.filter((part) => existsSync(join(run, `${part}.pid`))).map((part) =>
      pidOf(starting, part),
    );
    expect(await starting.stop({ keepData: true })).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(readdirSync(run)).toEqual([]);
    rmSync(starting.dataDir, { recursive: true, force: true });
  });
});

describe('a wrong environment', () => {
  const bin = fileURLToPath(new URL('../../bin', import.meta.url));
  const run = (program: string, args: readonly string[], environment: NodeJS.ProcessEnv) =>
    new Promise<{ code: number | null; errors: string }>((resolve) => {
      const child = spawn(process.execPath, [join(bin, program), ...args], {
        env: { ...process.env, WEBHOOKS_DATA_DIR: dataDir, ...environment },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let errors = '';
      child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
      child.once('exit', (code) => resolve({ code, errors }));
    });

  it.each([
    ['npm start', 'start.mjs', [], { WEBHOOKS_PORT_OFFSET: 'many' }, /^WEBHOOKS_PORT_OFFSET: expected .*\n$/],
    [
      'npm run router',
      'service.mjs',
      ['router'],
      { KAFKA_BROKERS: 'nowhere' },
      /^KAFKA_BROKERS: expected .*\n$/,
    ],
    ['npm run api', 'service.mjs', ['api'], { PORT: 'http' }, /^PORT: expected .*\n$/],
    [
      'npm run worker',
      'service.mjs',
      ['worker'],
      { WEBHOOKS_ENCRYPTION_KEY: 'x' },
      /^WEBHOOKS_ENCRYPTION_KEY: expected .*\n$/,
    ],
  ])('ends %s with one line and exit code 1', async (_name, program, args, environment, expected) => {
    const { code, errors } = await run(program, args, environment);
    expect(code).toBe(1);
    expect(errors).toMatch(expected);
  });
});
