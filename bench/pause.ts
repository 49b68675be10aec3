// Ten thousand paused runs: really paused ones, then copies of their rows in every table, Picket's and DBOS's, under new ids.
// A copy differs from a run that paused by itself in nothing but its ids, its number and its message ids.
import { createAppender } from '../src/audit/appender.ts';
import type { Log } from '../src/model/log.ts';
import type { Store } from '../src/store/db.ts';

/** Tables in the order of their foreign keys. The statement that copies a table is built from its own columns. */
const TABLES = [
  'picket.run',
  'picket.run_entity',
  'picket.run_line',
  'picket.run_step',
  'picket.approval',
  'picket.surface',
  'picket.audit',
  'dbos.workflow_status',
] as const;

/** Copies the waiting runs until `wanted` of them wait. Answers how many wait. */
export async function copyPaused(store: Store, wanted: number, log: Log): Promise<number> {
  await store.transaction(async (tx) => {
    await tx.query(
      `CREATE TEMP TABLE pair ON COMMIT DROP AS
       WITH source AS (SELECT r.id AS run, a.id AS approval, row_number() OVER (ORDER BY r.number) - 1 AS n, count(*) OVER () AS all_of_them
                       FROM run r JOIN approval a ON a.run_id = r.id WHERE r.status = 'waiting' AND a.outcome IS NULL)
       SELECT run::text AS old_run, approval::text AS old_approval, gen_random_uuid()::text AS new_run, gen_random_uuid()::text AS new_approval,
         copy, nextval(pg_get_serial_sequence('picket.run', 'number'))::text AS number
       FROM source, generate_series(1, $1::int) AS copy WHERE copy <= $1::int - all_of_them AND copy % all_of_them = n`,
      [wanted],
    );
    for (const table of TABLES) await tx.query(await copyStatement(tx, table));
  });
  // As a running Picket had done within a second of each.
  await createAppender({ store, log }).append();
  await store.query('ANALYZE');
  const { rows } = await store.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM run JOIN approval ON run_id = run.id
     JOIN dbos.workflow_status w ON w.workflow_uuid = 'expire:' || approval.id || ':0' WHERE run.status = 'waiting' AND w.status = 'DELAYED'`,
  );
  return rows[0]?.count ?? 0;
}

async function copyStatement(db: Pick<Store, 'query'>, table: (typeof TABLES)[number]): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND (attidentity = '' OR ($1::text = 'picket.run' AND attname = 'number'))
       AND NOT ($1::text = 'picket.audit' AND attname IN ('seq', 'prev_hash', 'hash'))`,
    [table],
  );
  const columns = rows.map((row) => row.name).join(', ');
  const values = rows.map((row) => `(${OWN[`${table}.${row.name}`] ?? `fresh.${row.name}`})`).join(', ');
  // Whatever names the run or its approval, in an id, a key or a text, names the copy's.
  return `WITH original AS MATERIALIZED (
      SELECT old_run, old.row FROM (SELECT DISTINCT old_run, old_approval FROM pair) named, (SELECT to_jsonb(t)::text AS row FROM ${table} t) old
      WHERE strpos(old.row, old_run) > 0 OR strpos(old.row, old_approval) > 0)
    INSERT INTO ${table} (${columns}) ${table === 'picket.run' ? 'OVERRIDING SYSTEM VALUE' : ''}
    SELECT ${values} FROM pair JOIN original USING (old_run),
      jsonb_populate_record(NULL::${table}, replace(replace(original.row, old_run, new_run), old_approval, new_approval)::jsonb) AS fresh`;
}

/** What is a copy's own besides. */
const OWN: Readonly<Record<string, string>> = {
  'picket.run.number': 'pair.number::bigint',
  'picket.run.start_key': `'copy:' || pair.number`,
  'picket.surface.id': 'gen_random_uuid()',
  'picket.surface.message_id': `CASE WHEN fresh.message_id <> '' THEN '1700000000.' || lpad(pair.copy::text, 6, '0') ELSE '' END`,
};
