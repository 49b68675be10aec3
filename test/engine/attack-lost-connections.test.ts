// A database that drops a connection at the worst write, in one process: every run goes on, and no call is repeated for it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLog } from '../../src/engine/history.ts';
import type { RunLog } from '../../src/model/run.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { dropConnection } from '../support/database-faults.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine } from '../support/engine-process.ts';
import { ASK, FIVE, LIMITED } from './playbooks.ts';

describe('a database that drops connections', () => {
  let database: TestDatabase;
  let effects: Effects;
  let built: Awaited<ReturnType<typeof buildEngine>>;

  beforeEach(async () => {
    database = await testDatabase();
    effects = await startEffects();
    built = await buildEngine({ databaseUrl: database.url, effectsUrl: effects.url, playbooks: [ASK, FIVE, LIMITED] });
  });
  afterEach(async () => {
    await built.call({ method: 'stop' });
    await effects.close();
    await database.drop();
  });

  const begin = async (playbook: string): Promise<string> => {
    const started = await built.call({ method: 'start', playbook, key: playbook });
    return typeof started === 'object' && started !== null && 'runId' in started ? String(started.runId) : '';
  };
  const log = async (runId: string): Promise<RunLog> => {
    const found = await runLog(database.store, runId);
    if (found === null) throw new Error('no run');
    return found;
  };
  const ended = async (runId: string, status: string): Promise<void> =>
    until(async () => (await log(runId)).status === status, `the run ends as ${status}`, 12_000);

  it('as a burst takes its line: the line is started again, not forgotten', async () => {
    await dropConnection(database.store, 'run_line', 'NEW.taken > OLD.taken');
    const runId = await begin('five');
    await ended(runId, 'succeeded');
    expect(effects.seen.map((effect) => effect.name)).toEqual(['s1', 's2', 's3', 's4', 's5']);
  });

  it('as the answer of a call is saved: the answer is saved on another one, the call is not repeated', async () => {
    await dropConnection(database.store, 'run_step', `NEW.status = 'done'`);
    const runId = await begin('five');
    await ended(runId, 'succeeded');
    expect(effects.count('s1')).toBe(1);
  });

  it('as a time limit ends a run: it ends all the same', async () => {
    await dropConnection(database.store, 'run', `NEW.status = 'failed'`);
    const runId = await begin('limited');
    await ended(runId, 'failed');
    expect((await log(runId)).summary).toBe('stopped at its time limit');
  });

  it('never ends a run before its limit, though the clock of a process set the timer too early', async () => {
    const runId = await begin('limited');
    await ended(runId, 'waiting');
    await database.store.query(`UPDATE dbos.workflow_status SET delay_until_epoch_ms = 1 WHERE workflow_uuid = $1`, [`limit:${runId}`]);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await log(runId)).status).toBe('waiting');
    await ended(runId, 'failed');
  });
});
