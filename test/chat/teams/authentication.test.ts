// Who is let in at /api/messages: every way that is known to get past the stock adapter, and the ones that must work.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryOptions } from '../../support/fake-teams/fake-teams.ts';
import { type Recorder, recorder } from './recorder.ts';
import { openStage, type TeamsStage } from './stage.ts';

const EMULATOR = {
  issuer: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/',
  audience: 'somebody-else',
};

let bot: Recorder;
let stage: TeamsStage;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await stage.stop();
});

const say = (options: DeliveryOptions = {}) => stage.fake.say(stage.alice, stage.soc, 'run block-user alice', options);

/** A command that comes later was handed over, and nothing before it. */
async function expectNothingDone(): Promise<void> {
  await stage.fake.say(stage.alice, stage.soc, 'marker');
  await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['marker']);
}

describe('a request', () => {
  it('with a valid token is let in', async () => {
    expect((await say()).status).toBe(200);
    await expect.poll(() => bot.commands).toHaveLength(1);
  });

  it('with a token that ended two minutes ago is let in: clocks differ', async () => {
    expect((await say({ token: { expiresIn: -120 } })).status).toBe(200);
  });

  it.each<[string, DeliveryOptions]>([
    ['has no token', { authorization: '' }],
    ['has a token that is none', { authorization: 'Bearer garbage' }],
    ['has two tokens', { authorization: 'Bearer a b' }],
    ['uses another scheme', { authorization: `Basic ${Buffer.from('picket:secret').toString('base64')}` }],
    ['is meant for another bot', { token: { audience: '00000000-0000-0000-0000-000000000000' } }],
    ['comes from another issuer', { token: { issuer: 'https://issuer.example.com' } }],
    ['is signed with a key nobody knows', { token: { key: 'unknown' } }],
    ['has a token for another service address', { token: { serviceUrl: 'https://smba.trafficmanager.net/teams/' } }],
    ['has a token that ended ten minutes ago', { token: { expiresIn: -600 } }],
    ['has a token without an end', { token: { claims: { exp: undefined } } }],
    ['has a bad signature by a known key', { token: { wrongSignature: true } }],
    ['is not signed at all (alg none)', { token: { algorithm: 'none' } }],
    ['is signed with the published key as a secret', { token: { algorithm: 'HS256' } }],
    ['is signed with a key of another channel', { token: { key: 'other-channel' } }],
    ['says another channel', { activity: { channelId: 'webchat' } }],
    ['says another channel that its key speaks for', { activity: { channelId: 'webchat' }, token: { key: 'other-channel' } }],
    ['says AseChannel', { activity: { channelId: 'AseChannel' } }],
    ['says no channel', { activity: { channelId: undefined } }],
    ['shows a token of the emulator', { token: { ...EMULATOR, claims: { ver: '1.0' } } }],
    [
      'shows a token of the emulator in a new tenant',
      { token: { issuer: 'https://sts.windows.net/contoso/', claims: { ver: '1.0', tid: 'contoso' } } },
    ],
    ['has an empty service address', { activity: { serviceUrl: '' } }],
    ['has no service address', { activity: { serviceUrl: undefined } }],
    ['has a foreign service address', foreign('https://evil.example.net/teams/')],
    ['has a service address that begins like ours', foreign('https://smba.trafficmanager.net.example.net/')],
    ['has a service address with a name in front', foreign('https://smba.trafficmanager.net@example.net/')],
    ['has a service address that is none', foreign('teams')],
    ['comes from another tenant', { activity: { conversation: { id: 'a:1', tenantId: '11111111-1111-1111-1111-111111111111' } } }],
    ['comes from no tenant', { activity: { conversation: { id: 'a:1' }, channelData: {} } }],
    ['has an empty tenant beside the right one', { activity: { conversation: { id: 'a:1', tenantId: '' } } }],
    ['has nothing Teams sends', { activity: { channelId: 7, serviceUrl: [], conversation: 'x', channelData: 1 } }],
  ])('that %s gets a bare 401, and nothing is done', async (_what, options) => {
    expect(await say(options)).toMatchObject({ status: 401, body: '' });
    await expectNothingDone();
  });

  it('that is refused prints nothing to the console: botbuilder would show keys', async () => {
    const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'log')];
    for (const token of [{ wrongSignature: true }, { algorithm: 'none' as const }, { expiresIn: -600 }, { key: 'other-channel' as const }])
      expect((await say({ token })).status).toBe(401);
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it('takes the tenant from the channel data when the conversation names none', async () => {
    const { fake, alice } = stage;
    const conversation = { id: fake.chat(alice).id, conversationType: 'personal' };
    const answer = await fake.say(alice, fake.chat(alice), 'list', { activity: { conversation } });
    expect(answer.status).toBe(200);
    await expect.poll(() => bot.commands[0]?.actor.tenant).toBe(fake.world.tenant);
  });

  it('is refused while the keys cannot be had, and let in afterwards', async () => {
    stage.fake.faults.next('keys', { kind: 'http', status: 503 });
    expect(await say()).toMatchObject({ status: 401, body: '' });
    expect((await say()).status).toBe(200);
  });
});

describe('the signing keys', () => {
  const DAY_MS = 24 * 60 * 60_000;
  const asked = (): number => stage.fake.calls.filter(({ path }) => path === 'keys').length;

  it('are not asked for again by every token with an unknown key', async () => {
    await say();
    const before = asked();
    for (let n = 0; n < 5; n += 1) expect((await say({ token: { key: 'unknown' } })).status).toBe(401);
    expect(asked()).toBe(before);
  });

  it('that are a day old are asked for again, and count on while newer ones cannot be had', async () => {
    await stage.stop();
    let later = 0;
    stage = await openStage(bot, { options: { now: () => Date.now() + later } });
    await say();
    const before = asked();
    later = DAY_MS + 60_000;
    stage.fake.faults.next('keys', { kind: 'http', status: 503 });
    expect((await say({ token: { expiresIn: 2 * 24 * 3_600 } })).status).toBe(200);
    expect(asked()).toBe(before);
    later += 10 * 60_000;
    expect((await say({ token: { expiresIn: 2 * 24 * 3_600 } })).status).toBe(200);
    expect(asked()).toBe(before + 1);
  });
});

function foreign(serviceUrl: string): DeliveryOptions {
  return { activity: { serviceUrl }, token: { serviceUrl } };
}
