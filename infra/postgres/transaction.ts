import type { Pool, PoolClient } from 'pg';

/**
 * Runs `work` between `begin` and COMMIT on one connection, and answers what it answered. Rejects, with nothing
 * applied, when `work` or a statement fails; a connection lost during COMMIT itself leaves open which it was.
 * `begin` may carry settings of this transaction: `begin; set local …`.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const answer = await work(client);
    await client.query('commit');
    client.release();
    return answer;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      // Whatever state it is in, nobody may be given it again.
      (broken: Error) => client.release(broken),
    );
    throw error;
  }
}
