/** The ops CLI against the product that runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ShownSubscription, product, unique } from './customer.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/webhooks.mjs', import.meta.url));
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  NO_COLOR: '1',
  WEBHOOKS_DATA_DIR: product().dataDir,
  WEBHOOKS_PORT_OFFSET: String(product().portOffset),
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const start = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [PROGRAM, ...args], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });

const webhooks = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = start(...args);
    let output = '';
    let errors = '';
    child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
    child.once('close', (code) => resolve({ code, output, errors }));
  });

const json = async <Body>(...args: readonly string[]): Promise<Body> => {
  const { code, output, errors } = await webhooks(...args, '--json');
  expect([code, errors]).toEqual([0, '']);
  return JSON.parse(output) as Body;
};

describe('webhooks', () => {
  it('carries an event from publish to a listening receiver, and shows what became of it', async () => {
    const type = unique('cli.event');
    const listener = start('listen', '--port', '0');
    let heard = '';
    for (const stream of [listener.stdout, listener.stderr]) {
      stream?.on('data', (text: Buffer) => (heard += text.toString()));
    }
    await expect.poll(() => heard, { timeout: 20_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(heard)![0];

    const created = await json<ShownSubscription>('subscriptions', 'create', '--url', url, '--events', type);
    expect(created.secret).toMatch(/^whsec_/);
    const published = await json<{ id: string }>(
      'events',
      'publish',
      type,
      '--data',
      '{"big":12345678901234567890}',
    );
    await expect.poll(() => heard, { timeout: 30_000 }).toContain('12345678901234567890');
    expect(published.id).toMatch(/^evt_/);
    expect(heard).toContain(type);

    const deliveries = () =>
      json<{ data: { id: string; status: string }[] }>('deliveries', 'list', '--subscription', created.id);
    await expect
      .poll(async () => (await deliveries()).data, { timeout: 30_000 })
      .toMatchObject([{ status: 'succeeded' }]);
    const [delivery] = (await deliveries()).data;
    const shown = await webhooks('deliveries', 'get', delivery!.id);
    expect(shown.output).toContain('succeeded');
    expect(shown.output).toContain(`/namespaces/default/workflows/${delivery!.id}`);

    const exited = new Promise<number | null>((resolve) => listener.once('exit', resolve));
    listener.kill('SIGINT');
    expect(await exited).toBe(0);
    expect((await webhooks('subscriptions', 'delete', created.id, '--yes')).code).toBe(0);
  });

  it('pauses, resumes and lists subscriptions', async () => {
    const { id } = await json<ShownSubscription>(
      'subscriptions',
      'create',
      '--url',
      'https://example.com/',
      '--events',
      'a.b',
    );
    expect(await json('subscriptions', 'pause', id)).toMatchObject({ state: 'paused' });
    expect(await json('subscriptions', 'resume', id)).toMatchObject({ state: 'active' });
    expect((await webhooks('subscriptions', 'list')).output).toContain(id);
    expect((await webhooks('subscriptions', 'get', id)).output).toContain('https://example.com/');
    expect((await webhooks('stats', id)).code).toBe(0);
    expect((await webhooks('health', id)).output).toContain('no_data');
    expect((await webhooks('subscriptions', 'delete', id, '--yes')).code).toBe(0);
    expect((await webhooks('subscriptions', 'get', id)).code).toBe(1);
  });

  it('names the field that the API refuses, and fails with 1', async () => {
    const { code, errors } = await webhooks('subscriptions', 'create', '--url', 'nowhere', '--events', 'a.b');
    expect(code).toBe(1);
    expect(errors).toContain('url');
  });

  it('fails with 2 where it is used wrongly', async () => {
    expect((await webhooks('subscriptions', 'create', '--colour', 'red')).code).toBe(2);
    expect((await webhooks('nothing')).code).toBe(2);
  });
});
