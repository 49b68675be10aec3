// Who is a member and who is not: guests, other tenants, people who left, and a roster that does not answer.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/model/person.ts';
import type { FakePerson } from '../../support/fake-teams/fake-teams.ts';
import { type Recorder, recorder } from './recorder.ts';
import { openStage, type TeamsStage } from './stage.ts';

let bot: Recorder;
let stage: TeamsStage;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot);
});
afterEach(async () => stage.stop());

async function actorOf(person: FakePerson, activity: Record<string, unknown> = {}): Promise<Actor> {
  const before = bot.commands.length;
  await stage.fake.say(person, stage.soc, 'list', { activity });
  await expect.poll(() => bot.commands.length, { timeout: 3_000 }).toBe(before + 1);
  const command = bot.commands.at(-1);
  if (command === undefined) throw new Error('no command');
  return command.actor;
}

function join(person: Parameters<TeamsStage['fake']['addPerson']>[0]): FakePerson {
  const added = stage.fake.addPerson(person);
  stage.soc.members.add(added);
  return added;
}

const lookUps = (): number => stage.fake.calls.filter(({ operation }) => operation === 'member').length;

describe('an actor', () => {
  it('who is a member is named by the roster', async () => {
    const { fake, alice } = stage;
    const actor = await actorOf(alice, { from: { id: alice.id, name: 'Somebody', aadObjectId: alice.objectId.toUpperCase() } });
    expect(actor).toEqual({ platform: 'teams', tenant: fake.world.tenant, user: alice.objectId, display: 'alice', external: false });
  });

  it.each([
    ['a guest', { role: 'guest' }],
    ['anonymous', { role: 'anonymous' }],
    ['of another tenant', { tenant: '11111111-1111-1111-1111-111111111111' }],
  ] as const)('who is %s is external', async (_what, given) => {
    const person = join({ name: 'grace', ...given });
    expect(await actorOf(person)).toMatchObject({ user: person.objectId, tenant: person.tenant, external: true });
  });

  it('who is in no roster is external', async () => {
    const stranger = stage.fake.addPerson({ name: 'mallory' });
    expect(await actorOf(stranger)).toMatchObject({ user: stranger.objectId, external: true });
  });

  it('whom the roster knows under another object id is external', async () => {
    const { alice, bob } = stage;
    expect(await actorOf(alice, { from: { id: alice.id, name: 'alice', aadObjectId: bob.objectId } })).toMatchObject({ external: true });
  });

  it('without an object id is external, and nobody known', async () => {
    const { alice } = stage;
    expect(await actorOf(alice, { from: { id: alice.id, name: 'alice' } })).toMatchObject({ user: alice.id, external: true });
    expect(lookUps()).toBe(0);
  });

  it('whose home tenant differs from that of the conversation is external, even if the roster does not say so', async () => {
    const { alice, soc } = stage;
    const channelData = { tenant: { id: '22222222-2222-2222-2222-222222222222' }, team: { id: soc.team } };
    expect(await actorOf(alice, { channelData })).toMatchObject({ tenant: channelData.tenant.id, external: true });
  });
});

describe('a member of another tenant in the roster', () => {
  it('is external there, even if the activity says nothing of it', async () => {
    const person = join({ name: 'grace', tenant: '11111111-1111-1111-1111-111111111111' });
    const channelData = { tenant: { id: stage.fake.world.tenant }, team: { id: stage.soc.team } };
    expect(await actorOf(person, { channelData })).toMatchObject({ tenant: person.tenant, external: true });
  });
});

describe('the roster', () => {
  it('is asked once per person for a while, and again later', async () => {
    const { alice, kept } = stage;
    await actorOf(alice);
    await actorOf(alice);
    expect(lookUps()).toBe(1);
    for (const key of kept.keys()) if (key.startsWith('teams:member:')) kept.delete(key); // its time is over
    alice.role = 'guest';
    expect(await actorOf(alice)).toMatchObject({ external: true });
  });

  it('that is busy once does not make a stranger of a member', async () => {
    stage.fake.faults.next('member', { kind: 'http', status: 502 });
    stage.fake.faults.next('member', { kind: 'rate-limit' });
    expect(await actorOf(stage.alice)).toMatchObject({ external: false });
  });

  it('that does not answer makes everybody external, and is asked again the next time', async () => {
    stage.fake.faults.next('member', { kind: 'http', status: 500 }, 3);
    expect(await actorOf(stage.alice)).toMatchObject({ external: true });
    expect(await actorOf(stage.alice)).toMatchObject({ external: false });
  });
});

describe('an e-mail address', () => {
  it('is that of the roster, in lower case', async () => {
    stage.alice.email = 'Alice@Example.com';
    expect(await stage.teams.emailOf(await actorOf(stage.alice))).toBe('alice@example.com');
  });

  it('is looked up in the chat with the person when the roster was not asked lately', async () => {
    const { fake, alice, teams } = stage;
    await fake.install(alice);
    expect(await teams.emailOf({ platform: 'teams', tenant: alice.tenant, user: alice.objectId, display: '', external: false })).toBe(
      'alice@example.com',
    );
  });

  it('is unknown for guests, for strangers, and for accounts of other platforms', async () => {
    const { alice, teams } = stage;
    expect(await teams.emailOf(await actorOf(join({ name: 'grace', role: 'guest' })))).toBe('');
    const unknown = { platform: 'teams', tenant: alice.tenant, user: alice.objectId, display: '', external: false } as const;
    expect(await teams.emailOf(unknown)).toBe('');
    await actorOf(alice);
    expect(await teams.emailOf({ ...unknown, platform: 'slack' })).toBe('');
  });
});
