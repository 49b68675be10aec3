// Slack on the real store: installations survive a restart, and two replicas take one delivery once.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClaimOnce } from '../../../src/store/claim-once.ts';
import { createKeyv } from '../../../src/store/keyv-store.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { card, recorder } from './recorder.ts';
import { openStage } from './stage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => database.drop());

it('installs once, serves after a restart, and executes a delivery that reaches two replicas once', async () => {
  const { store } = database;
  const shared = { installations: createKeyv<string>(store, 'slack', quietLog), claim: createClaimOnce(store) };
  const bot = recorder();
  const first = await openStage(bot, { oauth: true, options: shared });
  const { fake, alice, soc } = first;

  const start = await fetch(`${first.publicUrl}/slack/install`, { redirect: 'manual' });
  const page = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' });
  const cookie = (start.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect((await fetch(page.headers.get('location') ?? '', { headers: { cookie } })).status).toBe(200);

  // Another process with the same database: nothing but the store tells it of the installation.
  const second = await openStage(bot, { oauth: true, options: shared, replicaOf: first });
  const place = { platform: 'slack' as const, tenant: fake.team.id, conversation: soc.id, thread: '', person: '' };
  await expect(second.slack.port.post(place, card('Hello'), { key: 'k' })).resolves.toMatchObject({ place });

  fake.connect(first.publicUrl);
  await fake.command(alice, soc, 'run block-user dan');
  fake.connect(second.publicUrl);
  expect((await Promise.all([fake.replay(), fake.replay()])).map(({ status }) => status)).toEqual([200, 200]);
  await fake.command(alice, soc, 'list');
  // Each replica looks the person up by itself before it asks the bot, so either may come first.
  await expect.poll(() => bot.commands.map(({ text }) => text).sort()).toEqual(['list', 'run block-user dan']);
  await second.stop();
  await first.stop();
});
