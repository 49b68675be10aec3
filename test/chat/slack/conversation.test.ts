// How commands and clicks are read, and where the replies appear.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mentionedCommand, plainText } from '../../../src/chat/slack/command-text.ts';
import type { Place } from '../../../src/model/place.ts';
import { card, type Recorder, recorder } from './recorder.ts';
import { openStage, type SlackStage } from './stage.ts';

let bot: Recorder;
let stage: SlackStage;
let place: Place;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot);
  place = { platform: 'slack', tenant: stage.fake.team.id, conversation: stage.soc.id, thread: '', person: '' };
});
afterEach(async () => stage.stop());

describe('a mention', () => {
  it('is the same as the slash command, and is answered in its thread', async () => {
    const { fake, alice, bob, soc, slack } = stage;
    const root = await slack.port.post(place, card('Incident'), { key: 'k1' });
    await fake.mention(alice, soc, 'playbook run block-user <mailto:dan@example.com|dan@example.com>', { threadTs: root.id });
    await expect.poll(() => bot.commands).toHaveLength(1);
    expect(bot.commands[0]).toMatchObject({
      name: 'playbook',
      text: 'run block-user dan@example.com',
      place: { ...place, thread: root.id },
    });
    await expect.poll(() => fake.messages(soc, { as: alice }).at(-1)).toMatchObject({ text: 'Understood', threadTs: root.id });
    expect(fake.messages(soc, { as: bob })).toHaveLength(1);
  });

  it('by a bot or in an edit is not somebody asking', async () => {
    const { fake, soc, alice } = stage;
    const mention = { type: 'app_mention', user: alice.id, text: '<@U0> playbook list', ts: '1.1', channel: soc.id };
    await fake.event({ ...mention, bot_id: 'B99' });
    await fake.event({ ...mention, edited: { user: alice.id, ts: '1.2' } });
    await fake.command(alice, soc, 'runs');
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['runs']);
  });
});

describe('a button', () => {
  it('in a thread names the thread, and the root of a thread does not name itself', async () => {
    const { fake, alice, soc, slack } = stage;
    const root = await slack.port.post(place, card('Root', { withButton: true }), { key: 'k1' });
    const inThread = await slack.port.post({ ...place, thread: root.id }, card('Approve?', { withButton: true }), { key: 'k2' });
    for (const message of fake.messages(soc)) await fake.click(alice, message, { label: 'Block' });
    await expect.poll(() => bot.clicks.map(({ message }) => message)).toEqual([root, inThread]);
  });

  it('in a direct message names the place it was posted to', async () => {
    const { fake, alice, slack } = stage;
    const direct = { ...place, conversation: alice.id, person: 'alice' };
    const posted = await slack.port.post(direct, card('Approve?', { withButton: true }), { key: 'k1' });
    const channel = fake.directChannel(alice);
    const [message] = fake.messages(channel?.id ?? '');
    if (message === undefined) throw new Error('nothing was posted');
    await fake.click(alice, message, { label: 'Block' });
    await expect.poll(() => bot.clicks[0]?.message).toEqual(posted);
    expect(await slack.port.update(posted, card('Blocked'))).toBe('ok');
    expect(message).toMatchObject({ text: 'Blocked', edits: 1 });
  });

  it('of a reply that only its reader sees names no message that could be edited', async () => {
    const { fake, alice, soc } = stage;
    bot.answer = async () => ({ visibility: 'private', card: card('Run 17', { withButton: true }) });
    await fake.command(alice, soc, 'show 17');
    await expect.poll(() => fake.messages(soc, { as: alice })).toHaveLength(1);
    const [message] = fake.messages(soc, { as: alice });
    if (message === undefined) throw new Error('nothing was posted');
    await fake.click(alice, message, { label: 'Block' });
    await expect.poll(() => bot.clicks[0]?.message).toEqual({ place, id: '' });
  });

  it.each(['', 'not json', '{"verb":"delete","id":"1","choice":"x"}', '{"verb":"decide","id":"","choice":"x"}', '{"verb":"decide"}'])(
    'with the value %j does nothing',
    async (value) => {
      const { fake, alice, soc, slack } = stage;
      await slack.port.post(place, card('Card', { withButton: true }), { key: 'k1' });
      const [message] = fake.messages(soc);
      if (message === undefined) throw new Error('nothing was posted');
      message.blocks = [
        { type: 'actions', elements: [{ type: 'button', action_id: 'x', text: { type: 'plain_text', text: 'Old' }, value }] },
      ];
      expect((await fake.click(alice, message, { label: 'Old' })).status).toBe(200);
      await fake.command(alice, soc, 'list');
      await expect.poll(() => bot.commands).toHaveLength(1);
      expect(bot.clicks).toEqual([]);
    },
  );
});

describe('a reply', () => {
  it('is shown through the Web API when the response_url is used up', async () => {
    const { fake, alice, soc } = stage;
    fake.faults.next('response_url', { kind: 'http', status: 404 });
    await fake.command(alice, soc, 'list');
    await expect.poll(() => fake.calls.at(-1)).toMatchObject({ method: 'chat.postEphemeral', outcome: 'ok' });
    expect(fake.messages(soc, { as: alice })).toHaveLength(1);
  });

  it('reaches a person in a channel that Picket is not in', async () => {
    const { fake, alice } = stage;
    const elsewhere = fake.addChannel({ name: 'random', botIsMember: false });
    await fake.command(alice, elsewhere, 'list');
    await expect.poll(() => fake.messages(elsewhere, { as: alice })).toHaveLength(1);
  });
});

describe('typed text', () => {
  it.each([
    ['run block-user &lt;x&gt; &amp;amp; y', 'run block-user <x> &amp; y'],
    ['block <http://example.com|example.com>', 'block example.com'],
    ['block <https://example.com/a?b=1>', 'block https://example.com/a?b=1'],
    ['ask <@U123|dan> in <#C1|soc>', 'ask <@U123|dan> in <#C1|soc>'],
  ])('%j was typed as %j', (given, typed) => {
    expect(plainText(given)).toBe(typed);
  });

  it.each([
    ['<@U1> playbook run x', { name: 'playbook', text: 'run x' }],
    ['<@U1|picket>  /Playbook   run x\ny', { name: 'playbook', text: 'run x\ny' }],
    ['<@U1> run x', { name: 'playbook', text: 'run x' }],
    ['<@U1> /list', { name: 'playbook', text: 'list' }],
    ['<@U1>', { name: 'playbook', text: '' }],
  ])('of a mention %j is the command %j', (given, command) => {
    expect(mentionedCommand(given)).toEqual(command);
  });
});
