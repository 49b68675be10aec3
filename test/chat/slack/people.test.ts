// Who counts as a member, and whose e-mail address is told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/model/person.ts';
import type { FakeUser } from '../../support/fake-slack/fake-slack.ts';
import { type Recorder, recorder } from './recorder.ts';
import { openStage, type SlackStage } from './stage.ts';

let bot: Recorder;
let stage: SlackStage;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot);
});
afterEach(async () => stage.stop());

async function actorOf(user: FakeUser): Promise<Actor> {
  const before = bot.commands.length;
  await stage.fake.command(user, stage.soc, 'list');
  await expect.poll(() => bot.commands.length).toBe(before + 1);
  const command = bot.commands.at(-1);
  if (command === undefined) throw new Error('no command');
  return command.actor;
}

describe('a user group', () => {
  it('gives its role to members alone, and asks Slack once a minute', async () => {
    const { fake, alice, bob, slack } = stage;
    const group = `slack:${fake.team.id}/${fake.addUserGroup([alice])}`;
    const actor = await actorOf(alice);
    expect(await slack.groups.isMember(group, actor)).toBe(true);
    expect(await slack.groups.isMember(group, { ...actor, user: bob.id })).toBe(false);
    expect(fake.calls.filter(({ method }) => method === 'usergroups.users.list')).toHaveLength(1);
  });

  it('of another team or another platform has no members here', async () => {
    const actor = await actorOf(stage.alice);
    expect(await stage.slack.groups.isMember('slack:T0OTHER/S1', actor)).toBe(false);
    expect(await stage.slack.groups.isMember('entra:t/S1', actor)).toBe(false);
  });

  it('that Slack does not tell is an error, not an empty group', async () => {
    const actor = await actorOf(stage.alice);
    await expect(stage.slack.groups.isMember(`slack:${stage.fake.team.id}/S0NONE`, actor)).rejects.toThrow('no_such_subteam');
  });
});

describe('an actor', () => {
  it('is a member with the workspace as tenant, and has the address Slack holds', async () => {
    const user = stage.fake.addUser({ name: 'dana', email: 'Dana@Example.com' });
    const actor = await actorOf(user);
    expect(actor).toEqual({ platform: 'slack', tenant: stage.fake.team.id, user: user.id, display: 'dana', external: false });
    expect(await stage.slack.emailOf(actor)).toBe('dana@example.com');
  });

  it.each([
    ['a guest', { guest: true }],
    ['a bot', { bot: true }],
    ['a deactivated account', { deleted: true }],
    ['somebody of another team', { teamId: 'T0OTHER' }],
  ])('is external as %s, and has no address', async (_what, flags) => {
    const actor = await actorOf(stage.fake.addUser({ name: 'eve', ...flags }));
    expect(actor).toMatchObject({ external: true, tenant: 'teamId' in flags ? flags.teamId : stage.fake.team.id });
    expect(await stage.slack.emailOf(actor)).toBe('');
  });

  it.each(['user_not_found', 'missing_scope'])('is external while Slack answers %s, and a member as soon as it tells', async (code) => {
    stage.fake.faults.next('users.info', { kind: 'error', code });
    expect(await actorOf(stage.alice)).toMatchObject({ external: true, display: 'alice' });
    expect(await actorOf(stage.alice)).toMatchObject({ external: false });
  });

  it('is looked up once for many commands, and kept unreadable', async () => {
    await actorOf(stage.alice);
    await actorOf(stage.alice);
    expect(stage.fake.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1);
    expect([...stage.kept.values()].join()).not.toMatch(/alice|example/);
  });

  it('in a shared channel is a stranger, though the payload comes through our workspace', async () => {
    const { fake, soc, slack } = stage;
    const stranger = fake.addUser({ name: 'mallory', teamId: 'T0OTHER' });
    const place = { platform: 'slack' as const, tenant: fake.team.id, conversation: soc.id, thread: '', person: '' };
    const action = { type: 'Action.Execute', title: 'Block', verb: 'decide', data: { id: 'a1', choice: 'block' } };
    await slack.port.post(
      place,
      { text: 'Decide', adaptive: { type: 'AdaptiveCard', version: '1.5', body: [], actions: [action] } },
      { key: 'k' },
    );
    const [message] = fake.messages(soc);
    if (message === undefined) throw new Error('nothing was posted');
    await fake.click(stranger, message, { label: 'Block' });
    await expect.poll(() => bot.clicks[0]?.actor).toMatchObject({ tenant: 'T0OTHER', user: stranger.id, external: true });
    expect(bot.clicks[0]?.message.place).toEqual(place);
  });

  it('of another platform or workspace has no address', async () => {
    const actor = await actorOf(stage.alice);
    expect(await stage.slack.emailOf({ ...actor, platform: 'teams' })).toBe('');
    expect(await stage.slack.emailOf({ ...actor, tenant: 'T0OTHER' })).toBe('');
  });
});
