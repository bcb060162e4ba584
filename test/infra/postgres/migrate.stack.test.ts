import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../infra/postgres/migrate.ts';
import { startTestServer, type TestServer } from './test-database.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
});

async function tablesOf(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `select table_name from information_schema.tables where table_schema = 'public' order by table_name`,
  );
  await client.end();
  return rows.map((row) => row.table_name);
}

describe('the migrations', () => {
  it('make the tables once, whoever of many services comes first', async () => {
    const url = await server.createDatabase();
    const ran = await Promise.all(Array.from({ length: 6 }, () => migrate(url)));
    expect(ran.flat()).toEqual([...new Set(ran.flat())]);
    expect(ran.flat()).toContain('0001_delivery-read-models');
    expect(await tablesOf(url)).toEqual([
      'attempts',
      'audit_entries',
      'batch_contents',
      'deliveries',
      'held_deliveries',
      'projection_offsets',
      'response_times',
      'schema_migrations',
      'subscription_states',
      'subscription_stats',
    ]);
  });

  it('do nothing where they have run', async () => {
    const url = await server.createDatabase();
    await migrate(url);
    expect(await migrate(url)).toEqual([]);
  });

  it('reject where there is no PostgreSQL', async () => {
    await expect(migrate('postgres://nobody@127.0.0.1:1/nothing')).rejects.toThrow(/ECONNREFUSED/);
  });
});
