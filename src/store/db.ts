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
    // Statements of one transaction that do not need each other's answers are sent together, in the order in which they were given.
    pipeline: true,
  });
  // Without a listener a lost database would end the process.
  const lost = (error: Error): void => settings.log.warn('database connection lost', { error: error.message });
  pool.on('error', lost);
  // The pool listens to clients at rest alone; one that is lost inside a transaction would end the process too.
  pool.on('connect', (client) => void client.on('error', lost));
  const statement = preparing();
  const query: Db['query'] = async (text, values) => pool.query(statement(text, values));
  return { pool, query, transaction: (work) => withRetries(pool, statement, work), close: async () => pool.end() };
}

type Preparing = (text: string, values: readonly unknown[] | undefined) => pg.QueryConfig;

const MOST_PREPARED = 500;

/**
 * A statement with values gets a name, so that each connection parses and plans it once. Texts that are made up anew each time
 * would fill the server's memory, whence the limit.
 */
function preparing(): Preparing {
  const names = new Map<string, string>();
  return (text, values) => {
    if (values === undefined || values.length === 0) return { text };
    const name = names.get(text) ?? (names.size < MOST_PREPARED ? `picket_${names.size}` : undefined);
    if (name === undefined) return { text, values: [...values] };
    names.set(text, name);
    return { name, text, values: [...values] };
  };
}

const REPEATABLE = new Set(['40001', '40P01']); // serialization_failure, deadlock_detected

async function withRetries<T>(pool: pg.Pool, statement: Preparing, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(pool, statement, work);
    } catch (error) {
      if (attempt === 3 || !(error instanceof pg.DatabaseError) || !REPEATABLE.has(error.code ?? '')) throw error;
    }
  }
}

async function once<T>(pool: pg.Pool, statement: Preparing, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const query: Db['query'] = async (text, values) => client.query(statement(text, values));
  try {
    await client.query('BEGIN');
    const result = await work({ client, query });
    // A transaction in which a statement failed is rolled back by COMMIT without an error.
    const { command } = await client.query('COMMIT');
    if (command === 'ROLLBACK') throw new Error('a statement of the transaction failed unnoticed: nothing of it was saved');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: unknown) => {
      broken = failed instanceof Error ? failed : new Error(String(failed));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
