// From an account to a person. The dangers: a claimed address, a guest, a foreign tenant, a stale binding, a directory that is down.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAccess } from '../../src/access/access.ts';
import { isRefusal } from '../../src/model/errors.ts';
import type { Actor, DirectoryGroups, Person } from '../../src/model/person.ts';
import type { Settings } from '../../src/model/settings.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { quietLog } from '../support/quiet-log.ts';
import { GROUP, person, slack, soc, TENANT } from './people.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
beforeEach(async () => {
  await db.store.query('TRUNCATE identity, audit');
});
afterAll(async () => {
  await db.drop();
});

async function fails(): Promise<never> {
  throw new Error('the directory is down');
}

const noGroups: DirectoryGroups = { isMember: async () => false };

function open(options: { settings?: Settings; emails?: Record<string, string>; groups?: DirectoryGroups } = {}) {
  const emailOf = async (actor: Actor): Promise<string> => options.emails?.[actor.user] ?? '';
  return createAccess({ settings: options.settings ?? soc(), store: db.store, groups: options.groups ?? noGroups, emailOf, log: quietLog });
}

async function who(access: ReturnType<typeof open>, actor: Actor): Promise<string> {
  const found = await access.identify(actor);
  return isRefusal(found) ? `refused: ${found.why}` : found.id;
}

async function admin(access: ReturnType<typeof open>): Promise<Person> {
  const found = await access.identify(slack('T2', 'U-CAROL'));
  if (isRefusal(found)) throw new Error(found.why);
  return found;
}

async function audited(): Promise<unknown[]> {
  const { rows } = await db.store.query<{ event: { kind: string; who: string; what: unknown } }>('SELECT event FROM audit ORDER BY id');
  return rows.map(({ event }) => [event.kind, event.who]);
}

describe('an identity of the configuration', () => {
  it('is the person, on Slack and on Teams, without asking for an address', async () => {
    const access = createAccess({
      settings: soc(),
      store: db.store,
      groups: noGroups,
      log: quietLog,
      emailOf: fails,
    });
    expect(await who(access, slack('T2', 'U-CAROL'))).toBe('carol');
    expect(await who(access, slack(TENANT, 'o-carol', { platform: 'teams' }))).toBe('carol');
  });

  it('counts in its own team and tenant alone', async () => {
    expect(await who(open(), slack('T9', 'U-CAROL'))).toContain('refused: Picket does not know you (slack T9/U-CAROL)');
    expect(await who(open(), slack(TENANT, 'U-CAROL', { platform: 'teams' }))).toContain('refused');
  });
});

describe('an e-mail address', () => {
  it('binds where the workspace is SSO-managed, once, and is not asked for again', async () => {
    expect(await who(open({ emails: { U1: 'Bob@Contoso.com' } }), slack('T1', 'U1'))).toBe('bob');
    expect(await who(open(), slack('T1', 'U1'))).toBe('bob');
    expect(await audited()).toEqual([['identity bound', 'sso']]);
  });

  it('elsewhere only proposes, and the refusal says who can confirm', async () => {
    const access = open({ emails: { U1: 'bob@contoso.com' } });
    const found = await access.identify(slack('T2', 'U1'));
    expect(found).toMatchObject({
      why: expect.stringContaining('you are Bob'),
      remedy: 'Ask Carol. They confirm it with /playbook identities.',
    });
    expect(await who(access, slack('T2', 'U1'))).toContain('refused');
    expect(await access.proposals()).toMatchObject([{ platform: 'slack', tenant: 'T2', user: 'U1', person: 'bob' }]);
    expect(await audited()).toEqual([['identity proposed', 'U1']]);
  });

  it('of an unknown person, or none at all, proposes nothing', async () => {
    expect(await who(open({ emails: { U1: 'mallory@example.net' } }), slack('T1', 'U1'))).toContain('does not know you');
    expect(await who(open(), slack('T1', 'U2'))).toContain('does not know you');
    expect(await open().proposals()).toEqual([]);
  });

  it('never makes a guest anybody, SSO-managed or not', async () => {
    const access = open({ emails: { U1: 'carol@contoso.com' } });
    expect(await who(access, slack('T1', 'U1', { external: true }))).toContain('does not know you');
    expect(await who(access, slack('T2', 'U1', { external: true }))).toContain('does not know you');
    expect(await access.proposals()).toEqual([]);
  });

  it('claimed by a second account of the workspace is a proposal even under SSO', async () => {
    const access = open({ emails: { U1: 'bob@contoso.com', U2: 'bob@contoso.com' } });
    expect(await who(access, slack('T1', 'U1'))).toBe('bob');
    expect(await who(access, slack('T1', 'U2'))).toContain('refused');
    expect(await access.proposals()).toHaveLength(1);
  });

  it('that cannot be looked up refuses with "try again", and nobody is guessed', async () => {
    const access = createAccess({ settings: soc(), store: db.store, groups: noGroups, emailOf: fails, log: quietLog });
    expect(await access.identify(slack('T1', 'U1'))).toMatchObject({ remedy: 'Try again in a minute.' });
  });

  it('bound by SSO is a proposal again when the workspace is no longer marked', async () => {
    const emails = { U1: 'bob@contoso.com' };
    expect(await who(open({ emails }), slack('T1', 'U1'))).toBe('bob');
    const settings = soc();
    if (settings.slack === null) throw new Error('no Slack');
    const unmarked = { ...settings, slack: { ...settings.slack, ssoManagedTeams: [] } };
    expect(await who(open({ emails, settings: unmarked }), slack('T1', 'U1'))).toContain('refused');
    expect(await open().proposals()).toHaveLength(1);
  });

  it('gives one binding when two clicks arrive at once', async () => {
    const access = open({ emails: { U1: 'bob@contoso.com' } });
    const found = await Promise.all(Array.from({ length: 8 }, async () => who(access, slack('T1', 'U1'))));
    expect(new Set(found)).toEqual(new Set(['bob']));
    expect(await audited()).toHaveLength(1);
  });
});

describe('a proposal', () => {
  it('becomes a binding when an admin confirms it, and stays one', async () => {
    const access = open({ emails: { U1: 'bob@contoso.com' } });
    await access.identify(slack('T2', 'U1'));
    const [proposal] = await access.proposals();
    if (proposal === undefined) throw new Error('no proposal');
    expect(await access.confirm(await admin(access), proposal)).toBeNull();
    expect(await who(open(), slack('T2', 'U1'))).toBe('bob');
    expect(await access.proposals()).toEqual([]);
    expect(await audited()).toEqual([
      ['identity proposed', 'U1'],
      ['identity bound', 'carol'],
    ]);
  });

  it('is not confirmed by somebody who is no admin, themselves included', async () => {
    const access = open({ emails: { U1: 'carol@contoso.com' } });
    await access.identify(slack('T9', 'U1'));
    const [proposal] = await access.proposals();
    if (proposal === undefined) throw new Error('no proposal');
    expect(await access.confirm(person('bob', ['analyst']), proposal)).toMatchObject({
      why: 'Bob is not an admin of Picket.',
      remedy: 'Ask Carol.',
    });
    expect(await who(access, slack('T9', 'U1'))).toContain('refused');
  });

  it('that changed between showing and confirming is refused', async () => {
    const before = open({ emails: { U1: 'bob@contoso.com' } });
    await before.identify(slack('T2', 'U1'));
    const [shown] = await before.proposals();
    if (shown === undefined) throw new Error('no proposal');
    await open({ emails: { U1: 'dave@contoso.com' } }).identify(slack('T2', 'U1'));
    expect(await before.confirm(await admin(before), shown)).toMatchObject({ refused: true });
    expect(await before.proposals()).toMatchObject([{ person: 'dave' }]);
  });

  it('of a person who left the configuration makes nobody anybody', async () => {
    const access = open({ emails: { U1: 'bob@contoso.com' } });
    expect(await who(access, slack('T1', 'U1'))).toBe('bob');
    expect(await who(open({ settings: soc({ people: [] }) }), slack('T1', 'U1'))).toContain('does not know you');
  });
});

describe('a role of a directory group', () => {
  const member = (wanted: string, user: string): DirectoryGroups => ({
    isMember: async (group, actor) => group === wanted && actor.user === user,
  });

  it('is held by its members, and is not by others', async () => {
    const groups = member('slack:T1/S1', 'U1');
    const emails = { U1: 'bob@contoso.com', U2: 'dave@contoso.com' };
    expect(await open({ groups, emails }).identify(slack('T1', 'U1'))).toMatchObject({ id: 'bob', roles: ['analyst', 'responder'] });
    expect(await open({ groups, emails }).identify(slack('T1', 'U2'))).toMatchObject({ id: 'dave', roles: ['network-admins'] });
  });

  it('counts through any account of the person, so also on an e-mail link', async () => {
    const access = open({ groups: member(GROUP, 'o-carol') });
    expect(await access.identify({ platform: 'email', tenant: '', user: 'carol', display: '', external: false })).toMatchObject({
      roles: ['admin', 'responder'],
    });
  });

  it('is not given by a directory that does not answer, and what the configuration gives stays', async () => {
    const groups: DirectoryGroups = { isMember: fails };
    expect(await open({ groups }).identify(slack('T2', 'U-CAROL'))).toMatchObject({ id: 'carol', roles: ['admin'] });
  });

  it('is never asked about accounts of another tenant', async () => {
    const asked: string[] = [];
    const groups: DirectoryGroups = {
      isMember: async (group, actor) => {
        asked.push(`${group} ${actor.tenant}`);
        return false;
      },
    };
    await open({ groups }).identify(slack('T2', 'U-CAROL'));
    expect(asked).toEqual([`${GROUP} ${TENANT}`]);
  });
});

describe('people without a platform account', () => {
  const onConsole: Actor = { platform: 'console', tenant: 'local', user: 'bob', display: 'Bob', external: false };

  it('are known by id on the console in the sandbox, and only there', async () => {
    expect(await who(open({ settings: soc({ mode: 'sandbox' }) }), onConsole)).toBe('bob');
    expect(await who(open(), onConsole)).toContain('refused');
  });

  it('are known by the id that an e-mail link was signed for', async () => {
    expect(await who(open(), { ...onConsole, platform: 'email', tenant: '' })).toBe('bob');
    expect(await who(open(), { ...onConsole, platform: 'email', tenant: '', user: 'nobody' })).toContain(
      'does not know you (email nobody)',
    );
  });
});
