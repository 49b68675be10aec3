// Several workspaces by OAuth: installing, serving, and forgetting them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSeal } from '../../../src/chat/slack/sealed-store.ts';
import type { Place } from '../../../src/model/place.ts';
import { card, type Recorder, recorder } from './recorder.ts';
import { openStage, type SlackStage } from './stage.ts';

let bot: Recorder;
let stage: SlackStage;
let place: Place;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot, { oauth: true });
  place = { platform: 'slack', tenant: stage.fake.team.id, conversation: stage.soc.id, thread: '', person: '' };
});
afterEach(async () => stage.stop());

/** As a browser does: /slack/install, the consent page, and the address it leads back to, with the cookie it must send there. */
async function consent(): Promise<{ back: string; cookie: string }> {
  const start = await fetch(`${stage.publicUrl}/slack/install`, { redirect: 'manual' });
  expect(start.status).toBe(302);
  const cookie = (start.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const page = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' });
  return { back: page.headers.get('location') ?? '', cookie };
}

async function install(): Promise<Response> {
  const { back, cookie } = await consent();
  return fetch(back, { headers: { cookie }, redirect: 'manual' });
}

describe('installing by OAuth', () => {
  it('lets commands of that workspace in and posts with its token', async () => {
    expect((await install()).status).toBe(200);
    await stage.fake.command(stage.alice, stage.soc, 'list');
    await expect.poll(() => bot.commands[0]?.place).toEqual(place);
    await expect(stage.slack.port.post(place, card('Hello'), { key: 'k' })).resolves.toMatchObject({ place });
  });

  it('keeps the token unreadable at rest', async () => {
    await install();
    expect(stage.kept.size).toBeGreaterThan(0);
    expect([...stage.kept.values()].join()).not.toContain(stage.fake.team.botToken);
  });

  it('refuses the same redirect a second time, also when both come at once', async () => {
    const { back, cookie } = await consent();
    const both = await Promise.all([fetch(back, { headers: { cookie } }), fetch(back, { headers: { cookie } })]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400]);
    // Refused by Picket itself: Slack is asked once.
    expect(stage.fake.calls.filter(({ method }) => method === 'oauth.v2.access')).toHaveLength(1);
  });

  it('refuses a redirect in another browser, and a state of its own making', async () => {
    const { back } = await consent();
    expect((await fetch(back)).status).toBe(400);
    const forged = new URL(back);
    forged.searchParams.set('state', 'made-up');
    expect((await fetch(forged, { headers: { cookie: 'slack-app-oauth-state=made-up' } })).status).toBe(400);
    expect(stage.kept.size).toBe(0);
  });
});

describe('a workspace without Picket', () => {
  it('is told so in private, and nothing is done', async () => {
    const { fake, alice, soc } = stage;
    expect((await fake.command(alice, soc, 'run block-user alice')).status).toBe(200);
    await expect.poll(() => fake.messages(soc, { as: alice })[0]?.text).toContain('/slack/install');
    expect(bot.commands).toEqual([]);
  });

  it('cannot be posted to, and the operator is told what to do', async () => {
    await expect(stage.slack.port.post(place, card('Hello'), { key: 'k' })).rejects.toMatchObject({ failure: 'unreachable' });
  });

  it.each([
    ['app_uninstalled', {}],
    ['tokens_revoked', { tokens: { bot: ['U0BOT'] } }],
  ])('is what remains after %s', async (type, more) => {
    await install();
    await stage.fake.event({ type, ...more });
    await expect
      .poll(() => stage.slack.port.post(place, card('Hello'), { key: 'k' }).catch((error: unknown) => error))
      .toMatchObject({ failure: 'unreachable' });
  });

  it('is not made by revoking the tokens of a person', async () => {
    await install();
    await stage.fake.event({ type: 'tokens_revoked', tokens: { oauth: ['U0PERSON'] } });
    await stage.fake.command(stage.alice, stage.soc, 'list');
    await expect.poll(() => bot.commands).toHaveLength(1);
  });
});

describe('an installation for a whole organisation', () => {
  it('serves each of its workspaces, and posts there after the first contact', async () => {
    stage.fake.installForOrganisation('E0ORG');
    await install();
    await stage.fake.command(stage.alice, stage.soc, 'list');
    await expect.poll(() => bot.commands[0]?.place).toEqual(place);
    await expect(stage.slack.port.post(place, card('Hello'), { key: 'k' })).resolves.toMatchObject({ place });
  });
});

describe('a sealed value', () => {
  it('opens under its key and context alone', () => {
    const seal = createSeal('one');
    const sealed = seal.seal('token', 'slack:team:T1');
    expect(seal.open(sealed, 'slack:team:T1')).toBe('token');
    expect(seal.open(sealed, 'slack:team:T2')).toBeNull();
    expect(createSeal('two').open(sealed, 'slack:team:T1')).toBeNull();
    const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
    expect(seal.open(changed, 'slack:team:T1')).toBeNull();
    expect(seal.open('', 'slack:team:T1')).toBeNull();
    expect(seal.seal('token', 'c')).not.toBe(seal.seal('token', 'c'));
  });
});
