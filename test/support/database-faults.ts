// Faults inside a real database: a connection that drops, or a statement that hangs, at one chosen write.
import type { Db } from '../../src/store/db.ts';

/** The first `times` updates of the table for which `when` holds (over OLD and NEW) lose their connection and change nothing. */
export async function dropConnection(db: Db, table: string, when: string, times = 1): Promise<void> {
  await trigger(db, table, when, times, 'PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5);');
}

/** The first update for which `when` holds hangs for this long, then fails. */
export async function hang(db: Db, table: string, when: string, seconds: number): Promise<void> {
  await trigger(db, table, when, 1, `PERFORM pg_sleep(${seconds}); RAISE EXCEPTION 'hung';`);
}

async function trigger(db: Db, table: string, when: string, times: number, body: string): Promise<void> {
  // A sequence counts on although the transaction is lost.
  await db.query('CREATE SEQUENCE IF NOT EXISTS picket.faults');
  await db.query(`SELECT setval('picket.faults', 1, false)`);
  await db.query(`CREATE OR REPLACE FUNCTION picket.fault() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF nextval('picket.faults') <= ${times} THEN ${body} END IF; RETURN NEW; END $$`);
  await db.query(
    `CREATE OR REPLACE TRIGGER fault BEFORE UPDATE ON picket.${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION picket.fault()`,
  );
}

export async function clearFault(db: Db, table: string): Promise<void> {
  await db.query(`DROP TRIGGER IF EXISTS fault ON picket.${table}`);
}
