// Connections and transactions. Every room that saves something takes a `Db`, so that its writes can join a caller's transaction.
import pg from 'pg';
import type { Log } from '../model/log.ts';

/** A pool, or a client inside a transaction. */
export interface Db {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
}

/** A client with an open transaction; DBOS needs the client itself to enqueue inside it. */
export interface Tx extends Db {
  readonly client: pg.PoolClient;
}

/** The pool of this process, and work inside one transaction. */
export interface Store extends Db {
  readonly pool: pg.Pool;
  /** Commits when `work` resolves, rolls back when it throws. A deadlock or serialization failure runs `work` again, three times in all. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens a pool on a database whose migrations have run. Rows of schema `picket` are found without naming it. */
export function openStore(settings: { url: string; log: Log; maxConnections?: number }): Store {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.maxConnections ?? 12,
    options: '-c search_path=picket,public',
    application_name: 'picket',
    connectionTimeoutMillis: 10_000,
  });
  // Without a listener a lost database would end the process.
  pool.on('error', (error) => settings.log.warn('database connection lost', { error: error.message }));
  const query: Db['query'] = async (text, values) => pool.query(text, values === undefined ? [] : [...values]);
  return { pool, query, transaction: (work) => withRetries(pool, work), close: async () => pool.end() };
}

const REPEATABLE = new Set(['40001', '40P01']); // serialization_failure, deadlock_detected

async function withRetries<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (attempt === 3 || !(error instanceof pg.DatabaseError) || !REPEATABLE.has(error.code ?? '')) throw error;
    }
  }
}

async function once<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const query: Db['query'] = async (text, values) => client.query(text, values === undefined ? [] : [...values]);
  try {
    await client.query('BEGIN');
    const result = await work({ client, query });
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((lost: unknown) => {
      broken = lost instanceof Error ? lost : new Error(String(lost));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
