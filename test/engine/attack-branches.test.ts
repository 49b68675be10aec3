// Branches that wait, fail and end beside each other; a line of waiting runs longer than this process may work on; old bursts.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runLog } from '../../src/engine/history.ts';
import { endRun, type LockedRun, lockRun } from '../../src/engine/lines.ts';
import { writeNoteAlone } from '../../src/engine/records.ts';
import type { Answered, RunLog } from '../../src/model/run.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine } from '../support/engine-process.ts';
import { ASK, BRANCHES, FIVE, PARALLEL } from './playbooks.ts';

describe('an engine with room for four bursts and a slow sweep', () => {
  let database: TestDatabase;
  let effects: Effects;
  let built: Awaited<ReturnType<typeof buildEngine>>;
  let keys = 0;
  let mark = 0;

  beforeAll(async () => {
    database = await testDatabase();
    effects = await startEffects();
    built = await buildEngine({
      databaseUrl: database.url,
      effectsUrl: effects.url,
      playbooks: [ASK, BRANCHES, FIVE, PARALLEL],
      maxBursts: 4,
      sweepMs: 6_000,
    });
  });
  afterAll(async () => {
    await built.call({ method: 'stop' });
    await effects.close();
    await database.drop();
  });
  beforeEach(() => {
    mark = effects.seen.length;
  });

  afterEach(() => {
    for (const name of ['s1', 'x1', 'y1']) effects.release(name);
  });

  const begin = async (playbook: string): Promise<string> => {
    keys += 1;
    const started = await built.call({ method: 'start', playbook, key: `key-${keys}` });
    return typeof started === 'object' && started !== null && 'runId' in started ? String(started.runId) : '';
  };
  const log = async (runId: string): Promise<RunLog> => {
    const found = await runLog(database.store, runId);
    if (found === null) throw new Error('no run');
    return found;
  };
  const is = async (runId: string, status: string): Promise<void> =>
    until(async () => (await log(runId)).status === status, `the run is ${status}`, 5_000);
  const asked = async (runId: string, path: string): Promise<string> => {
    const id = async (): Promise<string> => (await log(runId)).approvals.find((approval) => approval.path === path)?.id ?? '';
    await until(async () => (await id()) !== '', `${path} is asked`);
    return id();
  };
  const decide = async (approvalId: string, person: string, choice: string, eligible: number | null = null): Promise<Answered> =>
    built.engine.decide({ approvalId, person: { id: person, name: person }, choice, via: 'console', eligible });

  it('works off what did not fit, without waiting for the sweep', async () => {
    effects.hold('s1');
    const runs: string[] = [];
    for (let count = 0; count < 7; count += 1) runs.push(await begin('five'));
    effects.release('s1');
    const started = performance.now();
    for (const runId of runs) await is(runId, 'succeeded');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('shows a run as waiting when the branch that worked has ended and the others wait for people', async () => {
    effects.hold('x1');
    const runId = await begin('branches');
    await asked(runId, 'both:y/early');
    await asked(runId, 'both:z/late');
    expect((await log(runId)).status).toBe('running');
    effects.release('x1');
    await is(runId, 'waiting');
  });

  it('two branches that ask at once are answered apart, in any order, and join', async () => {
    const runId = await begin('branches');
    const [early, late] = [await asked(runId, 'both:y/early'), await asked(runId, 'both:z/late')];
    const answers = await Promise.all([decide(late, 'carol', 'yes'), decide(early, 'carol', 'yes'), decide(early, 'dan', 'yes')]);
    expect(answers.map((answer) => answer.kind).toSorted()).toEqual(['counted', 'decided', 'decided']);
    await is(runId, 'succeeded');
    expect(effects.seen.slice(mark).map((effect) => effect.name)).toEqual(['x1', 'z']);
  });

  it('says of a question that nobody answered that it was cancelled, when another one of the run was disagreed on', async () => {
    const runId = await begin('branches');
    const [early, late] = [await asked(runId, 'both:y/early'), await asked(runId, 'both:z/late')];
    await decide(early, 'carol', 'yes', 2);
    expect(await decide(early, 'dan', 'no', 2)).toMatchObject({
      kind: 'decided',
      decision: { outcome: 'disagreed', by: ['carol', 'dan'] },
    });
    const { approvals, status } = await log(runId);
    expect(status).toBe('disagreed');
    expect(approvals.find((approval) => approval.id === late)?.decision).toMatchObject({ outcome: 'cancelled', by: [] });
  });

  it('branches and joins of what a person started go before what rules started', async () => {
    effects.hold('x1');
    effects.hold('y1');
    const runId = await begin('parallel');
    await until(async () => (await log(runId)).steps.length >= 2, 'the branches are there');
    const { rows } = await database.store.query<{ by_person: boolean }>('SELECT by_person FROM run_line WHERE run_id = $1', [runId]);
    expect(rows.map((row) => row.by_person)).toEqual([true, true, true]);
    effects.release('x1');
    effects.release('y1');
    await is(runId, 'succeeded');
  });

  it('a branch that notes something while the run is cancelled gives way, and neither waits for the other', async () => {
    effects.hold('x1');
    const runId = await begin('branches');
    await until(async () => (await log(runId)).steps.some((step) => step.path === 'both:x/x1'), 'the branch is at work');
    const { rows } = await database.store.query<{ epoch: number }>(`SELECT epoch FROM run_line WHERE run_id = $1 AND line = 'both:x'`, [
      runId,
    ]);
    const fence = { runId, line: 'both:x', n: 1, epoch: rows[0]?.epoch ?? 0 };
    let noted: Promise<boolean> = Promise.resolve(true);
    let attempts = 0;
    await database.store.transaction(async (tx) => {
      attempts += 1;
      const run: LockedRun | null = await lockRun(tx, runId);
      if (attempts === 1) noted = writeNoteAlone(database.store, fence, { path: 'both:x/note', kind: 'if', status: 'done', output: null });
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (run !== null)
        await endRun(tx, run, {
          status: 'cancelled',
          summary: 'cancelled',
          decision: { outcome: 'cancelled', choice: '', by: [], via: 'engine', at: '' },
          who: 'ana',
        });
    });
    expect({ attempts, noted: await noted.catch(String) }).toEqual({ attempts: 1, noted: false });
    effects.release('x1');
  });

  it('deletes ended bursts by thousands in one go', async () => {
    await database.store.query(
      `INSERT INTO dbos.workflow_status (workflow_uuid, status, name, created_at, updated_at, completed_at)
       SELECT 'old-' || n, 'SUCCESS', 'burst', 1, 1, 1 FROM generate_series(1, 12000) n`,
    );
    expect(await built.engine.prune(3_600_000)).toBeGreaterThanOrEqual(12_000);
  });
});
