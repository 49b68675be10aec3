// Commands as people type them in Teams, and where they read the answer.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeMessage } from '../../support/fake-teams/fake-teams.ts';
import { card, type Recorder, recorder } from './recorder.ts';
import { openStage, type TeamsStage } from './stage.ts';

let bot: Recorder;
let stage: TeamsStage;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot);
});
afterEach(async () => stage.stop());

const shown = (message: FakeMessage | undefined): string => JSON.stringify(message?.activity ?? null);

describe('a message that mentions the bot', () => {
  it.each([
    ['playbook run block-user alice', 'run block-user alice'],
    ['/playbook run block-user alice', 'run block-user alice'],
    ['run block-user alice', 'run block-user alice'],
    ['/run block-user alice', 'run block-user alice'],
    ['PLAYBOOK list', 'list'],
    ['', ''],
    ['playbook', ''],
    ['&nbsp;playbook\u00a0run&nbsp;block-user alice&nbsp;', 'run block-user alice'],
    ['run block-user alice reason=&quot;R&amp;D, 5 &lt; 6&quot;', 'run block-user alice reason="R&D, 5 < 6"'],
    [
      '<p>run <strong>block-user</strong> <a href="mailto:alice@example.com">alice@example.com</a></p>\n',
      'run block-user alice@example.com',
    ],
    ['run note text="a <b and c> d &amp;lt;"', 'run note text="a <b and c> d &lt;"'],
    ['run block-user <at>Alice</at>', 'run block-user Alice'],
  ])('as %j asks for %j', async (typed, text) => {
    await stage.fake.say(stage.alice, stage.soc, typed);
    await expect.poll(() => bot.commands).toHaveLength(1);
    expect(bot.commands[0]).toMatchObject({ name: 'playbook', text });
  });

  it('loses the mention wherever it stands, also twice', async () => {
    const { fake, alice, soc } = stage;
    const mention = { type: 'mention', text: '<at>Picket</at>', mentioned: { id: `28:${fake.world.appId}`, name: 'Picket' } };
    await fake.say(alice, soc, 'x', {
      activity: { text: 'playbook <at>Picket</at> list <at>Picket</at>', entities: [mention, mention, null, 7] },
    });
    await expect.poll(() => bot.commands[0]?.text).toBe('list');
  });

  it('in a thread keeps the thread, and the answer for all stands in it', async () => {
    const { fake, teams, place, alice, soc } = stage;
    const root = await teams.port.post(place, card('Incident'), { key: 'k' });
    bot.answer = async () => ({ visibility: 'public', card: card('For all') });
    await fake.say(alice, soc, 'runs', { thread: root.id });
    await expect.poll(() => fake.messages(soc).find(({ id }) => id !== root.id)?.root).toBe(root.id);
    expect(bot.commands[0]?.place).toEqual({ ...place, thread: root.id });
  });
});

describe('a message that does not concern the bot', () => {
  it('in a channel or a group chat is left alone', async () => {
    const { fake, alice, bob, soc } = stage;
    await fake.say(alice, soc, 'playbook list', { mention: false });
    await fake.say(alice, fake.addGroupChat({ members: [alice, bob] }), 'playbook list', { mention: false });
    const other = { type: 'mention', text: '<at>Bob</at>', mentioned: { id: bob.id, name: 'Bob' } };
    await fake.say(alice, soc, 'x', { activity: { text: '<at>Bob</at> playbook list', entities: [other] } });
    await fake.say(alice, soc, 'marker');
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['marker']);
  });

  it('from another bot is left alone', async () => {
    const { fake, alice, soc } = stage;
    await fake.say(alice, soc, 'list', { activity: { from: { id: '28:other', name: 'Other', role: 'bot' } } });
    await fake.say(alice, soc, 'marker');
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['marker']);
  });
});

describe('a chat with the bot', () => {
  it('needs no mention, and is named by the person', async () => {
    const { fake, alice, place } = stage;
    await fake.say(alice, fake.chat(alice), '/playbook run block-user bob');
    await expect.poll(() => bot.commands).toHaveLength(1);
    expect(bot.commands[0]).toMatchObject({ text: 'run block-user bob', place: { ...place, conversation: alice.objectId } });
  });

  it('is where both kinds of answers stand', async () => {
    const { fake, alice } = stage;
    for (const visibility of ['private', 'public'] as const) {
      bot.answer = async () => ({ visibility, card: card(`A ${visibility} answer`) });
      await fake.say(alice, fake.chat(alice), 'list');
      await expect.poll(() => shown(fake.messages(fake.chat(alice)).at(-1))).toContain(`A ${visibility} answer`);
    }
  });
});

describe('a command from the slash menu', () => {
  it('arrives without a mention and is taken', async () => {
    const { fake, alice, soc } = stage;
    const recipient = { id: `28:${fake.world.appId}`, name: 'Picket', isTargeted: true };
    await fake.say(alice, soc, 'list', { mention: false, activity: { recipient } });
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['list']);
  });
});

describe('a private answer', () => {
  it('to somebody who mentioned the bot stands in their own chat, which is opened for it', async () => {
    const { fake, alice, soc } = stage;
    await fake.say(alice, soc, 'list');
    await expect.poll(() => shown(fake.messages(fake.chat(alice))[0])).toContain('Understood');
    expect(fake.messages(soc)).toEqual([]);
  });

  it('to somebody whom the bot cannot write to is replaced by a sentence that tells nothing of it', async () => {
    const { fake, alice, soc } = stage;
    alice.hasApp = false;
    bot.answer = async () => ({ visibility: 'private', card: card('A secret of alice') });
    await fake.say(alice, soc, 'list');
    await expect.poll(() => shown(fake.messages(soc)[0])).toContain('add it for yourself (Apps > Picket > Add)');
    expect(JSON.stringify(fake.messages(soc))).not.toContain('secret');
  });
});

describe('a bot that fails', () => {
  it('is told of in chat', async () => {
    const { fake, alice, soc } = stage;
    bot.answer = () => Promise.reject(new Error('database gone'));
    await fake.say(alice, soc, 'list');
    await expect.poll(() => shown(fake.messages(soc)[0])).toContain('error of its own');
  });
});
