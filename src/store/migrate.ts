// Brings a database to this version's tables: every file of migrations/ once, in order, under a lock.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { ConfigError, messageOf } from '../model/errors.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);
/** Key of the advisory lock that lets one replica migrate at a time. */
const LOCK = 7_305_511;

/** Runs what is missing; answers the names that were run. Refuses a database that a newer Picket has written. */
export async function migrate(url: string): Promise<readonly string[]> {
  const files = await readMigrations();
  const client = new pg.Client({ connectionString: url, application_name: 'picket-migrate' });
  await client.connect().catch((error: unknown) => {
    throw new ConfigError(
      `the database cannot be reached (${reasonOf(error)}): check host, port, user, password and name in DATABASE_URL, and that it runs`,
      error,
    );
  });
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query('CREATE SCHEMA IF NOT EXISTS picket');
    await client.query(
      'CREATE TABLE IF NOT EXISTS picket.migration (name text PRIMARY KEY, hash text NOT NULL, at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ name: string; hash: string }>('SELECT name, hash FROM picket.migration ORDER BY name');
    const missing = compare(files, rows);
    for (const file of missing) await run(client, file);
    return missing.map((file) => file.name);
  } finally {
    await client.end();
  }
}

// A name with several addresses fails once for each, and the whole has no message of its own.
function reasonOf(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly hash: string;
}

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, MIGRATIONS), 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function compare(files: readonly Migration[], applied: readonly { name: string; hash: string }[]): readonly Migration[] {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const row of applied) {
    const file = known.get(row.name);
    if (file === undefined)
      throw new ConfigError(
        `the database was written by a newer Picket (migration ${row.name}): install that version, or use another database`,
      );
    if (file.hash !== row.hash)
      throw new ConfigError(`migration ${row.name} differs from the one the database was made with: restore the released file`);
  }
  const done = new Set(applied.map((row) => row.name));
  return files.filter((file) => !done.has(file.name));
}

async function run(client: pg.Client, file: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL search_path = picket, public');
    await client.query(file.sql);
    await client.query('INSERT INTO picket.migration (name, hash) VALUES ($1, $2)', [file.name, file.hash]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
