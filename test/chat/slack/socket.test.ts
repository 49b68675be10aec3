// Socket Mode: the same deliveries, taken once, over a connection that comes back.
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/model/errors.ts';
import { card, recorder } from './recorder.ts';
import { openStage, type SlackStage } from './stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

async function connected(bot = recorder()): Promise<{ bot: typeof bot; stage: SlackStage }> {
  stage = await openStage(bot, { socketMode: true });
  await expect.poll(() => stage.fake.socket.count()).toBe(1);
  return { bot, stage };
}

describe('Socket Mode', () => {
  it('takes commands, clicks and mentions, and has no path for events', async () => {
    const { bot } = await connected();
    const { fake, alice, soc, slack } = stage;
    expect(slack.routes).toEqual([]);
    expect(await fake.command(alice, soc, 'list')).toMatchObject({ status: 200 });
    await fake.mention(alice, soc, 'playbook runs');
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['list', 'runs']);
    const place = { platform: 'slack' as const, tenant: fake.team.id, conversation: soc.id, thread: '', person: '' };
    const posted = await slack.port.post(place, card('Approve?', { withButton: true }), { key: 'k' });
    const message = fake.messages(soc).find(({ ts }) => ts === posted.id);
    if (message === undefined) throw new Error('nothing was posted');
    await fake.click(alice, message, { label: 'Block' });
    await expect.poll(() => bot.clicks[0]).toMatchObject({ choice: 'block', message: posted, actor: { user: alice.id, external: false } });
  });

  it('acknowledges an envelope that comes again, and executes it once', async () => {
    const { bot } = await connected();
    const { fake, alice, soc } = stage;
    await fake.command(alice, soc, 'run block-user alice');
    expect(await fake.replay()).toMatchObject({ status: 200 });
    expect(await fake.replay()).toMatchObject({ status: 200 });
    await fake.command(alice, soc, 'list');
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['run block-user alice', 'list']);
  });

  it.each(['recycle', 'cut'] as const)('comes back after a %s and takes the next command', async (how) => {
    const { bot } = await connected();
    const { fake, alice, soc } = stage;
    fake.socket[how]();
    await expect.poll(() => fake.socket.opened(), { timeout: 5_000 }).toBe(2);
    await expect.poll(() => fake.socket.count()).toBe(1);
    await fake.command(alice, soc, 'list');
    await expect.poll(() => bot.commands).toHaveLength(1);
  });

  it('comes back when Slack was away while it connected again', async () => {
    await connected();
    const { fake } = stage;
    fake.faults.next('apps.connections.open', { kind: 'drop' });
    fake.faults.next('apps.connections.open', { kind: 'http', status: 503 });
    fake.socket.cut();
    await expect.poll(() => fake.socket.opened(), { timeout: 15_000 }).toBe(2);
  });

  it('starts while Slack is away, and connects later', async () => {
    stage = await openStage(recorder(), {
      socketMode: true,
      prepare: ({ faults }) => faults.next('apps.connections.open', { kind: 'drop' }),
    });
    await expect.poll(() => stage.fake.socket.count(), { timeout: 5_000 }).toBe(1);
  });

  it('refuses to start with a token that Slack refuses, with the cure', async () => {
    await connected();
    const refused = openStage(recorder(), { socketMode: true, settings: { appToken: 'xapp-wrong' } });
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(/SLACK_APP_TOKEN is refused.*App-Level Tokens/);
  });
});
