// A Keyv 5.6 store on our own pool, for installations, conversation references and caches. Never for claims, decisions or
// counters: Keyv has no compare-and-set. @keyv/postgres would end the process when the database goes away.
import { EventEmitter } from 'node:events';
import { Keyv } from 'keyv';
import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Db } from './db.ts';

/** What Keyv asks of a store. Keys arrive with their namespace in front; values are strings, already serialised. */
export class KeyvStore extends EventEmitter {
  /** Keyv offers an iterator only to dialects it knows. */
  readonly opts = { dialect: 'postgres', url: '' };
  namespace: string | undefined;
  readonly #db: Db;

  constructor(db: Db) {
    super();
    this.#db = db;
  }

  async get(key: string): Promise<string | undefined> {
    const { rows } = await this.#db.query<{ value: string }>(`SELECT value FROM keyv WHERE key = $1 AND ${ALIVE}`, [key]);
    return rows[0]?.value;
  }

  /** Without it Keyv asks one by one and takes a failed answer for a missing key. */
  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    const { rows } = await this.#db.query<{ key: string; value: string }>(`SELECT key, value FROM keyv WHERE key = ANY($1) AND ${ALIVE}`, [
      keys,
    ]);
    const found = new Map(rows.map((row) => [row.key, row.value]));
    return keys.map((key) => found.get(key));
  }

  /** `ttl` in ms; without one it stays until deleted. */
  async set(key: string, value: string, ttl?: number): Promise<void> {
    await this.#db.query(
      `INSERT INTO keyv (key, value, expires_at) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
       ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at`,
      [key, value, ttl ?? null],
    );
  }

  async delete(key: string): Promise<boolean> {
    const { rowCount } = await this.#db.query('DELETE FROM keyv WHERE key = $1', [key]);
    return rowCount === 1;
  }

  /** Empties this namespace and no other: starts_with has no wildcards. */
  async clear(): Promise<void> {
    await this.#db.query('DELETE FROM keyv WHERE starts_with(key, $1)', [prefixOf(this.namespace)]);
  }

  async *iterator(namespace?: string): AsyncGenerator<[string, string], void> {
    let after = '';
    for (;;) {
      const { rows } = await this.#db.query<{ key: string; value: string }>(
        `SELECT key, value FROM keyv WHERE starts_with(key, $1) AND key COLLATE "C" > $2 AND ${ALIVE} ORDER BY key COLLATE "C" LIMIT 100`,
        [prefixOf(namespace), after],
      );
      for (const row of rows) yield [row.key, row.value];
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.key;
    }
  }
}

const ALIVE = '(expires_at IS NULL OR expires_at > clock_timestamp())';

function prefixOf(namespace: string | undefined): string {
  return namespace === undefined ? '' : `${namespace}:`;
}

/** A Keyv of its own namespace, a word without `:` (Keyv cuts keys at the first one). Reads and writes throw when the database does not answer, instead of seeming empty. */
export function createKeyv<Value>(db: Db, namespace: string, log: Log): Keyv<Value> {
  if (namespace.includes(':')) throw new Error(`the namespace ${namespace} must not contain a colon`);
  const keyv = new Keyv<Value>({ store: new KeyvStore(db), namespace, throwOnErrors: true });
  keyv.on('error', (error: unknown) => log.warn('a key-value operation failed', { namespace, error: messageOf(error) }));
  return keyv;
}

/** Deletes what has expired. Answers how many. */
export async function deleteExpiredKeys(db: Db): Promise<number> {
  const { rowCount } = await db.query('DELETE FROM keyv WHERE expires_at <= clock_timestamp()');
  return rowCount ?? 0;
}
