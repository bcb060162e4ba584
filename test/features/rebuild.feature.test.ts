/** `webhooks rebuild` as an operator runs it, while deliveries are under way. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
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
import { killHard } from './product.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let receiver: CustomerReceiver;
let platform: Platform;
let database: pg.Client;
let reader: pg.Client;
beforeAll(async () => {
  receiver = await startCustomerReceiver();
  platform = await startPlatform();
  database = new pg.Client({ connectionString: product().databaseUrl });
  reader = new pg.Client({ connectionString: product().databaseUrl });
  await Promise.all([database.connect(), reader.connect()]);
});
afterAll(async () => {
  await Promise.all([database.end(), reader.end()]);
  await platform.stop();
  await receiver.stop();
});

/** The command on its way, and how it ends. */
function startRebuild() {
  const child = spawn(process.execPath, [join(ROOT, 'bin/webhooks.mjs'), 'rebuild', '--yes', '--json'], {
    env: {
      ...process.env,
      KAFKA_BROKERS: product().kafkaBrokers,
      DATABASE_URL: product().databaseUrl,
    },
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => void (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => void (output += text.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output })),
  );
  return { pid: child.pid!, ended };
}

const statsOf = async (id: string) => (await call('GET', `/v1/subscriptions/${id}/stats`)).body;

describe('webhooks rebuild', () => {
  it(
    'under traffic and after a kill comes to the tables that all records give',
    { timeout: 240_000 },
    async () => {
      const type = unique('rebuild');
      const secret = 'whsec_cmVidWlsZC1yZWJ1aWxkLXJlYnVpbGQ=';
      const { id } = await subscribe({ url: receiver.url, events: [type], secret });
      await platform.publish(eventsOf(type, 60));
      await expect.poll(() => statsOf(id), { timeout: 60_000 }).toMatchObject({ total_deliveries: 60 });
      await database.query('update subscription_stats set succeeded = 7 where subscription_id = $1', [id]);

      // A reader who holds a table keeps the new ones from taking its place before the kill.
      await reader.query('begin; select from subscription_stats');
      const killed = startRebuild();
      const found = async (what: string) => (await database.query(`select from ${what}`)).rowCount;
      const begun = () => found("pg_namespace where nspname = 'webhooks_rebuild'");
      await expect.poll(begun, { timeout: 60_000, interval: 20 }).toBe(1);
      killHard(killed.pid);
      await killed.ended;
      const atWork = () => found("pg_stat_activity where application_name = 'webhooks-rebuild'");
      await expect.poll(atWork, { timeout: 60_000 }).toBe(0);
      await reader.query('commit');
      expect(await statsOf(id)).toMatchObject({ successful_deliveries: 7 });

      const again = startRebuild();
      await platform.publish(eventsOf(`${type}`, 120).slice(60));
      const { code, output } = await again.ended;
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^\{"records":\d+,/) });
      await expect
        .poll(() => statsOf(id), { timeout: 90_000, interval: 500 })
        .toMatchObject({ total_deliveries: 120, successful_deliveries: 120, pending_deliveries: 0 });

      const { rows } = await database.query('select state from subscription_states where id = $1', [id]);
      expect(rows).toHaveLength(1);
      expect(rows[0].state).not.toContain(secret);
      await unsubscribe(id);
    },
  );
});
