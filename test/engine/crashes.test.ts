// The engine under kill -9, races and lost time: every effect once unless it was cut off in flight, then twice with one key.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLog } from '../../src/engine/history.ts';
import type { Answered, RunLog } from '../../src/model/run.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { type EngineChild, startEngineChild } from '../support/engine-child.ts';
import { ASK, PARALLEL, SHORT } from './playbooks.ts';

describe('engine across crashes', () => {
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
      playbooks: [ASK, SHORT, PARALLEL],
      heartbeatLimitMs,
    });
    children.push(started);
    return started;
  };
  const begin = async (engine: EngineChild, playbook = 'ask', key = 'one'): Promise<string> =>
    (await engine.call<{ runId: string }>({ method: 'start', playbook, key })).runId;
  const log = async (runId: string): Promise<RunLog> => {
    const found = await runLog(database.store, runId);
    if (found === null) throw new Error('no run');
    return found;
  };
  const asked = async (runId: string): Promise<string> => {
    await until(async () => (await log(runId)).approvals.length > 0, 'the run asks people');
    return (await log(runId)).approvals[0]?.id ?? '';
  };
  const ended = async (runId: string, status: string): Promise<void> =>
    until(async () => (await log(runId)).status === status, `the run ends as ${status}`);
  const decide = async (engine: EngineChild, approvalId: string, choice = 'block', person = 'carol'): Promise<Answered> =>
    engine.call({ method: 'decide', approvalId, person, choice });

  it('killed inside an effect: repeats it with the same key, says so, and goes on', async () => {
    const first = await child();
    effects.hold('a');
    const runId = await begin(first);
    await effects.called('a');
    await first.kill();
    effects.release('a');
    const second = await child();
    const approvalId = await asked(runId);
    expect(effects.seen.map((effect) => effect.repeated)).toEqual([false, true]);
    expect(new Set(effects.seen.map((effect) => effect.key)).size).toBe(1);
    await decide(second, approvalId);
    await ended(runId, 'succeeded');
    expect(effects.count('b')).toBe(1);
  });

  it('killed while waiting: a click after the restart goes on, nothing is done twice', async () => {
    const first = await child();
    const runId = await begin(first);
    const approvalId = await asked(runId);
    await first.kill();
    const second = await child();
    expect((await decide(second, approvalId)).kind).toBe('decided');
    await ended(runId, 'succeeded');
    expect(effects.seen.map((effect) => effect.name)).toEqual(['a', 'b']);
  });

  it('killed right after the decision committed: the next start goes on by itself', async () => {
    const first = await child();
    const runId = await begin(first);
    const approvalId = await asked(runId);
    await first.call({ method: 'die-after-commit' });
    await decide(first, approvalId).catch(() => undefined);
    await first.ended();
    expect(effects.count('b')).toBe(0);
    const second = await child();
    await ended(runId, 'succeeded');
    expect(effects.seen.map((effect) => effect.name)).toEqual(['a', 'b']);
    expect((await decide(second, approvalId, 'ignore', 'dan')).kind).toBe('closed');
  });

  it('killed right after a start committed: the run is not lost', async () => {
    const first = await child();
    await first.call({ method: 'die-after-commit' });
    await begin(first).catch(() => '');
    await first.ended();
    const second = await child();
    const { runId } = await second.call<{ runId: string }>({ method: 'start', playbook: 'ask', key: 'one' });
    await asked(runId);
    expect(effects.count('a')).toBe(1);
  });

  it('killed inside the effect after the decision: repeats it with the same key and ends', async () => {
    const first = await child();
    const runId = await begin(first);
    const approvalId = await asked(runId);
    effects.hold('b');
    await decide(first, approvalId);
    await effects.called('b');
    await first.kill();
    effects.release('b');
    await child();
    await ended(runId, 'succeeded');
    const b = effects.seen.filter((effect) => effect.name === 'b');
    expect(b.map((effect) => effect.repeated)).toEqual([false, true]);
    expect(b[0]?.key).toBe(b[1]?.key);
  });

  it('a limit that passed while down: expires once after the start, and a late click is told', async () => {
    const first = await child();
    const runId = await begin(first, 'short');
    const approvalId = await asked(runId);
    await first.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const second = await child();
    const late = await decide(second, approvalId);
    expect(late).toMatchObject({ kind: 'closed', decision: { outcome: 'expired', choice: 'ignore' } });
    await ended(runId, 'succeeded');
    expect(effects.seen.map((effect) => effect.name)).toEqual(['a', 'c']);
  });

  it('two admins in two processes: one decision, and both are told the same', async () => {
    const [left, right] = [await child(), await child()];
    for (let race = 0; race < 20; race += 1) {
      const runId = await begin(left, 'ask', `race-${race}`);
      const approvalId = await asked(runId);
      const answers = await Promise.all([decide(left, approvalId, 'block', 'carol'), decide(right, approvalId, 'ignore', 'dan')]);
      expect(answers.map((answer) => answer.kind).toSorted()).toEqual(['closed', 'decided']);
      const choices = answers.map((answer) => ('decision' in answer ? answer.decision.choice : ''));
      expect(choices[0]).toBe(choices[1]);
      await ended(runId, 'succeeded');
    }
    expect(effects.count('b') + effects.count('c')).toBe(20);
  });

  it('cancel racing a click: one of them wins', async () => {
    const [left, right] = [await child(), await child()];
    for (let race = 0; race < 10; race += 1) {
      const before = effects.count('b');
      const runId = await begin(left, 'ask', `cancel-${race}`);
      const approvalId = await asked(runId);
      const [answer, cancelled] = await Promise.all([
        decide(left, approvalId),
        right.call<{ cancelled?: true; refused?: true }>({ method: 'cancel', runId }),
      ]);
      await until(async () => ['succeeded', 'cancelled'].includes((await log(runId)).status), 'the run ends');
      const { status, approvals } = await log(runId);
      if (answer.kind === 'closed') {
        expect(status).toBe('cancelled');
        expect(approvals[0]?.decision?.outcome).toBe('cancelled');
        expect(effects.count('b')).toBe(before);
      } else {
        expect(answer.kind).toBe('decided');
        expect(approvals[0]?.decision?.choice).toBe('block');
      }
      expect(cancelled.cancelled === true || cancelled.refused === true).toBe(true);
    }
  });

  it('another replica takes over what a dead one was doing', async () => {
    const [dying, living] = [await child(1_500), await child(1_500)];
    effects.hold('a');
    const runId = await begin(dying);
    await effects.called('a');
    await dying.kill();
    effects.release('a');
    const approvalId = await asked(runId);
    expect(effects.seen.map((effect) => effect.repeated)).toEqual([false, true]);
    await decide(living, approvalId);
    await ended(runId, 'succeeded');
  });

  it('killed inside both of two parallel branches: each goes on where it was, then they join', async () => {
    const first = await child();
    effects.hold('x2');
    effects.hold('y2');
    const runId = await begin(first, 'parallel');
    await effects.called('x2');
    await effects.called('y2');
    await first.kill();
    effects.release('x2');
    effects.release('y2');
    await child();
    await ended(runId, 'succeeded');
    expect(['x1', 'x2', 'y1', 'y2', 'z'].map((name) => effects.count(name))).toEqual([1, 2, 1, 2, 1]);
    expect(effects.seen.at(-1)?.name).toBe('z');
  });

  it('killed while parking on a retry: tries again after the restart', async () => {
    const first = await child();
    effects.fail('a', 503, 1);
    const runId = await begin(first, 'ask');
    await until(async () => (await log(runId)).steps.some((step) => step.status === 'failed'), 'the first attempt failed');
    await first.kill();
    await child();
    await asked(runId);
    const { steps } = await log(runId);
    expect(steps.filter((step) => step.path === 'a').map((step) => step.status)).toEqual(['failed', 'done']);
  });
});
