// POST /slack/events: who is let in, what is done once, and that an answer always comes in time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlack } from '../../../src/chat/slack/slack.ts';
import { ConfigError } from '../../../src/model/errors.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { card, type Recorder, recorder } from './recorder.ts';
import { claimInMemory, openStage, type SlackStage, settingsFor } from './stage.ts';

const seconds = (): number => Math.floor(Date.now() / 1_000);

describe('a delivery from Slack', () => {
  let bot: Recorder;
  let stage: SlackStage;
  beforeEach(async () => {
    bot = recorder();
    stage = await openStage(bot);
  });
  afterEach(async () => stage.stop());

  /** A command that comes later was handed over, and nothing before it. */
  const expectNothingDone = async (): Promise<void> => {
    await stage.fake.command(stage.alice, stage.soc, 'marker');
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['marker']);
  };

  it.each([
    ['is not signed', { unsigned: true }],
    ['is signed with another secret', { signingSecret: 'guessed' }],
    ['was changed after it was signed', { tamper: (body: string) => body.replace('alice', 'carol') }],
    ['is five minutes old', { timestamp: seconds() - 330 }],
    ['is dated in the future', { timestamp: seconds() + 3_600 }],
    ['has a timestamp that is no number', { headers: { 'x-slack-request-timestamp': 'now' } }],
    ['has a signature of another version', { headers: { 'x-slack-signature': 'v1=00' } }],
  ])('is refused when it %s', async (_what, options) => {
    const { fake, alice, soc } = stage;
    expect((await fake.command(alice, soc, 'run block-user alice', options)).status).toBe(401);
    await expectNothingDone();
  });

  it('is accepted up to five minutes late, and with a clock slightly ahead', async () => {
    const { fake, alice, soc } = stage;
    expect((await fake.command(alice, soc, 'list', { timestamp: seconds() - 280 })).status).toBe(200);
    expect((await fake.command(alice, soc, 'list', { timestamp: seconds() + 20 })).status).toBe(200);
  });

  it('is accepted with a charset in its content type', async () => {
    const { fake, alice, soc } = stage;
    const contentType = 'application/x-www-form-urlencoded; charset=utf-8';
    expect((await fake.command(alice, soc, 'list', { contentType })).status).toBe(200);
    await expect.poll(() => bot.commands).toHaveLength(1);
  });

  it.each(['text/plain', 'multipart/form-data; boundary=x', ''])('is malformed with the content type %j', async (contentType) => {
    const { fake, alice, soc } = stage;
    expect((await fake.command(alice, soc, 'list', { contentType })).status).toBe(400);
    await expectNothingDone();
  });

  it.each(['[]', 'null', '"text"', '{'])('is malformed with the JSON body %s', async (body) => {
    expect((await stage.fake.sender.raw(body, 'application/json')).status).toBe(400);
  });

  it('is answered when its kind is unknown, and nothing is done', async () => {
    expect((await stage.fake.sender.json({ type: 'something_new', team_id: stage.fake.team.id })).status).toBe(200);
    expect((await stage.fake.event({ type: 'app_mention' })).status).toBe(200);
    await expectNothingDone();
  });

  it('that checks the certificate gets 200 unsigned, and cannot carry a command', async () => {
    const { fake, alice, soc } = stage;
    const smuggled = {
      ssl_check: '1',
      command: '/playbook',
      text: 'run block-user alice',
      team_id: fake.team.id,
      user_id: alice.id,
      channel_id: soc.id,
    };
    expect(await fake.sender.form(smuggled, { unsigned: true })).toMatchObject({ status: 200, body: '' });
    await expectNothingDone();
  });

  it('that verifies the address is answered with its challenge, when signed', async () => {
    const body = { type: 'url_verification', token: 'x', challenge: 'abc123' };
    const answer = await stage.fake.sender.json(body);
    expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({ status: 200, body: { challenge: 'abc123' } });
    expect((await stage.fake.sender.json(body, { unsigned: true })).status).toBe(401);
  });

  it('of an event is executed once, however often Slack retries it', async () => {
    const { fake, alice, soc } = stage;
    const retry = { eventId: 'Ev01', headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } };
    await fake.mention(alice, soc, 'playbook list', { eventId: 'Ev01' });
    // A retry is signed anew, at another time.
    expect((await fake.mention(alice, soc, 'playbook list', { ...retry, timestamp: seconds() - 5 })).status).toBe(200);
    await fake.mention(alice, soc, 'playbook runs', { eventId: 'Ev02' });
    await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['list', 'runs']);
  });

  it('is answered at once while the bot still works, and the reply follows', async () => {
    const { fake, alice, soc } = stage;
    let finish: () => void = () => undefined;
    const working = new Promise<void>((resolve) => {
      finish = resolve;
    });
    bot.answer = async () => {
      await working;
      return { visibility: 'private', card: card('Done at last') };
    };
    const answer = await fake.command(alice, soc, 'list');
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.ms).toBeLessThan(1_000);
    expect(fake.messages(soc, { as: alice })).toEqual([]);
    finish();
    await expect.poll(() => fake.messages(soc, { as: alice })).toHaveLength(1);
  });

  it('is told of in chat when the bot fails', async () => {
    const { fake, alice, soc } = stage;
    bot.answer = () => Promise.reject(new Error('database gone'));
    await fake.command(alice, soc, 'list');
    await expect.poll(() => fake.messages(soc, { as: alice })[0]?.text).toContain('error of its own');
  });
});

describe('a delivery while the database is slow or gone', () => {
  it('is given up within 2.5 s and not executed when the claim comes later', async () => {
    const bot = recorder();
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 2_700));
    const { fake, alice, soc, stop } = await openStage(bot, { options: { claim: () => late } });
    const answer = await fake.command(alice, soc, 'run block-user alice');
    expect(answer.status).toBe(503);
    expect(answer.ms).toBeLessThan(2_900);
    await late;
    await stop(); // waits for what is under way
    expect(bot.commands).toEqual([]);
  });

  it('is answered as not done when the claim fails', async () => {
    const bot = recorder();
    const { fake, alice, soc, stop } = await openStage(bot, { options: { claim: () => Promise.reject(new Error('no database')) } });
    expect((await fake.command(alice, soc, 'list')).status).toBe(503);
    expect(bot.commands).toEqual([]);
    await stop();
  });
});

describe('settings', () => {
  it.each([
    ['signingSecret', 'SLACK_SIGNING_SECRET'],
    ['botToken', 'SLACK_BOT_TOKEN'],
  ])('without %s stop the start with the cure', async (missing, named) => {
    const stage = await openStage(recorder());
    const settings = { ...settingsFor(stage.fake), [missing]: '' };
    const options = { settings, bot: recorder(), claim: claimInMemory(), sealKey: 'k', publicUrl: '', log: quietLog };
    const store = { get: async () => undefined, set: async () => undefined, delete: async () => undefined };
    await expect(createSlack({ ...options, installations: store })).rejects.toThrow(new RegExp(`${named} is empty: copy it`));
    await stage.stop();
  });

  it('with a token that Slack refuses stop the start with the cure', async () => {
    await expect(openStage(recorder(), { settings: { botToken: 'xoxb-wrong' } })).rejects.toThrow(ConfigError);
  });
});
