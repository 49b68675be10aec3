// Two replicas on one database: a click that reaches both counts once, and what one of them learned about a conversation the other knows.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTeams, type TeamsPlatform } from '../../../src/chat/teams/teams.ts';
import { createClaimOnce } from '../../../src/store/claim-once.ts';
import { createKeyv } from '../../../src/store/keyv-store.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { BLOCK, card, type Recorder, recorder } from './recorder.ts';
import { mount, openStage, type TeamsStage } from './stage.ts';

let database: TestDatabase;
let bot: Recorder;
let stage: TeamsStage;
let second: TeamsPlatform;
let secondAt: Awaited<ReturnType<typeof mount>>;
beforeEach(async () => {
  database = await testDatabase();
  bot = recorder();
  const shared = () => ({
    claim: createClaimOnce(database.store),
    conversations: createKeyv<string>(database.store, 'teams', quietLog),
    log: quietLog,
  });
  stage = await openStage(bot, { options: shared() });
  second = await createTeams({ settings: stage.fake.settings(), bot, ...shared() });
  secondAt = await mount(second);
});
afterEach(async () => {
  await second.stop();
  await secondAt.close();
  await stage.stop();
  await database.drop();
});

describe('two replicas', () => {
  it('press a button once, however Teams spreads its tries over them', async () => {
    const { fake, teams, place, soc, alice, publicUrl } = stage;
    await teams.port.post(place, card('Decide', { buttons: [BLOCK] }), { key: 'k' });
    const [message] = fake.messages(soc);
    if (message === undefined) throw new Error('not posted');
    const tries = [publicUrl, secondAt.publicUrl, publicUrl, secondAt.publicUrl].map((url) => {
      fake.connect(url);
      return fake.click(alice, message, BLOCK, { id: 'f:1' });
    });
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(bot.clicks).toHaveLength(1);
  });

  it('know the chat that a person opened with the other one, and that it was taken back', async () => {
    const { fake, place, alice } = stage;
    const direct = { ...place, conversation: alice.objectId };
    await fake.install(alice);
    await second.port.post(direct, card('Hello'), { key: 'k' });
    expect(fake.calls.filter(({ operation }) => operation === 'create')).toEqual([]);
    await fake.uninstall(alice);
    await expect(second.port.post(direct, card('Hello'), { key: 'k' })).rejects.toMatchObject({ failure: 'unreachable' });
    expect(fake.calls.filter(({ operation }) => operation === 'create')).toHaveLength(1);
  });
});
