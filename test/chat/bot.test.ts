// What the bot answers to commands and clicks that are wrong: told in one private card, nothing thrown, nothing changed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccess } from '../../src/access/access.ts';
import { createApprovals } from '../../src/approvals/approvals.ts';
import { createRenderer } from '../../src/cards/render.ts';
import { createBot } from '../../src/chat/bot.ts';
import { createIncidents } from '../../src/incidents/incidents.ts';
import type { Bot, Reply } from '../../src/model/chat.ts';
import type { Actor } from '../../src/model/person.ts';
import { parsePlaybook } from '../../src/playbooks/load.ts';
import { openStore } from '../../src/store/db.ts';
import { slack, soc } from '../access/people.ts';
import { silentChat } from '../connectors/context.ts';
import { ASK } from '../engine/playbooks.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine } from '../support/engine-process.ts';
import { quietLog } from '../support/quiet-log.ts';

const PLACE = { platform: 'slack', tenant: 'T2', conversation: 'C1', thread: '', person: '' } as const;
const CAROL = slack('T2', 'U-CAROL');
const BOB = slack('T1', 'U-BOB');
const SOMEBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let effects: Effects;
let built: Awaited<ReturnType<typeof buildEngine>>;
let bot: Bot;
let broken: Bot;

beforeAll(async () => {
  database = await testDatabase();
  effects = await startEffects();
  built = await buildEngine({ databaseUrl: database.url, effectsUrl: effects.url, playbooks: [ASK] });
  const { render } = createRenderer({ templateDir: new URL('../../cards', import.meta.url).pathname });
  const over = (store: TestDatabase['store']): Bot => {
    const settings = soc();
    const access = createAccess({
      settings,
      store,
      groups: { isMember: async () => false },
      emailOf: async (actor) => (actor.user === 'U-BOB' ? 'bob@contoso.com' : actor.user === 'U-ERIN' ? 'erin@contoso.com' : ''),
      log: quietLog,
    });
    const { engine } = built;
    const incidents = createIncidents({
      store,
      engine,
      rules: () => [],
      places: [],
      shown: () => undefined,
      sweepMs: 1_000,
      log: quietLog,
    });
    const playbook = parsePlaybook(ASK, 'ask.yaml', { catalogue: built.catalogue, roles: ['analyst', 'admin'], channels: ['soc'] });
    const desk = {
      db: store,
      engine,
      access,
      incidents,
      catalogue: built.catalogue,
      accounts: null,
      playbooks: () => new Map([[playbook.name, playbook]]),
      runLogUrl: async (runId: string, person: string) => `https://picket.example.com/runs/${runId}?t=${person}`,
    };
    const approvals = createApprovals({ store, engine: () => engine, access, chat: silentChat, log: quietLog });
    return createBot({ desk, approvals, render, log: quietLog });
  };
  bot = over(database.store);
  const closed = openStore({ url: database.url, log: quietLog });
  broken = over(closed);
  await closed.close();
});
afterAll(async () => {
  await built.call({ method: 'stop' });
  await effects.close();
  await database.drop();
});

const say = async (text: string, actor: Actor = BOB, name = 'playbook'): Promise<Reply> => bot.command({ name, text, actor, place: PLACE });
const runs = async (): Promise<number> => (await database.store.query('SELECT 1 FROM run')).rows.length;

describe('a command that is wrong', () => {
  it.each([
    ['rnu ask 203.0.113.9', ['no command "rnu"', 'Did you mean /playbook run?']],
    ['destroy everything', ['no command "destroy"', '/playbook help']],
    ['run', ['Which playbook?', '/playbook list']],
    ['run aks 203.0.113.9', ['no playbook "aks"', 'Did you mean ask?']],
    ['run __proto__ 203.0.113.9', ['no playbook "__proto__"', '/playbook list']],
    ['run ask', ['needs a target: ip', '/playbook run ask <ip>']],
    ['run ask alice', ['is not an IP address', '203.0.113.50']],
    ['run ask 203.0.113.9 reason=x', ['no input reason', 'takes no inputs']],
    ['run ask "203.0.113.9', ['never closed', 'Close it with']],
    ['show', ['Which run?', '/playbook runs']],
    ['show seventeen', ['Which run?']],
    ['show 99999999999999999999', ['Which run?']],
    ['show 404', ['no run 404']],
    ['cancel 404', ['no run 404']],
    ['runs before=yesterday', ['before must be the number of a run, not "yesterday"']],
    ['runs before=-1', ['before must be the number of a run']],
  ])('%s is told what is wrong and what to write', async (text, words) => {
    const reply = await say(text);
    expect(reply.visibility).toBe('private');
    for (const word of words) expect(reply.card.text).toContain(word);
    expect(await runs()).toBe(0);
  });

  it('of another name is none of ours', async () => {
    expect((await say('', BOB, 'entity')).card.text).toContain('no command /entity');
  });

  it('with a name of 4000 characters is answered with a short one', async () => {
    const { card } = await say(`run ${'x'.repeat(3_900)} y`);
    expect(card.text.length).toBeLessThan(400);
    expect((await say('x'.repeat(5_000))).card.text).toContain('longer than 4000');
  });

  it.each(['run \0 \0', 'run ask \ud800', '<!channel>', 'run ask ${{ x }}', '\u202egnp'])('%j makes nothing fail', async (text) => {
    expect((await say(text)).card.text).not.toContain('inside Picket');
  });
});

describe('a person', () => {
  it('who is not known is told whom to ask, whatever they type', async () => {
    const { card } = await say('list', slack('T9', 'U-STRANGER'));
    expect(card.text).toContain('does not know you');
    expect(card.text).toContain('Ask Carol');
  });

  it('without the role is told which one it takes and who has it', async () => {
    const { card } = await say('run ask 203.0.113.9', slack('T1', 'U-ERIN'));
    expect(card.text).toContain('Erin may not run ask: that takes the role analyst');
    expect(card.text).toContain('Ask Bob');
    expect(await runs()).toBe(0);
  });

  it('who is no admin sees no accounts that wait for confirmation', async () => {
    expect((await say('identities')).card.text).toContain('Bob is not an admin');
    expect((await say('identities confirm 1')).card.text).toContain('Bob is not an admin');
    expect((await say('identities', CAROL)).card.text).toContain('No identity waits');
    for (const which of ['confirm', 'confirm 1', 'confirm x', 'confirm -1', 'forget 1'])
      expect((await say(`identities ${which}`, CAROL)).card.text).toContain('not one of the proposals');
  });
});

describe('an admin', () => {
  it('confirms the account that was shown, whoever confirmed another one meanwhile, and not as a guest', async () => {
    const bobs = [slack('T2', 'U-BOB'), slack('T9', 'U-BOB')] as const;
    for (const account of bobs) expect((await say('list', account)).card.text).toContain('an address is not proof');
    const shown = (await say('identities', CAROL)).card.text;
    for (const name of ['slack:T2/U-BOB', 'slack:T9/U-BOB']) expect(shown).toContain(name);
    expect((await say('identities confirm slack:T2/U-BOB', CAROL)).card.text).toContain('is bob from now on');
    // What was the first of the list is gone; the other one has its place now, and is nobody's.
    expect((await say('identities confirm 1', CAROL)).card.text).toContain('not one of the proposals');
    expect((await say('identities confirm slack:T2/U-BOB', CAROL)).card.text).toContain('not one of the proposals');
    expect((await say('identities confirm slack:T9/U-BOB', { ...CAROL, external: true })).card.text).toContain('administer nothing');
    expect((await say('list', bobs[1])).card.text).toContain('an address is not proof');
    await database.store.query('TRUNCATE identity');
  });
});

describe('a click', () => {
  const click = async (verb: 'decide' | 'runlog' | 'cancel', id: string, actor = CAROL, choice = 'block'): Promise<Reply> =>
    bot.click({ verb, id, choice, actor, message: { place: PLACE, id: '1.1' } });

  it.each(['', 'x', '1', SOMEBODY, "'; DROP TABLE run; --", '\0', '\ud800'])('on something called %j is on nothing', async (id) => {
    expect((await click('decide', id)).card.text).toContain('no such question');
    expect((await click('cancel', id)).card.text).toContain('no such run');
    expect((await click('runlog', id)).card.text).toContain('no such run');
  });

  it('counts for those who may alone, with a choice that is offered, once, and not after the run was cancelled', async () => {
    const number = /Run (\d+) accepted/.exec((await say('run ask 203.0.113.9')).card.text)?.[1];
    await effects.called('a');
    let id = '';
    await until(async () => {
      id = (await database.store.query<{ id: string }>('SELECT id FROM approval')).rows[0]?.id ?? '';
      return id !== '';
    }, 'the question is asked');
    const guest = slack('T2', 'U-CAROL', { external: true });
    expect((await click('decide', id, BOB)).card.text).toMatch(/Bob may not decide this: that takes the role admin[\s\S]*Ask Carol/);
    expect((await click('decide', id, guest)).card.text).toContain('Guests');
    expect((await click('decide', id, slack('T9', 'U-X'))).card.text).toContain('does not know you');
    expect((await click('decide', id, CAROL, 'destroy')).card.text).toMatch(/not one of the choices[\s\S]*Block or Ignore/);
    expect((await database.store.query('SELECT 1 FROM vote')).rows).toEqual([]);
    const { rows } = await database.store.query<{ who: string }>(
      `SELECT event->>'who' AS who FROM audit WHERE event->>'kind' = 'refused' ORDER BY id`,
    );
    expect(rows.map(({ who }) => who)).toEqual(['slack:T1/U-BOB', 'slack:T2/U-CAROL', 'slack:T9/U-X']);
    expect((await say(`cancel ${number}`, slack('T1', 'U-ERIN'))).card.text).toContain(`may not cancel run ${number}`);
    expect((await say(`cancel ${number}`, CAROL)).card.text).toContain(`Run ${number} is cancelled`);
    expect((await say(`cancel ${number}`, CAROL)).card.text).toContain('already ended');
    const late = (await click('decide', id)).card.text;
    expect(late).toContain('closed already');
    expect(late).toMatch(/cancelled by Carol at .*Your click changed nothing/);
    expect(effects.count('b') + effects.count('c')).toBe(0);
  });
});

describe('when the database is away', () => {
  it('commands and clicks are answered: nothing was decided, try again', async () => {
    const answers = [
      await broken.command({ name: 'playbook', text: 'runs', actor: CAROL, place: PLACE }),
      await broken.click({ verb: 'decide', id: SOMEBODY, choice: 'block', actor: CAROL, message: { place: PLACE, id: '1.1' } }),
    ];
    for (const { visibility, card } of answers) {
      expect(visibility).toBe('private');
      expect(card.text).toContain('nothing was decided');
    }
  });
});
