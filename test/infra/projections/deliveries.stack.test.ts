/**
 * The projection against a real PostgreSQL. Deterministic whatever the timing: the tables after all records
 * were handled equal a recount over the log. Which projector writes which chunk is not.
 */
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPool } from '../../../infra/postgres/pool.ts';
import type { DeliveryEvent } from '../../../schemas/delivery-log.ts';
import {
  at,
  attempted,
  deliveryHistory,
  factsOf,
  held,
  scheduled,
} from '../../domain/record/delivery-history.ts';
import {
  createTestDatabase,
  quiet,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../postgres/test-database.ts';
import { chunkOf, createDeliveryProjection, readAll, recordsOf } from './log-of.ts';
import { readTables, recount } from './read-models.ts';

let server: TestServer;
let database: TestDatabase;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  database = await createTestDatabase(server);
});
afterEach(async () => {
  await database.pool.end();
});

const sampleOf = <T>(arbitrary: fc.Arbitrary<T>, seed: number): T =>
  fc.sample(arbitrary, { numRuns: 1, seed })[0] as T;

/** The histories of `count` deliveries in a random order of records, some of them twice. */
function disorderedLog(count: number, seed: number): readonly DeliveryEvent[] {
  const histories = fc.tuple(...Array.from({ length: count }, (_, i) => deliveryHistory(i)));
  const events = sampleOf(histories, seed).flat();
  const repeated = events.filter((_, i) => i % 5 === 0);
  const all = [...events, ...repeated];
  return sampleOf(fc.shuffledSubarray(all, { minLength: all.length }), seed);
}

/** Fails or breaks the connection at the statement that `at` counts to, once. */
function breakingPool(url: string, breakAt: number, how: 'reject' | 'kill'): pg.Pool {
  const pool = createPool(url, quiet);
  let statements = 0;
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.query = (async (...args: unknown[]) => {
      if (++statements !== breakAt) return query(...args);
      if (how === 'reject') throw new Error('the projector was killed here');
      await database.pool.query('select pg_terminate_backend($1)', [
        (client as unknown as { processID: number }).processID,
      ]);
      return query(...args);
    }) as typeof client.query;
  });
  return pool;
}

describe('the read models', () => {
  it('equal a recount for records in any order, repeated, in chunks of any size', async () => {
    const events = disorderedLog(60, 1);
    await readAll(createDeliveryProjection(database.pool, quiet), recordsOf(events), {
      sizes: [1, 7, 2, 40],
    });
    expect(await readTables(database.pool)).toEqual(recount(events));
  });

  it('do not change when everything is read again from the beginning', async () => {
    const records = recordsOf(disorderedLog(30, 2));
    const projection = createDeliveryProjection(database.pool, quiet);
    await readAll(projection, records, { sizes: [50] });
    const before = await readTables(database.pool);
    await readAll(projection, records, { sizes: [17] });
    expect(await readTables(database.pool)).toEqual(before);
  });

  it('take only the new records of a chunk that begins with known ones', async () => {
    const events = disorderedLog(20, 3);
    const records = recordsOf(events);
    const projection = createDeliveryProjection(database.pool, quiet);
    await projection.handle(chunkOf(records.slice(0, 15)));
    await projection.handle(chunkOf(records.slice(5)));
    expect(await readTables(database.pool)).toEqual(recount(events));
  });

  it('show an attempt that a crash had made twice as it came to the second time, in any order', async () => {
    const lost = { ...attempted(1, 100, 1, 'retry'), response_body: 'lost' };
    const repeated = { ...attempted(1, 20_000, 1, 'succeed'), response_body: 'repeated' };
    const projection = createDeliveryProjection(database.pool, quiet);
    for (const [partition, events] of [
      [lost, repeated],
      [repeated, lost],
    ].entries()) {
      const named = events.map((event) => ({ ...event, delivery_id: factsOf(partition).delivery_id }));
      await readAll(projection, recordsOf(named), { partition, sizes: [1] });
    }
    const { rows } = await database.pool.query(
      'select status, response_body from deliveries join attempts on delivery_id = id',
    );
    expect(rows).toEqual([1, 2].map(() => ({ status: 'succeeded', response_body: 'repeated' })));
  });

  it('hold all of a chunk or nothing, at whichever statement the projector dies', async () => {
    const events = disorderedLog(12, 4);
    const records = recordsOf(events);
    await readAll(createDeliveryProjection(database.pool, quiet), records.slice(0, 10));
    const before = recount(events.slice(0, 10));
    // begin, lock, read, four tables, offset, commit
    for (let statement = 1; statement <= 9; statement++) {
      const pool = breakingPool(database.url, statement, statement % 2 === 0 ? 'reject' : 'kill');
      await expect(
        createDeliveryProjection(pool, quiet).handle(chunkOf(records.slice(10))),
      ).rejects.toThrow();
      await pool.end();
      expect(await readTables(database.pool)).toEqual(before);
    }
    await readAll(createDeliveryProjection(database.pool, quiet), records, { start: 10 });
    expect(await readTables(database.pool)).toEqual(recount(events));
  });

  it('go on with the same pool after PostgreSQL has cut all connections', async () => {
    const events = disorderedLog(12, 5);
    const records = recordsOf(events);
    const pool = breakingPool(database.url, 5, 'kill');
    const projection = createDeliveryProjection(pool, quiet);
    await expect(projection.handle(chunkOf(records))).rejects.toThrow();
    expect(await projection.handle(chunkOf(records))).toBe('done');
    await pool.end();
    expect(await readTables(database.pool)).toEqual(recount(events));
  });

  it('count once what two projectors read from one partition at once', async () => {
    const events = disorderedLog(80, 6);
    const records = recordsOf(events);
    const pools = [createPool(database.url, quiet), createPool(database.url, quiet)];
    await Promise.all(
      pools.map((pool, i) =>
        readAll(createDeliveryProjection(pool, quiet), records, { sizes: i === 0 ? [3, 11] : [8] }),
      ),
    );
    await Promise.all(pools.map((pool) => pool.end()));
    expect(await readTables(database.pool)).toEqual(recount(events));
  });

  it('count all of what many projectors read from many partitions of the same subscriptions at once', async () => {
    const partitions = [0, 1, 2, 3, 4].map((partition) =>
      disorderedLog(20, 10 + partition).map((event) => ({
        ...event,
        delivery_id: event.delivery_id.replace('del_0', `del_${partition + 1}`) as typeof event.delivery_id,
      })),
    );
    await Promise.all(
      partitions.map((events, partition) =>
        readAll(createDeliveryProjection(database.pool, quiet), recordsOf(events), { partition, sizes: [4] }),
      ),
    );
    expect(await readTables(database.pool)).toEqual(recount(partitions.flat()));
  });

  it('take chunks of several partitions that come together in one transaction', async () => {
    const projection = createDeliveryProjection(database.pool, quiet);
    const events = [1, 2, 3].map((index) => attempted(index, 100, 1, 'succeed'));
    const gap = chunkOf(recordsOf([scheduled(4, 0)], 7), 3);
    const answers = await Promise.all([
      ...events.map((event, partition) => projection.handle(chunkOf(recordsOf([event]), partition))),
      projection.handle(gap),
    ]);
    expect(answers).toEqual(['done', 'done', 'done', { seekTo: 0n }]);
    expect(await readTables(database.pool)).toEqual(recount(events));
    const { rows } = await database.pool.query('select distinct xmin::text from deliveries');
    expect(rows).toHaveLength(1);
  });

  it('take of chunks that come together all but the record that PostgreSQL refuses', async () => {
    const projection = createDeliveryProjection(database.pool, quiet);
    const good = [1, 2].map((index) => attempted(index, 100, 1, 'succeed'));
    const bad = { ...attempted(3, 100, 1, 'succeed'), status_code: 2 ** 40 };
    const answers = await Promise.all(
      [...good, bad].map((event, partition) => projection.handle(chunkOf(recordsOf([event]), partition))),
    );
    expect(answers).toEqual(['done', 'done', 'done']);
    expect(await readTables(database.pool)).toEqual(recount(good));
  });

  it('take two chunks of one partition in their order, where it was given back meanwhile', async () => {
    const records = recordsOf([1, 2, 3].map((index) => attempted(index, 100, 1, 'succeed')));
    const projection = createDeliveryProjection(database.pool, quiet);
    const answers = await Promise.all([
      projection.handle(chunkOf(records.slice(0, 2))),
      projection.handle(chunkOf(records)),
    ]);
    expect(answers).toEqual(['done', 'done']);
    expect((await readTables(database.pool)).deliveries).toHaveLength(3);
  });

  it('are built again by a running projector after they were emptied', async () => {
    const events = disorderedLog(20, 7);
    const records = recordsOf(events);
    const projection = createDeliveryProjection(database.pool, quiet);
    await readAll(projection, records.slice(0, -1));
    await database.pool.query(
      'truncate projection_offsets, deliveries, attempts, response_times, subscription_stats',
    );
    await readAll(projection, records, { start: records.length - 1 });
    expect(await readTables(database.pool)).toEqual(recount(events));
  });

  it('name the workflow of the latest record, which carries the delivery now', async () => {
    const events = [
      { ...attempted(1, 100, 1, 'retry'), workflow_id: 'group-1' },
      { ...attempted(1, 5_200, 2, 'retry'), workflow_id: 'del-1' },
      { ...scheduled(1, 0), workflow_id: 'group-1' },
    ];
    await readAll(createDeliveryProjection(database.pool, quiet), recordsOf(events), { sizes: [1] });
    const { rows } = await database.pool.query('select workflow_id from deliveries');
    expect(rows).toEqual([{ workflow_id: 'del-1' }]);
  });
});

describe('a chunk after a gap', () => {
  const records = recordsOf([scheduled(1, 0), scheduled(2, 0), scheduled(3, 0), scheduled(4, 0)]);

  it('is answered with the place to go back to, and nothing is written', async () => {
    const projection = createDeliveryProjection(database.pool, quiet);
    expect(await projection.handle(chunkOf(records.slice(2)))).toEqual({ seekTo: 0n });
    await projection.handle(chunkOf(records.slice(0, 1)));
    expect(await projection.handle(chunkOf(records.slice(2)))).toEqual({ seekTo: 1n });
    expect((await readTables(database.pool)).deliveries).toHaveLength(1);
  });

  it('is taken, with a warning, where the records in between have outlived the retention', async () => {
    const warnings: unknown[] = [];
    const logger = { ...quiet, warn: (fields: unknown) => void warnings.push(fields) };
    const projection = createDeliveryProjection(database.pool, logger, async () => ({ low: 2n, high: 4n }));
    expect(await projection.handle(chunkOf(records.slice(3)))).toEqual({ seekTo: 2n });
    expect(await projection.handle(chunkOf(records.slice(2)))).toBe('done');
    expect((await readTables(database.pool)).deliveries).toHaveLength(2);
    expect(warnings).toMatchObject([{ from: '0', to: '2' }]);
  });
});

describe('a chunk that was read before', () => {
  const records = recordsOf([scheduled(1, 0), scheduled(2, 0), scheduled(3, 0)]);
  const projectionOf = (high: bigint) =>
    createDeliveryProjection(database.pool, quiet, async () => ({ low: 0n, high }));

  it('is passed over', async () => {
    await projectionOf(3n).handle(chunkOf(records));
    expect(await projectionOf(3n).handle(chunkOf(records.slice(0, 2)))).toBe('done');
    expect((await readTables(database.pool)).deliveries).toHaveLength(3);
  });

  it('is refused where Kafka does not have what was read after it: it is another Kafka', async () => {
    await projectionOf(3n).handle(chunkOf(records));
    const [other] = recordsOf([scheduled(4, 0)]);
    await expect(projectionOf(1n).handle(chunkOf([other!]))).rejects.toThrow(
      'PostgreSQL has read webhooks.deliveries/0 up to 3, and Kafka has it up to 1: run webhooks rebuild',
    );
  });
});

it('a projection knows where it goes on in each partition', async () => {
  const projection = createDeliveryProjection(database.pool, quiet);
  await projection.handle(chunkOf(recordsOf([scheduled(1, 0), scheduled(2, 0)]), 2));
  expect(await projection.positionOf('webhooks.deliveries', 2)).toBe(2n);
  expect(await projection.positionOf('webhooks.deliveries', 1)).toBeNull();
});

describe('a record that is not as it has to be', () => {
  const logged: unknown[] = [];
  const logger = { ...quiet, error: (fields: unknown) => void logged.push(fields) };
  beforeEach(() => void logged.splice(0));

  it('is logged and passed over where it is none of ours', async () => {
    const garbage = [null, 'not JSON', '{}', '{"type":"DeliveryScheduled"}', '\xff'].map((value, i) => ({
      offset: BigInt(i),
      key: null,
      value: value === null ? null : Buffer.from(value, 'latin1'),
    }));
    const records = [...garbage, ...recordsOf([scheduled(1, 0)], garbage.length)];
    await readAll(createDeliveryProjection(database.pool, logger), records);
    expect(await readTables(database.pool)).toEqual(recount([scheduled(1, 0)]));
    expect(logged).toHaveLength(garbage.length);
  });

  it('is logged and passed over alone where PostgreSQL cannot hold one of its values', async () => {
    const good = [1, 2, 3, 4, 5].map((index) => attempted(index, 100, 1, 'succeed'));
    const bad: DeliveryEvent[] = [
      { ...attempted(11, 100, 1, 'succeed'), status_code: 2 ** 40 },
      { ...attempted(12, 100, 2 ** 40, 'succeed') },
      { ...attempted(13, 100, 1, 'succeed'), duration_ms: 1e308 },
      { ...scheduled(14, 0), source: { ...factsOf(14).source, offset: 'seven' } },
      // Too long for an index, and not to be compressed.
      { ...scheduled(15, 0), event_type: sampleOf(fc.string({ unit: 'binary', minLength: 9_000 }), 1) },
    ];
    const events = good.flatMap((event, i) => [event, bad[i]!]);
    await readAll(createDeliveryProjection(database.pool, logger), recordsOf(events));
    expect(await readTables(database.pool)).toEqual(recount(good));
    expect(logged).toMatchObject([1, 3, 5, 7, 9].map((offset) => ({ offset: String(offset) })));
  });

  it('is kept, with U+FFFD for what PostgreSQL refuses, where it holds the answer of a hostile server', async () => {
    const hostile: DeliveryEvent = {
      ...attempted(1, 100, 1, 'retry'),
      event_id: 'evt_\0' as DeliveryEvent['event_id'],
      error: 'broke off after \0',
      response_headers: { 'x-\0': '\uD800', set: '{"a","b"}\\' },
      response_body: '\0\uDFFF{NULL,"quoted\\"}\u0007\u2028',
    };
    await readAll(createDeliveryProjection(database.pool, logger), recordsOf([scheduled(2, 0), hostile]));
    expect(logged).toEqual([]);
    const { rows } = await database.pool.query(
      `select event_id, last_error, response_headers, response_body from deliveries
       join attempts on delivery_id = id`,
    );
    expect(rows).toEqual([
      {
        event_id: 'evt_\uFFFD',
        last_error: 'broke off after \uFFFD',
        response_headers: { 'x-\uFFFD': '\uFFFD', set: '{"a","b"}\\' },
        response_body: '\uFFFD\uFFFD{NULL,"quoted\\"}\u0007\u2028',
      },
    ]);
  });

  it('is kept where its event happened in the first or the last year that there is', async () => {
    const times = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'];
    const events = times.map((occurred_at, i) => ({ ...held(i, 0), occurred_at }));
    await readAll(createDeliveryProjection(database.pool, logger), recordsOf(events));
    expect(logged).toEqual([]);
    const { rows } = await database.pool.query('select occurred_at from deliveries order by id');
    expect(rows.map((row) => row.occurred_at.toISOString())).toEqual(times);
  });

  it('does not move a delivery to another subscription', async () => {
    const events = [
      scheduled(1, 0),
      { ...attempted(1, 100, 1, 'succeed'), subscription_id: factsOf(2).subscription_id },
    ];
    await readAll(createDeliveryProjection(database.pool, logger), recordsOf(events), { sizes: [1] });
    expect((await readTables(database.pool)).counters).toEqual([
      expect.objectContaining({
        subscription: factsOf(1).subscription_id,
        pending: 0,
        succeeded: 1,
        last: at(100),
      }),
    ]);
  });
});

it('what has more behind it on Kafka waits for nothing, however far apart transactions are', async () => {
  const dayMs = 86_400_000;
  const projection = createDeliveryProjection(database.pool, quiet, undefined, () => dayMs);
  const [first, second] = recordsOf([scheduled(0, 0), scheduled(1, 0)]).map((record) => ({
    ...chunkOf([record]),
    endOffset: 3n,
  }));
  expect(await projection.handle(first!)).toBe('done');
  expect(await projection.handle(second!)).toBe('done');
});
