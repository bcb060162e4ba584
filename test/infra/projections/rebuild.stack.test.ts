/**
 * Rebuilding against real Kafka and PostgreSQL. Deterministic whatever the timing: once all records were read the
 * tables equal a recount over the topics, and a reader meanwhile sees the old tables or the new ones, whole. At which
 * record the tables are exchanged is not.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createSubscriptionDirectory } from '../../../domain/subscription/directory.ts';
import { DELIVERY_LOG, SUBSCRIPTION_LOG } from '../../../infra/kafka/topics.ts';
import { rebuildReadModels, type RebuildOptions } from '../../../infra/projections/rebuild.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import { SubscriptionId } from '../../../schemas/ids.ts';
import type { SubscriptionEvent } from '../../../schemas/subscription-log.ts';
import { deliveryHistory } from '../../domain/record/delivery-history.ts';
import { changed, created } from '../../domain/subscription/subscription-log.ts';
import { readTables, recount } from './read-models.ts';
import { models, silent, startTestProjector, startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
/** All that the topics hold. */
const deliveryLog: DeliveryEvent[] = [];
const subscriptionLog: SubscriptionEvent[] = [];

const historiesOf = (first: number, count: number): readonly DeliveryEvent[] => {
  const histories = fc.tuple(...Array.from({ length: count }, (_, i) => deliveryHistory(first + i)));
  return fc.sample(histories, { numRuns: 1, seed: first })[0]!.flat();
};
const changesOf = (number: number): readonly SubscriptionEvent[] => {
  const id = SubscriptionId.parse(`wh_${String(number).padStart(12, '0')}`);
  return [created(1), changed(2, { type: 'SubscriptionPaused' })].map((event) => ({
    ...event,
    subscription_id: id,
  }));
};

async function happens(deliveries: readonly DeliveryEvent[], changes: readonly SubscriptionEvent[] = []) {
  deliveryLog.push(...deliveries);
  subscriptionLog.push(...changes);
  await stack.append(DELIVERY_LOG, deliveries);
  await stack.append(SUBSCRIPTION_LOG, changes);
}

const rebuild = (options: Partial<RebuildOptions> = {}) =>
  rebuildReadModels({
    kafka: stack.kafka,
    databaseUrl: stack.databaseUrl,
    logger: silent,
    models,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...options,
  });

async function statesInTable(): Promise<readonly unknown[]> {
  const { rows } = await stack.pool.query('select state from subscription_states order by id');
  return rows.map(({ state }) => JSON.parse(state) as unknown);
}

function statesByLog(): readonly unknown[] {
  const directory = createSubscriptionDirectory();
  for (const event of subscriptionLog) directory.apply(event);
  const ids = [...new Set(subscriptionLog.map((event) => event.subscription_id))].sort();
  return ids.map((id) => directory.get(id));
}

async function shadowSchemas(): Promise<readonly unknown[]> {
  const { rows } = await stack.pool.query("select nspname from pg_namespace where nspname like 'webhooks%'");
  return rows;
}

beforeAll(async () => {
  stack = await startTestStack();
  await happens(historiesOf(0, 300), Array.from({ length: 50 }, (_, number) => changesOf(number)).flat());
});
afterAll(() => stack.stop());
afterEach(async () => expect(await shadowSchemas()).toEqual([]));

it('fills empty tables with what a recount over the topics gives', async () => {
  expect(await rebuild()).toEqual({
    kind: 'rebuilt',
    records: deliveryLog.length + subscriptionLog.length,
  });
  expect(await readTables(stack.pool)).toEqual(recount(deliveryLog));
  expect(await statesInTable()).toEqual(statesByLog());
});

it('puts right what was wrong', async () => {
  await stack.pool.query(
    `update subscription_stats set succeeded = 1000; delete from attempts; truncate subscription_states;
     insert into deliveries select * from (select * from deliveries limit 1) one on conflict do nothing;
     update deliveries set status = 'held'`,
  );
  await rebuild();
  expect(await readTables(stack.pool)).toEqual(recount(deliveryLog));
  expect(await statesInTable()).toEqual(statesByLog());
});

it('leaves tables alike in every column, index and constraint', async () => {
  const shape = async () => {
    const { rows } = await stack.pool.query(
      `select tablename as name, indexdef as what from pg_indexes where schemaname = 'public'
       union all
       select table_name, column_name || ' ' || data_type || ' ' || is_nullable from information_schema.columns
       where table_schema = 'public' order by 1, 2`,
    );
    return rows;
  };
  const before = await shape();
  await rebuild();
  expect(await shape()).toEqual(before);
});

it('serves the old tables meanwhile, and misses nothing that comes in', async () => {
  const projector = await startTestProjector(stack);
  const seen: number[] = [];
  let reading = true;
  const reader = (async () => {
    while (reading) {
      const { rows } = await stack.pool.query('select count(*) from deliveries');
      seen.push(Number(rows[0].count));
    }
  })();
  let isOver = false;
  const traffic = (async () => {
    for (let next = 1_000; next < 2_000; next += 10) await happens(historiesOf(next, 10), changesOf(next));
    isOver = true;
  })();
  let times = 0;
  for (; !isOver || times < 2; times += 1) await rebuild();
  await traffic;
  reading = false;
  await reader;
  await expect.poll(() => readTables(stack.pool), { timeout: 30_000 }).toEqual(recount(deliveryLog));
  await expect.poll(statesInTable, { timeout: 30_000 }).toEqual(statesByLog());
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  await projector.stop();
});

it('changes nothing where it is cut off, and is simply run again', async () => {
  const before = await readTables(stack.pool);
  const enough = new AbortController();
  const cutOff = rebuild({
    onProgress: () => enough.abort(new Error('enough')),
    signal: enough.signal,
  });
  await expect(cutOff).rejects.toThrow('enough');
  expect(await readTables(stack.pool)).toEqual(before);
  await rebuild();
  expect(await readTables(stack.pool)).toEqual(recount(deliveryLog));
});

it('changes nothing where its connections are cut', async () => {
  const before = await readTables(stack.pool);
  let cut = false;
  const cutOff = rebuild({
    onProgress: () => {
      if (cut) return;
      cut = true;
      void stack.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'webhooks-rebuild'",
      );
    },
  });
  await expect(cutOff).rejects.toThrow();
  expect(await readTables(stack.pool)).toEqual(before);
  await rebuild(); // removes what the other has left
});

it('is refused while another one is at work', async () => {
  const results = await Promise.all([rebuild(), rebuild()]);
  expect(results.map(({ kind }) => kind).sort()).toEqual(['already_running', 'rebuilt']);
});

it('waits for a reader who holds a table, without ending it', async () => {
  const reader = await stack.pool.connect();
  await reader.query('begin');
  await reader.query('select count(*) from subscription_stats');
  let isDone = false;
  const rebuilding = rebuild().then(() => void (isDone = true));
  const isWaitedFor = async () => {
    const { rows } = await stack.pool.query(
      "select 1 from pg_stat_activity where application_name = 'webhooks-rebuild' and wait_event_type = 'Lock'",
    );
    return rows.length;
  };
  await expect.poll(isWaitedFor, { timeout: 30_000, interval: 20 }).toBe(1);
  await reader.query('select count(*) from response_times');
  expect(isDone).toBe(false);
  await reader.query('commit');
  reader.release();
  await rebuilding;
});

it('is refused where the tables were made by a newer version', async () => {
  await stack.pool.query("insert into schema_migrations (name, run_on) values ('9999_of-tomorrow', now())");
  await expect(rebuild()).rejects.toThrow(/another version/);
  await stack.pool.query("delete from schema_migrations where name = '9999_of-tomorrow'");
});

it('begins with the oldest records that a topic still has', async () => {
  const admin = stack.kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(DELIVERY_LOG);
  await admin.deleteTopicRecords({
    topic: DELIVERY_LOG,
    partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
  });
  await admin.disconnect();
  deliveryLog.length = 0;
  await happens(historiesOf(90_000, 20));
  await rebuild();
  expect(await readTables(stack.pool)).toEqual(recount(deliveryLog));
});
