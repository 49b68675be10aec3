// The database drops every connection, again and again, while runs work, wait, are answered and cancelled: all of them end, each call is
// made once or, where it was cut off, once more with the same key, and the process lives.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppender } from '../../src/audit/appender.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine } from '../support/engine-process.ts';
import { quietLog } from '../support/quiet-log.ts';
import { ASK, FIVE, LOOP, PARALLEL, WAIT } from './playbooks.ts';

const RUNS = 40;

describe('a storm of lost connections', () => {
  let database: TestDatabase;
  let effects: Effects;
  let built: Awaited<ReturnType<typeof buildEngine>>;

  beforeAll(async () => {
    database = await testDatabase();
    effects = await startEffects();
    built = await buildEngine({
      databaseUrl: database.url,
      effectsUrl: effects.url,
      playbooks: [ASK, FIVE, LOOP, PARALLEL, WAIT],
      maxBursts: 10,
    });
  });
  afterAll(async () => {
    await built.call({ method: 'stop' });
    await effects.close();
    await database.drop();
  });

  const insist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (attempt === 20) throw error;
        await sleep(100);
      }
    }
  };
  const open = async (): Promise<number> =>
    insist(async () => {
      const { rows } = await database.store.query<{ open: number }>('SELECT count(*)::int AS open FROM run WHERE finished_at IS NULL');
      return rows[0]?.open ?? 0;
    });

  it('leaves no run behind', { timeout: 90_000 }, async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error instanceof Error ? error.stack : error);
    process.on('uncaughtException', note);
    process.on('unhandledRejection', note);
    let storming = true;
    const storm = (async () => {
      while (storming) {
        await database.store
          .query(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5',
          )
          .catch(() => undefined);
        await sleep(60);
      }
    })();
    const playbooks = ['ask', 'five', 'loop', 'parallel', 'wait'];
    for (let count = 0; count < RUNS; count += 1)
      await insist(async () => built.call({ method: 'start', playbook: playbooks[count % playbooks.length] ?? '', key: `storm-${count}` }));
    // The same people press while it storms; an answer that was lost is given again.
    const answering = (async () => {
      while ((await open()) > 0) {
        const { rows } = await insist(async () => database.store.query<{ id: string }>('SELECT id FROM approval WHERE outcome IS NULL'));
        for (const { id } of rows)
          await insist(async () => built.call({ method: 'decide', approvalId: id, person: 'carol', choice: 'block' }));
        await sleep(200);
      }
    })();
    await sleep(5_000);
    storming = false;
    await storm;
    await until(async () => (await open()) === 0, 'every run has ended', 60_000);
    await answering;
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
    expect(uncaught).toEqual([]);

    const { rows } = await database.store.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM run GROUP BY status',
    );
    expect(rows).toEqual([{ status: 'succeeded', count: RUNS }]);
    const byKey = Map.groupBy(effects.seen, (effect) => effect.key);
    expect(byKey.size).toBe((RUNS / 5) * (2 + 5 + 3 + 5 + 2));
    for (const calls of byKey.values()) expect(calls.map((call) => call.repeated)).toEqual(calls.map((_call, index) => index > 0));
    const appender = createAppender({ store: database.store, log: quietLog });
    await appender.append();
    expect(await verifyChain(database.store)).toMatchObject({ ok: true, waiting: 0 });
  });
});
