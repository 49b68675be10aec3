// POST /api/messages: what is malformed, what is done once, and that an answer always comes in time.

import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTeams } from '../../../src/chat/teams/teams.ts';
import { ConfigError } from '../../../src/model/errors.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { BLOCK, card, type Recorder, recorder } from './recorder.ts';
import { claimInMemory, openStage, storeIn, type TeamsStage } from './stage.ts';

describe('a delivery from Teams', () => {
  let bot: Recorder;
  let stage: TeamsStage;
  beforeEach(async () => {
    bot = recorder();
    stage = await openStage(bot);
  });
  afterEach(async () => stage.stop());

  it.each(['[]', 'null', '"text"', '{', ''])('is malformed with the body %j', async (body) => {
    expect(await stage.fake.sender.raw(body)).toMatchObject({ status: 400, body: '' });
  });

  it('that is an empty object is not from Teams', async () => {
    expect(await stage.fake.sender.raw('{}')).toMatchObject({ status: 401, body: '' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a numeric type', { type: 7 }],
    ['no type', { type: undefined }],
    ['no id, by which a replay is known', { id: undefined }],
    ['a conversation without an id', { conversation: { tenantId: '' } }],
    ['entities that are no list', { entities: 'x' }],
    ['a text that is none', { text: { a: 1 } }],
  ])('is malformed with %s', async (_what, activity) => {
    const { fake, alice, soc } = stage;
    const conversation = { id: '', tenantId: fake.world.tenant };
    const answer = await fake.say(alice, soc, 'list', { activity: 'conversation' in activity ? { conversation } : activity });
    expect(answer).toMatchObject({ status: 400, body: '' });
    expect(bot.commands).toEqual([]);
  });

  it('of a kind nobody has heard of is acknowledged and dropped', async () => {
    const { fake, alice, soc } = stage;
    for (const type of ['typing', 'messageReaction', 'messageUpdate', 'event', 'somethingNew'])
      expect((await fake.deliver(alice, soc, { type, id: '1' })).status).toBe(200);
    expect(bot.commands).toEqual([]);
  });

  it.each(['task/fetch', 'composeExtension/query', '', 'signin/verifyState'])('of an unknown invoke %j is answered 501', async (name) => {
    const { fake, alice, soc } = stage;
    expect((await fake.deliver(alice, soc, { type: 'invoke', id: 'f:1', name, value: {} })).status).toBe(501);
  });

  it('that is too large is refused whether it says its length or not, before all of it has arrived', async () => {
    const { hostname, port } = new URL(stage.publicUrl);
    const socket = createConnection(Number(port), hostname);
    socket.write('POST /api/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = `${(64 * 1024).toString(16)}\r\n${'x'.repeat(64 * 1024)}\r\n`;
    for (let sent = 0; sent < 20; sent += 1) socket.write(chunk);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('that is cut off does not stop the next one', async () => {
    const { hostname, port } = new URL(stage.publicUrl);
    const socket = createConnection(Number(port), hostname);
    socket.write('POST /api/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-length: 100\r\n\r\n{"type"');
    await once(socket, 'connect');
    socket.destroy();
    expect((await stage.fake.say(stage.alice, stage.soc, 'list')).status).toBe(200);
  });

  it('is remembered for as long as its token lets it in again', async () => {
    const seen: number[] = [];
    const other = await openStage(bot, {
      options: {
        claim: async (_key, { forMs }) => {
          seen.push(forMs);
          return true;
        },
      },
    });
    await other.fake.say(other.alice, other.soc, 'list', { token: { expiresIn: 7_200 } });
    expect(seen[0]).toBeGreaterThan((7_200 + 5 * 60) * 1_000);
    await other.stop();
  });

  it('is answered at once while the bot still works', async () => {
    const { fake, alice, soc } = stage;
    bot.answer = () => new Promise((resolve) => setTimeout(() => resolve({ visibility: 'public', card: card('Done at last') }), 1_000));
    const answer = await fake.say(alice, soc, 'list');
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.ms).toBeLessThan(500);
    await expect.poll(() => fake.messages(soc), { timeout: 3_000 }).toHaveLength(1);
  });
});

describe('a delivery while the database is slow or gone', () => {
  it.each(['say', 'click'] as const)('is answered as not done when the claim fails (%s)', async (how) => {
    const bot = recorder();
    const { fake, teams, place, alice, soc, stop } = await openStage(bot, {
      options: { claim: () => Promise.reject(new Error('no database')) },
    });
    const { id } = await teams.port.post(place, card('Decide', { buttons: [BLOCK] }), { key: 'k' });
    const message = fake.messages(soc).find((one) => one.id === id);
    if (message === undefined) throw new Error('not posted');
    const answer = how === 'say' ? await fake.say(alice, soc, 'list') : await fake.click(alice, message, BLOCK);
    expect(answer.status).toBe(503);
    expect([...bot.commands, ...bot.clicks]).toEqual([]);
    await stop();
  });

  it('is given up within a second and not executed when the claim of a click comes later', async () => {
    const bot = recorder();
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 1_200));
    const { fake, teams, place, alice, soc, stop } = await openStage(bot, { options: { claim: () => late } });
    await teams.port.post(place, card('Decide', { buttons: [BLOCK] }), { key: 'k' });
    const [message] = fake.messages(soc);
    if (message === undefined) throw new Error('not posted');
    const answer = await fake.click(alice, message, BLOCK);
    expect(answer.status).toBe(503);
    expect(answer.ms).toBeLessThan(1_000);
    await late;
    await stop();
    expect(bot.clicks).toEqual([]);
  });
});

describe('settings', () => {
  it.each([
    ['appId', '', 'TEAMS_APP_ID is empty: copy'],
    ['appPassword', '', 'TEAMS_APP_PASSWORD is empty: make'],
    ['appTenant', '', 'TEAMS_APP_TENANT is empty: copy'],
    ['tenants', [], 'TEAMS_TENANTS names no tenant'],
    ['serviceHosts', [], 'TEAMS_SERVICE_HOSTS names no host'],
    ['issuer', { openIdMetadataUrl: 'http://issuer.example.com/', loginUrl: 'http://127.0.0.1/', allowHttp: true }, 'is not https'],
    ['issuer', { openIdMetadataUrl: 'https://issuer.example.com/', loginUrl: 'http://127.0.0.1/', allowHttp: false }, 'is not https'],
  ])('with %s %j stop the start with the cure', async (name, value, message) => {
    const stage = await openStage(recorder());
    const options = { bot: recorder(), claim: claimInMemory(), conversations: storeIn(new Map()), log: quietLog };
    const made = createTeams({ ...options, settings: { ...stage.fake.settings(), [name]: value } });
    await expect(made).rejects.toThrow(ConfigError);
    await expect(made).rejects.toThrow(message);
    await stage.stop();
  });

  it('with a password that is refused stop the start, and the password is not in the message', async () => {
    const failed = openStage(recorder(), { settings: { appPassword: 'ended-long-ago' } });
    await expect(failed).rejects.toThrow(/invalid_client: check TEAMS_APP_ID, TEAMS_APP_PASSWORD/);
    await expect(failed).rejects.not.toThrow('ended-long-ago');
  });
});
