// A secret that is made once and kept, so that all replicas have the same one without configuration.
import { randomBytes } from 'node:crypto';
import type { Db } from './db.ts';

/** The secret of this name: 64 hex digits, made by whichever replica asks first. */
export async function keptSecret(db: Db, name: string): Promise<string> {
  await db.query('INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [name, randomBytes(32).toString('hex')]);
  const { rows } = await db.query<{ value: string }>('SELECT value FROM secret WHERE name = $1', [name]);
  const row = rows[0];
  if (row === undefined) throw new Error(`the secret ${name} was deleted while it was read`);
  return row.value;
}
