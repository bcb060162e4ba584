/**
 * Secrets are planted, everything that could store them is made to work with them, and then every byte that the product
 * has stored is searched: Temporal's histories and its store, all logs, every Kafka topic, all of PostgreSQL. What must
 * be there (ids, an event on Kafka) is searched in the same way, so that a search that finds nothing says something.
 */
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { issueCertificate } from '../receivers/certificates.ts';
import { type CustomerReceiver, startCustomerReceiver } from '../receivers/customer-receiver.ts';
import { call, kafkaOf, product, type ShownSubscription, subscribe, unique } from './customer.ts';
import { readToEnd } from './read-to-end.ts';

const { GetWorkflowExecutionHistoryResponse } = proto.temporal.api.workflowservice.v1;

/** In every secret of ours, so that one search is for all of them. */
const SECRET_MARK = `plantedsecret${randomBytes(12).toString('hex')}`;
/** In the data of an event: nobody else's business, and in clear on Kafka. */
const PAYLOAD_MARK = `plantedpayload${randomBytes(12).toString('hex')}`;

/** The bytes that `text` may be stored as: in clear, in hex, and in base64 wherever it stands in a longer text. */
function formsOf(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The first and the last characters depend on what stands beside the text.
    return encoded.slice(before === 0 ? 0 : 4, -4);
  });
  return [
    bytes,
    Buffer.from(text, 'utf16le'),
    Buffer.from(bytes.toString('hex')),
    ...base64.map((encoded) => Buffer.from(encoded)),
  ];
}

interface Needle {
  readonly name: string;
  readonly forms: readonly Buffer[];
}
const needle = (name: string, text: string): Needle => ({ name, forms: formsOf(text) });
const namesFound = (bytes: Buffer, needles: readonly Needle[]): readonly string[] =>
  needles.filter(({ forms }) => forms.some((form) => bytes.includes(form))).map(({ name }) => name);

const CHUNK_BYTES = 16 * 1_024 * 1_024;
const OVERLAP_BYTES = 1_024;

// One for all files, of which PostgreSQL alone has thousands.
const buffer = Buffer.alloc(CHUNK_BYTES + OVERLAP_BYTES);

/** What is found in a file, read piece by piece. A file that is gone meanwhile holds nothing. */
async function foundInFile(path: string, needles: readonly Needle[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const file = await open(path).catch(() => null);
  if (file === null) return found;
  for (let kept = 0; ;) {
    const { bytesRead } = await file.read(buffer, kept, CHUNK_BYTES, null);
    const bytes = buffer.subarray(0, kept + bytesRead);
    for (const name of namesFound(bytes, needles)) found.add(name);
    if (bytesRead === 0) break;
    kept = Math.min(OVERLAP_BYTES, bytes.length);
    bytes.copy(buffer, 0, bytes.length - kept);
  }
  await file.close();
  return found;
}

/** Every file below `folder`. Kafka's indices are left out: they are zeros in the main, and hold offsets alone. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:time)?index$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** `<name of what was found> in <file>`, for each. */
async function foundIn(files: readonly string[], needles: readonly Needle[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of files) {
    for (const name of await foundInFile(file, needles)) found.push(`${name} in ${file}`);
  }
  return found;
}

let receiver: CustomerReceiver;
/** Answers with all headers that it was sent. */
let echo: CustomerReceiver;
let others: readonly ShownSubscription[];
let subscription: ShownSubscription;
let failing: ShownSubscription;
let secrets: readonly Needle[];
const TYPE = unique('readable').replaceAll('_', '.');

beforeAll(async () => {
  receiver = await startCustomerReceiver();
  const retry_policy = { max_retries: 1, retry_delay: 1, exponential_backoff: false };
  const settings = {
    url: receiver.url,
    events: [TYPE],
    headers: { Authorization: `Bearer ${SECRET_MARK}`, 'X-Api-Key': SECRET_MARK },
    retry_policy,
  };
  subscription = await subscribe({ ...settings, secret: `first-${SECRET_MARK}` });
  failing = await subscribe({ ...settings, url: 'http://127.0.0.1:9/', secret: `failing-${SECRET_MARK}` });
  const path = `/v1/subscriptions/${subscription.id}`;
  await call('PATCH', path, { secret: `second-${SECRET_MARK}`, headers: { 'X-Other': SECRET_MARK } });
  await call('POST', `${path}/rotate-secret`, { secret: `third-${SECRET_MARK}`, overlap_seconds: 3_600 });
  const made = await call('POST', `${path}/rotate-secret`, { overlap_seconds: 3_600 });
  await call('GET', `${path}/secret`);
  await call('GET', `${path}/history`);
  const key = await call('POST', '/v1/api-keys', { name: 'planted', scopes: ['admin'] });
  const apiKey = String(key.body['key']);
  await call('GET', '/v1/subscriptions', undefined, { authorization: `Bearer ${apiKey}` });

  // What is refused is where logs are tempted.
  await call('POST', '/v1/subscriptions', { url: 'nonsense', events: [], secret: SECRET_MARK, headers: 1 });
  await call('POST', '/v1/subscriptions', `{"secret":"${SECRET_MARK}"`);
  await call('PATCH', path, { secret: SECRET_MARK, headers: { Host: SECRET_MARK } });
  await call('PATCH', path, { secret: `fourth-${SECRET_MARK}` }, { 'if-match': '"1"' });
  await call('GET', '/v1/subscriptions', undefined, { authorization: `Bearer wrong-${SECRET_MARK}` });
  await call('POST', '/v1/encryption/rotate', { limit: 250 });

  receiver.statusFor = ({ attempt }) => (attempt === 1 ? 503 : 200);
  await call('POST', '/v1/events', { event: TYPE, data: { note: PAYLOAD_MARK } });
  const statusOf = async ({ id }: ShownSubscription): Promise<string | undefined> =>
    (await call<{ data: { status: string }[] }>('GET', `/v1/deliveries?subscription_id=${id}`)).body.data[0]
      ?.status;
  await vi.waitUntil(async () => (await statusOf(subscription)) === 'succeeded', { timeout: 60_000 });
  await vi.waitUntil(async () => (await statusOf(failing)) === 'exhausted', { timeout: 60_000 });

  echo = await startCustomerReceiver();
  echo.bodyFor = ({ headers }) => JSON.stringify(headers);
  const client = issueCertificate({ commonName: 'client' });
  const subscribeTo = (event: string, more: object): Promise<ShownSubscription> =>
    subscribe({ ...settings, url: echo.url, events: [`${TYPE}.${event}`], secret: SECRET_MARK, ...more });
  const publish = (event: string) => call('POST', '/v1/events', { event: `${TYPE}.${event}`, data: {} });
  const tls = { client_certificate: client.cert, client_key: client.key };
  const echoing = await subscribeTo('echoed', { tls });
  const paused = await subscribeTo('held', {});
  const collecting = await subscribeTo('collected', { aggregation: { batch_size: 2, batch_timeout: 60 } });
  const replaced = await subscribeTo('replaced', {
    url: 'http://127.0.0.1:9/',
    fallback: { url: echo.url },
    retry_policy: { max_retries: 0 },
  });
  others = [echoing, paused, collecting, replaced];
  await call('POST', `/v1/subscriptions/${paused.id}/pause`);
  await call('POST', `/v1/subscriptions/${echoing.id}/test`, { event: `${TYPE}.echoed` });
  for (const event of ['echoed', 'held', 'collected', 'collected', 'replaced']) await publish(event);
  await vi.waitUntil(async () => (await statusOf(paused)) === 'held', { timeout: 60_000 });
  await call('POST', `/v1/subscriptions/${paused.id}/resume`);
  for (const one of [echoing, paused, collecting]) {
    await vi.waitUntil(async () => (await statusOf(one)) === 'succeeded', { timeout: 60_000 });
  }
  await vi.waitUntil(() => echo.deliveries.length === 5, { timeout: 60_000 });

  const secret = String(made.body['secret']);
  secrets = [
    needle('a secret or header value of the customer', SECRET_MARK),
    needle('the secret that was made', secret.slice('whsec_'.length)),
    { name: 'the bytes of the secret', forms: [Buffer.from(secret.slice('whsec_'.length), 'base64')] },
    needle('a client key', client.key.split('\n')[1]!),
    needle('an API key', apiKey),
    needle('the admin key', product().apiKey),
  ];
});
afterAll(async () => {
  await receiver.stop();
  await echo.stop();
});

it('an endpoint that echoes was sent what is secret, and its answers are shown without', async () => {
  expect(echo.deliveries.map(({ headers }) => headers['x-api-key'])).toEqual(Array(5).fill(SECRET_MARK));
  const [{ id } = { id: '' }] = others;
  const list = await call<{ data: { id: string }[] }>('GET', `/v1/deliveries?subscription_id=${id}`);
  const shown = await call('GET', `/v1/deliveries/${list.body.data[0]?.id}`);
  expect(shown.body['attempts']).toMatchObject([
    { response_body: expect.stringContaining('"x-api-key":"***"') as string },
  ]);
});

it('what was planted did its work', () => {
  const [first] = receiver.deliveries;
  expect(first?.rawBody).toContain(PAYLOAD_MARK);
  expect(first?.headers['x-other']).toBe(SECRET_MARK);
  expect(receiver.deliveries.map(({ attempt }) => attempt)).toEqual([1, 2]);
});

describe('nothing secret is readable', () => {
  it(
    'in any file of the data folder but the one that keeps the admin key',
    { timeout: 300_000 },
    async () => {
      const { dataDir } = product();
      const note = join(dataDir, 'postgres.location');
      const cluster = existsSync(note) ? readFileSync(note, 'utf8').trim() : join(dataDir, 'postgres');
      const files = new Set([dataDir, cluster].flatMap(filesIn));
      files.delete(join(dataDir, 'api-key'));
      expect(await foundIn([...files], secrets)).toEqual([]);

      const known = [needle('the id', subscription.id)];
      for (const folder of [join(dataDir, 'kafka'), join(dataDir, 'temporal'), cluster]) {
        expect(await foundIn(filesIn(folder), known)).not.toEqual([]);
      }
    },
  );

  it('in any record of any topic', { timeout: 120_000 }, async () => {
    const found = await foundInTopics([...secrets, needle('the event', PAYLOAD_MARK)]);
    expect([...found]).toEqual(['the event']);
  });

  it('in a full dump of PostgreSQL', async () => {
    const client = new pg.Client({ connectionString: product().databaseUrl });
    await client.connect();
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const found = new Set<string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      const dump = Buffer.from(rows.map(({ row }) => row).join('\n'));
      for (const one of namesFound(dump, [...secrets, needle('the id', subscription.id)])) found.add(one);
    }
    await client.end();
    expect([...found]).toEqual(['the id']);
  });

  it('in the histories that Temporal answers, and neither is the payload', async () => {
    const needles = [...secrets, needle('the event', PAYLOAD_MARK), needle('the id', subscription.id)];
    const found = new Set<string>();
    for (const history of await rawHistories()) {
      for (const name of namesFound(history, needles)) found.add(name);
    }
    expect([...found]).toEqual(['the id']);
  });

  it('of an event in the store of Temporal, which has its id', async () => {
    const files = filesIn(join(product().dataDir, 'temporal'));
    expect(await foundIn(files, [needle('the event', PAYLOAD_MARK)])).toEqual([]);
    expect(await foundIn(files, [needle('the type', TYPE)])).not.toEqual([]);
  });
});

/** Every key, value and header of every topic, from the first record to the one that was last at the beginning. */
async function foundInTopics(needles: readonly Needle[]): Promise<ReadonlySet<string>> {
  const admin = kafkaOf().admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
  await admin.disconnect();
  expect(topics).toEqual(
    expect.arrayContaining(['platform.events', 'webhooks.subscriptions', 'webhooks.audit']),
  );
  const found = new Set<string>();
  await readToEnd(topics, ({ key, value, headers }) => {
    const parts = [key, value, ...Object.values(headers ?? {}).flat()].map((part) => Buffer.from(part ?? ''));
    for (const name of namesFound(Buffer.concat(parts), needles)) found.add(name);
  });
  return found;
}

/** The actors' and the deliveries' histories as the server sends them, each as the bytes of its message. */
async function rawHistories(): Promise<readonly Buffer[]> {
  const connection = await Connection.connect({ address: product().temporalAddress });
  const client = new Client({ connection });
  const ids = [subscription, failing, ...others].map(({ id }) => id);
  const query = ids.map((id) => `WebhookId = '${id}' OR WorkflowId = '${id}'`).join(' OR ');
  const histories: Buffer[] = [];
  const executions = async () => {
    const listed: { readonly workflowId: string; readonly runId: string }[] = [];
    for await (const { workflowId, runId } of client.workflow.list({ query }))
      listed.push({ workflowId, runId });
    return listed;
  };
  // Two actors, each in two runs since the key was rotated, and two deliveries. Temporal's index is a moment behind.
  await expect.poll(async () => (await executions()).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(6);
  for (const execution of await executions()) {
    const answer = await client.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution,
    });
    histories.push(Buffer.from(GetWorkflowExecutionHistoryResponse.encode(answer).finish()));
  }
  await connection.close();
  return histories;
}
