/** Connections to PostgreSQL, shared by all of a process. */
import pg from 'pg';
import type { Logger } from '../telemetry.ts';

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
// For a server that has vanished without a word, and so cannot enforce its own limit.
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/**
 * A pool that never takes the process down: a lost connection is logged and replaced by the next query, which
 * rejects while PostgreSQL is away. A query waits at most 5 s for a connection and 30 s for its answer.
 */
export function createPool(databaseUrl: string, logger: Pick<Logger, 'warn'>): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'webhooks',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'lost an idle connection to PostgreSQL'));
  // The pool listens only while a connection is idle. Lost in between two statements of a transaction, it
  // would raise an 'error' that nobody hears, and end the process; the next statement rejects anyhow.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * True for what a query rejects with while PostgreSQL is away: no error of its own at all, or one of the
 * SQLSTATE classes 08 (connection exception) and 57P (operator intervention).
 */
export const isPostgresAway = (error: unknown): boolean =>
  !(error instanceof pg.DatabaseError) || /^(?:08|57P)/.test(error.code ?? '');
