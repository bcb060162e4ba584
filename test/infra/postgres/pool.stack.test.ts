import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPool } from '../../../infra/postgres/pool.ts';
import { inTransaction } from '../../../infra/postgres/transaction.ts';
import { quiet, startTestServer, type TestServer } from './test-database.ts';

let server: TestServer;
let url: string;
let killer: pg.Pool;
beforeAll(async () => {
  server = await startTestServer();
  url = await server.createDatabase();
  killer = createPool(url, quiet);
  await killer.query('create table marks (mark text)');
});
afterAll(async () => {
  await killer.end();
  await server.stop();
});

let pool: pg.Pool;
const warnings: string[] = [];
beforeEach(() => {
  warnings.splice(0);
  pool = createPool(url, { warn: (_fields: unknown, message?: string) => void warnings.push(message ?? '') });
});
afterEach(async () => {
  await pool.end();
});

const backendOf = async (client: pg.Pool | pg.PoolClient): Promise<number> =>
  (await client.query('select pg_backend_pid() as id')).rows[0].id;
const kill = (backend: number) => killer.query('select pg_terminate_backend($1)', [backend]);

describe('a pool', () => {
  it('replaces an idle connection that was lost, and says so', async () => {
    const first = await backendOf(pool);
    await kill(first);
    await vi.waitFor(() => expect(warnings).toEqual(['lost an idle connection to PostgreSQL']), {
      timeout: 20_000,
    });
    expect(await backendOf(pool)).not.toBe(first);
  });

  it('outlives a connection that is lost between two statements of a transaction', async () => {
    const transaction = inTransaction(pool, async (client) => {
      await client.query(`insert into marks values ('lost')`);
      const closed = new Promise((resolve) => client.once('end', resolve));
      await kill(await backendOf(client));
      await closed;
      await client.query('select 1');
    });
    await expect(transaction).rejects.toThrow();
    expect((await pool.query(`select * from marks where mark = 'lost'`)).rowCount).toBe(0);
  });

  it('rejects while PostgreSQL is away', async () => {
    const away = createPool('postgres://nobody@127.0.0.1:1/nothing', quiet);
    await expect(away.query('select 1')).rejects.toThrow(/ECONNREFUSED/);
    await away.end();
  });
});

describe('a transaction', () => {
  it('is kept when its work is done, and answers what the work answered', async () => {
    const answer = await inTransaction(pool, async (client) => {
      await client.query(`insert into marks values ('kept')`);
      return 'done';
    });
    expect(answer).toBe('done');
    expect((await pool.query(`select * from marks where mark = 'kept'`)).rowCount).toBe(1);
  });

  it('is taken back when its work throws, and gives its connection back', async () => {
    const failing = inTransaction(pool, async (client) => {
      await client.query(`insert into marks values ('taken back')`);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await pool.query(`select * from marks where mark = 'taken back'`)).rowCount).toBe(0);
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });
});
