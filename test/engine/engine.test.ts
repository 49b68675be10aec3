// What runs do without a crash: branches, loops, waits, retries, limits, votes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runLog } from '../../src/engine/history.ts';
import type { Answered, RunLog } from '../../src/model/run.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine, type EngineCall } from '../support/engine-process.ts';
import { ASK, ESCALATE, GOES_ON, LOOP, NO_DEFAULT, PARALLEL, QUORUM, RETRY, SLOW, WAIT } from './playbooks.ts';

describe('engine', () => {
  let database: TestDatabase;
  let effects: Effects;
  let built: Awaited<ReturnType<typeof buildEngine>>;
  let url = '';
  let keys = 0;

  // One engine per process: DBOS is one per process. Each test counts its own effects.
  beforeAll(async () => {
    database = await testDatabase();
    effects = await startEffects();
    url = effects.url;
    built = await buildEngine({
      databaseUrl: database.url,
      effectsUrl: url,
      playbooks: [ASK, ESCALATE, GOES_ON, LOOP, NO_DEFAULT, PARALLEL, QUORUM, RETRY, SLOW, WAIT],
    });
  });
  afterAll(async () => {
    await built.call({ method: 'stop' });
    await effects.close();
    await database.drop();
  });
  let mark = 0;
  beforeEach(() => {
    mark = effects.seen.length;
  });
  afterEach(() => {
    for (const name of ['a', 'b']) effects.release(name);
  });

  const names = (): readonly string[] => effects.seen.slice(mark).map((effect) => effect.name);
  const begin = async (playbook: string): Promise<string> => {
    keys += 1;
    const started = await built.engine.start({
      playbook,
      subject: {
        kind: 'entity',
        entity: { kind: 'ip', key: '203.0.113.9', display: '203.0.113.9', value: '203.0.113.9', fields: { address: '203.0.113.9' } },
        incidentId: '',
      },
      incident: null,
      inputs: {},
      cause: { kind: 'person', person: 'ana', via: 'console' },
      place: null,
      key: `key-${keys}`,
    });
    if ('refused' in started) throw new Error(started.why);
    return started.runId;
  };
  const log = async (runId: string): Promise<RunLog> => {
    const found = await runLog(database.store, runId);
    if (found === null) throw new Error('no run');
    return found;
  };
  const ended = async (runId: string, status: string): Promise<RunLog> => {
    await until(async () => (await log(runId)).status === status, `the run ends as ${status}`);
    return log(runId);
  };
  const asked = async (runId: string): Promise<string> => (await ended(runId, 'waiting')).approvals[0]?.id ?? '';
  const decide = async (approvalId: string, person: string, choice: string, eligible: number | null = null): Promise<Answered> =>
    built.engine.decide({ approvalId, person: { id: person, name: person }, choice, via: 'console', eligible });

  it('asks with the text filled in, and what each choice will do', async () => {
    const { approvals } = await ended(await begin('ask'), 'waiting');
    expect(approvals[0]).toMatchObject({
      question: 'Block 203.0.113.9?',
      effects: { block: ['post b'], ignore: ['post c'] },
      approvers: ['admin'],
      quorum: 1,
      decision: null,
    });
  });

  it('writes who decided what, and one vote per person counts', async () => {
    const runId = await begin('quorum');
    const approvalId = await asked(runId);
    expect(await decide(approvalId, 'carol', 'block')).toMatchObject({ kind: 'counted', votes: 1, quorum: 2 });
    expect(await decide(approvalId, 'carol', 'block')).toMatchObject({ kind: 'counted', votes: 1 });
    expect(await decide(approvalId, 'carol', 'ignore')).toMatchObject({ kind: 'refused' });
    expect(await decide(approvalId, 'dan', 'block')).toMatchObject({
      kind: 'decided',
      decision: { choice: 'block', by: ['carol', 'dan'] },
    });
    const done = await ended(runId, 'succeeded');
    expect(done.approvals[0]?.votes.map((vote) => vote.person)).toEqual(['carol', 'dan']);
    expect(names()).toEqual(['a', 'b']);
  });

  it('ends as disagreed when no choice can reach the quorum any more', async () => {
    const runId = await begin('quorum');
    const approvalId = await asked(runId);
    await decide(approvalId, 'carol', 'block', 2);
    expect(await decide(approvalId, 'dan', 'ignore', 2)).toMatchObject({ kind: 'decided', decision: { outcome: 'disagreed', choice: '' } });
    await ended(runId, 'disagreed');
    expect(names()).toEqual(['a']);
  });

  it('refuses a choice that is not offered and an approval that is not there', async () => {
    const approvalId = await asked(await begin('ask'));
    expect(await decide(approvalId, 'carol', 'explode')).toMatchObject({ kind: 'refused' });
    expect(await decide('11111111-1111-4111-8111-111111111111', 'carol', 'block')).toEqual({ kind: 'unknown' });
  });

  it('ends as expired when nobody answers and no default is given; nothing further is done', async () => {
    const runId = await begin('no-default');
    const done = await ended(runId, 'expired');
    expect(done.approvals[0]?.decision).toMatchObject({ outcome: 'expired', choice: '' });
    expect(names()).toEqual(['a']);
  });

  it('asks the next level when the first time is up, and still takes an answer', async () => {
    const runId = await begin('escalate');
    const approvalId = await asked(runId);
    await until(async () => (await log(runId)).approvals[0]?.level === 1, 'the next level is asked');
    expect(await decide(approvalId, 'carol', 'ignore')).toMatchObject({ kind: 'decided' });
    await ended(runId, 'succeeded');
  });

  it('runs parallel branches and joins them', async () => {
    await ended(await begin('parallel'), 'succeeded');
    expect(names().toSorted()).toEqual(['x1', 'x2', 'y1', 'y2', 'z']);
    expect(names().at(-1)).toBe('z');
  });

  it('runs a loop over a list in order, each turn with a key of its own', async () => {
    await ended(await begin('loop'), 'succeeded');
    expect(names()).toEqual(['one', 'two', 'three']);
    expect(new Set(effects.seen.slice(mark).map((effect) => effect.key)).size).toBe(3);
  });

  it('waits without a process holding it, then goes on', async () => {
    const runId = await begin('wait');
    await ended(runId, 'waiting');
    expect(built.engine.active()).toBe(0);
    await ended(runId, 'succeeded');
    expect(names()).toEqual(['a', 'b']);
  });

  it('retries what was answered as not done, and shows the attempts', async () => {
    effects.fail('a', 503, 2);
    const done = await ended(await begin('retry'), 'succeeded');
    expect(done.steps.map((step) => [step.attempt, step.status])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'done'],
    ]);
  });

  it('writes every call that changes something outside into the audit, failed attempts too', async () => {
    effects.fail('a', 503, 1);
    const runId = await begin('retry');
    await ended(runId, 'succeeded');
    const { rows } = await database.store.query<{ event: { kind: string; what: { attempt: number } } }>(
      `SELECT event FROM audit WHERE event->'what'->>'run' = $1 AND event->>'kind' LIKE 'effect%' ORDER BY id`,
      [runId],
    );
    expect(rows.map(({ event }) => [event.kind, event.what.attempt])).toEqual([
      ['effect failed', 1],
      ['effect done', 2],
    ]);
  });

  it('fails with the reason when the retries are used up, and at once for what is no use repeating', async () => {
    effects.fail('a', 503, 3);
    expect((await ended(await begin('retry'), 'failed')).error).toContain('the test answered 503');
    effects.fail('a', 500, 1);
    const done = await ended(await begin('retry'), 'failed');
    expect(done.steps).toHaveLength(1);
    expect(done.summary).toBe('failed at a: the test answered 500');
  });

  it('stops waiting for an answer at the step limit', async () => {
    effects.hold('a');
    const done = await ended(await begin('slow'), 'failed');
    expect(done.error).toContain('no answer within 1 s');
  });

  it('goes on after a failure where the file says so', async () => {
    effects.fail('a', 500, 1);
    await ended(await begin('goes-on'), 'succeeded');
    expect(names()).toEqual(['a', 'c']);
  });

  it('cancel aborts the call under way, keeps its record, and refuses a second time', async () => {
    effects.hold('a');
    const runId = await begin('ask');
    await effects.called('a', effects.count('a') + 0);
    await until(() => names().length === 1, 'a was called');
    const call: EngineCall = { method: 'cancel', runId };
    expect(await built.call(call)).toEqual({ cancelled: true });
    await until(async () => (await log(runId)).steps[0]?.status === 'failed', 'the record is kept');
    expect((await log(runId)).steps[0]?.error).toContain('cancelled');
    expect(await built.call(call)).toMatchObject({ refused: true });
  });

  it('answers the run that stands when the same start comes again', async () => {
    keys -= 1;
    const again = await begin('ask');
    expect((await log(again)).playbook).toBe('ask');
    expect((await log(again)).status).toBe('cancelled');
  });
});
