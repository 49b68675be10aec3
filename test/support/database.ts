// A database of a test's own, copied from the template that has every table.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openStore, type Store } from '../../src/store/db.ts';
import { quietLog } from './quiet-log.ts';

export interface TestDatabase {
  readonly url: string;
  readonly store: Store;
  /** Closes the pool and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `t_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE picket_template`);
  const changed = new URL(server);
  changed.pathname = `/${name}`;
  const store = openStore({ url: changed.href, log: quietLog });
  const drop = async (): Promise<void> => {
    await store.close();
    await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { url: changed.href, store, drop };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Copying needs a template nobody is connected to; two test files may ask at once.
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query(statement);
        return;
      } catch (error) {
        if (attempt === 20 || !(error instanceof pg.DatabaseError) || error.code !== '55006') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  } finally {
    await client.end();
  }
}
