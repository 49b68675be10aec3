// How conversations are found again: what an installation tells, which service address is used, and what a removal takes away.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { card, type Recorder, recorder } from './recorder.ts';
import { openStage, type TeamsStage } from './stage.ts';

let bot: Recorder;
let stage: TeamsStage;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot);
});
afterEach(async () => stage.stop());

const operations = (): readonly string[] =>
  stage.fake.calls.map(({ operation }) => operation).filter((one) => one !== 'token' && one !== 'keys');
const paths = (): readonly string[] => stage.fake.calls.filter(({ operation }) => operation === 'create').map(({ path }) => path);

describe('an installation', () => {
  it('for a person keeps their chat, so that it is not opened again', async () => {
    const { fake, teams, alice, place } = stage;
    expect((await fake.install(alice)).status).toBe(200);
    await teams.port.post({ ...place, conversation: alice.objectId }, card('Hello'), { key: 'k' });
    expect(operations()).toEqual(['send']);
    expect(fake.messages(fake.chat(alice))).toHaveLength(1);
  });

  it('that is taken back forgets the chat', async () => {
    const { fake, alice, kept } = stage;
    await fake.install(alice);
    await fake.uninstall(alice);
    expect([...kept.keys()].filter((key) => key.startsWith('teams:chat:'))).toEqual([]);
  });

  it('that is upgraded keeps everything', async () => {
    const { fake, alice, kept } = stage;
    await fake.install(alice);
    await fake.deliver(alice, fake.chat(alice), { type: 'installationUpdate', id: '1', action: 'remove-upgrade' });
    expect([...kept.keys()].filter((key) => key.startsWith('teams:chat:'))).toHaveLength(1);
  });

  it('is told by conversationUpdate as well; other members who come and go are nothing', async () => {
    const { fake, alice, bob, soc, kept } = stage;
    const bot = { id: `28:${fake.world.appId}` };
    const channels = (): number => [...kept.keys()].filter((key) => key.startsWith('teams:conversation:')).length;
    await fake.deliver(alice, soc, { type: 'conversationUpdate', id: '1', membersAdded: [bot] });
    expect(channels()).toBe(1);
    await fake.deliver(alice, soc, { type: 'conversationUpdate', id: '2', membersRemoved: [{ id: bob.id }] });
    expect(channels()).toBe(1);
    await fake.deliver(alice, soc, { type: 'conversationUpdate', id: '3', membersRemoved: [bot] });
    expect(channels()).toBe(0);
  });
});

describe('the service address', () => {
  const region = (name: string): { activity: { serviceUrl: string }; token: { serviceUrl: string } } => {
    const serviceUrl = `${stage.fake.url}/teams/${name}`;
    return { activity: { serviceUrl }, token: { serviceUrl } };
  };

  it('is the general one for what was never heard of', async () => {
    await stage.teams.port.post(stage.place, card('Hello'), { key: 'k' });
    expect(paths()).toEqual(['teams/v3/conversations']);
  });

  it('is the newest seen for the conversation, before the newest of its tenant', async () => {
    const { fake, teams, alice, soc, place } = stage;
    const other = fake.addChannel({ name: 'other', members: [alice] });
    await fake.deliver(alice, soc, { type: 'typing', id: '1' }, region('emea/'));
    await fake.deliver(alice, other, { type: 'typing', id: '2' }, region('amer/'));
    const third = fake.addChannel({ name: 'third' });
    await expect.poll(() => [...stage.kept.values()].filter((value) => value.includes('amer'))).toHaveLength(2);
    for (const conversation of [soc.id, other.id, third.id]) await teams.port.post({ ...place, conversation }, card('Hello'), { key: 'k' });
    expect(paths()).toEqual(['teams/emea/v3/conversations', 'teams/amer/v3/conversations', 'teams/amer/v3/conversations']);
  });

  it('that is not allowed any more is not used, whatever was kept', async () => {
    const { kept, soc, place, teams } = stage;
    kept.set(`teams:conversation:${place.tenant}:${soc.id}`, JSON.stringify({ serviceUrl: 'https://evil.example.net/' }));
    kept.set(`teams:tenant:${place.tenant}`, JSON.stringify({ serviceUrl: 'https://evil.example.net/' }));
    await teams.port.post(place, card('Hello'), { key: 'k' });
    expect(paths()).toEqual(['teams/v3/conversations']);
  });
});
