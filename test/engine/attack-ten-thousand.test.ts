// Waiting is free: sweeps over ten thousand paused runs read none of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine } from '../support/engine-process.ts';
import { ASK } from './playbooks.ts';

describe('ten thousand paused runs', () => {
  let database: TestDatabase;
  let effects: Effects;
  let built: Awaited<ReturnType<typeof buildEngine>>;

  beforeAll(async () => {
    database = await testDatabase();
    effects = await startEffects();
    const { store } = database;
    await store.query(`INSERT INTO playbook_text VALUES ('h', 'p', 't')`);
    await store.query(`INSERT INTO run (id, start_key, playbook, playbook_hash, root_run, subject, subject_display, scope, cause, by_person, status, limit_at)
      SELECT gen_random_uuid(), 'k' || n, 'p', 'h', gen_random_uuid(), '{}', 'x', '{}', '{}', false, 'waiting', now() + interval '1 day' FROM generate_series(1, 10000) n`);
    await store.query(`INSERT INTO run_line (run_id, line, burst, taken, burst_done, state, owner, due_at)
      SELECT id, 'main', 1, 1, 1, 'waiting', 'picket-0', CASE WHEN number % 2 = 0 THEN now() + interval '1 day' END FROM run`);
    await store.query(`INSERT INTO approval (id, run_id, path, line, question, choices, effects, ask, approvers, quorum, expiry, expires_at)
      SELECT gen_random_uuid(), id, 'd', 'main', 'q', '[]', '{}', '{}', '[]', 1, '{}', now() + interval '1 day' FROM run`);
    await store.query('ANALYZE');
    // What the inserts read is counted now, not later.
    await store.query('SELECT pg_stat_force_next_flush()');
    built = await buildEngine({ databaseUrl: database.url, effectsUrl: effects.url, playbooks: [ASK], sweepMs: 50 });
  });
  afterAll(async () => {
    await built.call({ method: 'stop' });
    await effects.close();
    await database.drop();
  });

  it('are not read by the sweep, and hold up nobody', async () => {
    const read = async (): Promise<number> => {
      const { rows } = await database.store.query<{ read: string }>(
        `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS read FROM pg_stat_user_tables WHERE relname IN ('run', 'run_line', 'approval')`,
      );
      return Number(rows[0]?.read);
    };
    // The counters come up to a second late.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const before = await read();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect((await read()) - before).toBeLessThan(1_000);

    const started = performance.now();
    await built.call({ method: 'start', playbook: 'ask', key: 'one' });
    await until(
      async () => (await database.store.query(`SELECT 1 FROM approval WHERE path = 'decision'`)).rows.length === 1,
      'people are asked',
    );
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
