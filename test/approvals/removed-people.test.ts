// People who lose their role while a question is open: what they said counts no more, and their links open nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAccess } from '../../src/access/access.ts';
import { type Approvals, createApprovals, mailActor } from '../../src/approvals/approvals.ts';
import { runLog } from '../../src/engine/history.ts';
import { isRefusal } from '../../src/model/errors.ts';
import type { PersonSettings } from '../../src/model/settings.ts';
import { person, soc } from '../access/people.ts';
import { QUORUM } from '../engine/playbooks.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine } from '../support/engine-process.ts';
import { quietLog } from '../support/quiet-log.ts';

const everybody = [person('ana', ['analyst']), person('carol', ['admin']), person('dan', ['admin']), person('erin', ['admin'])];
const without = (id: string): readonly PersonSettings[] => everybody.filter((one) => one.id !== id);
const demoted = (id: string): readonly PersonSettings[] => everybody.map((one) => (one.id === id ? { ...one, roles: [] } : one));

describe('a person who lost the role while a question was open', () => {
  let database: TestDatabase;
  let effects: Effects;
  let built: Awaited<ReturnType<typeof buildEngine>>;
  let keys = 0;
  let approvalId = '';

  beforeAll(async () => {
    database = await testDatabase();
    effects = await startEffects();
    built = await buildEngine({ databaseUrl: database.url, effectsUrl: effects.url, playbooks: [QUORUM] });
  });
  afterAll(async () => {
    await built.call({ method: 'stop' });
    await effects.close();
    await database.drop();
  });
  beforeEach(async () => {
    keys += 1;
    const started: { runId: string } = JSON.parse(
      JSON.stringify(await built.call({ method: 'start', playbook: 'quorum', key: `k${keys}` })),
    );
    await until(async () => ((await runLog(database.store, started.runId))?.approvals.length ?? 0) > 0, 'people are asked');
    approvalId = (await runLog(database.store, started.runId))?.approvals[0]?.id ?? '';
  });

  /** The rooms as they are after a restart with these people in the configuration. */
  const rooms = (people: readonly PersonSettings[]): Approvals =>
    createApprovals({
      store: database.store,
      engine: () => built.engine,
      access: createAccess({
        settings: soc({ people }),
        store: database.store,
        groups: { isMember: async () => false },
        emailOf: async () => '',
        log: quietLog,
      }),
      chat: { post: async () => ({ message: '' }), update: async () => undefined, postIncident: async () => ({ card: '' }) },
      log: quietLog,
    });
  const answer = async (people: readonly PersonSettings[], who: string, choice = 'block') => {
    const answered = await rooms(people).answer({ approvalId, choice, actor: mailActor(who), message: null });
    return isRefusal(answered) ? answered.why : answered;
  };

  it.each([
    ['was taken out of the configuration', without('carol')],
    ['lost the role', demoted('carol')],
  ])('and %s does not help a quorum any more', async (_why, later) => {
    expect(await answer(everybody, 'carol')).toMatchObject({ kind: 'counted', votes: 1 });
    expect(await answer(later, 'dan')).toMatchObject({ kind: 'counted', votes: 1 });
    expect(await answer(later, 'erin')).toMatchObject({ kind: 'decided', decision: { choice: 'block', by: ['Dan', 'Erin'] } });
  });

  it('cannot answer by the mail that still lies in the mailbox, nor open it', async () => {
    expect(await answer(without('carol'), 'carol')).toContain('does not know you');
    expect(await answer(demoted('carol'), 'carol')).toContain('may not decide');
    expect(await rooms(everybody).mayOpen(approvalId, 'carol')).toBeNull();
    expect((await rooms(without('carol')).mayOpen(approvalId, 'carol'))?.why).toContain('does not know you');
    expect((await rooms(demoted('carol')).mayOpen(approvalId, 'carol'))?.why).toContain('may not decide');
  });

  it('does not make the others disagree: those who are left can still reach the quorum', async () => {
    expect(await answer(everybody, 'carol', 'ignore')).toMatchObject({ kind: 'counted' });
    expect(await answer(without('carol'), 'dan')).toMatchObject({ kind: 'counted' });
    expect(await answer(without('carol'), 'erin')).toMatchObject({ kind: 'decided', decision: { choice: 'block' } });
  });
});
