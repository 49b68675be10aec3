// Who goes on with a burst that was cut off, and how often: recovery at launch against the sweep, and a replica that died between
// being named by DBOS and taking its line.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLog } from '../../src/engine/history.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { hang } from '../support/database-faults.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { type EngineChild, startEngineChild } from '../support/engine-child.ts';
import { ASK, FIVE } from './playbooks.ts';

describe('a burst that was cut off', () => {
  let database: TestDatabase;
  let effects: Effects;
  let children: EngineChild[];

  beforeEach(async () => {
    database = await testDatabase();
    effects = await startEffects();
    children = [];
  });
  afterEach(async () => {
    for (const child of children) await child.stop();
    await effects.close();
    await database.drop();
  });

  const child = async (heartbeatLimitMs = 30_000): Promise<EngineChild> => {
    const started = await startEngineChild({
      databaseUrl: database.url,
      effectsUrl: effects.url,
      playbooks: [ASK, FIVE],
      heartbeatLimitMs,
    });
    children.push(started);
    return started;
  };
  const ended = async (runId: string, status: string): Promise<void> =>
    until(async () => (await runLog(database.store, runId))?.status === status, `the run is ${status}`);

  it('is recovered at launch or found by the sweep, never both: one slow call is repeated once', async () => {
    const first = await child();
    effects.hold('a');
    const { runId } = await first.call<{ runId: string }>({ method: 'start', playbook: 'ask', key: 'one' });
    await effects.called('a');
    await first.kill();
    await child();
    await effects.called('a', 2);
    // The repeated call is slow too; several sweeps pass meanwhile.
    await sleep(4_000);
    expect(effects.count('a')).toBe(2);
    effects.release('a');
    await ended(runId, 'waiting');
    expect(effects.count('a')).toBe(2);
  });

  it('goes on at launch where it was, though what it needs next is only just being built', async () => {
    const first = await child();
    const runs: string[] = [];
    effects.hold('a');
    for (let count = 0; count < 10; count += 1)
      runs.push((await first.call<{ runId: string }>({ method: 'start', playbook: 'ask', key: `${count}` })).runId);
    await effects.called('a', 10);
    await first.kill();
    effects.release('a');
    await child();
    for (const runId of runs) await ended(runId, 'waiting');
    expect(effects.count('a')).toBe(20);
    const { rows } = await database.store.query(`SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'ERROR'`);
    expect(rows).toEqual([]);
  });

  it('is left alone while it works, however long its call takes', async () => {
    const first = await child(3_000);
    await child(3_000);
    effects.hold('a');
    const { runId } = await first.call<{ runId: string }>({ method: 'start', playbook: 'ask', key: 'one' });
    await effects.called('a');
    await sleep(5_000);
    expect(effects.count('a')).toBe(1);
    effects.release('a');
    await ended(runId, 'waiting');
  });

  it('before it took its line, on a replica that never comes back: another one goes on', async () => {
    const survivor = await child(3_000);
    const doomed = await child(3_000);
    await hang(database.store, 'run_line', 'NEW.taken > OLD.taken', 3);
    const { runId } = await doomed.call<{ runId: string }>({ method: 'start', playbook: 'five', key: 'one' });
    await sleep(300);
    await doomed.kill();
    await ended(runId, 'succeeded');
    expect(effects.seen.map((effect) => effect.name)).toEqual(['s1', 's2', 's3', 's4', 's5']);
    await survivor.stop();
  });

  it('by a process that was frozen: thawed, it changes nothing and calls nothing more', async () => {
    const frozen = await child(2_000);
    effects.hold('s2');
    const { runId } = await frozen.call<{ runId: string }>({ method: 'start', playbook: 'five', key: 'one' });
    await effects.called('s2');
    frozen.freeze();
    await child(2_000);
    await effects.called('s2', 2);
    effects.release('s2');
    await ended(runId, 'succeeded');
    frozen.thaw();
    await sleep(1_500);
    expect(effects.seen.map((effect) => effect.name)).toEqual(['s1', 's2', 's2', 's3', 's4', 's5']);
  });
});
