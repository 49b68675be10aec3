// The whole of Picket in front of a Slack that others wrote: the incident's card, the question, Block by a click, the outcome in place.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, type Running } from '../../src/main.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { appSettings, incidentArrives } from '../support/app.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { quietLog } from '../support/quiet-log.ts';
import { buttonsOf, findLocalSlack, type LocalSlack, PEER, startLocalSlack } from './local-slack.ts';

const { binary, missing } = findLocalSlack();
const QUESTION = 'Block alice@contoso.com and 203.0.113.50?';

// One mode per file run: DBOS is one per process, and so is the app in it.
describe.each(['events', 'socket'] as const)('Picket on local-slack in %s mode', (mode) => {
  let database: TestDatabase;
  let sandbox: Sandbox;
  let peer: LocalSlack;
  let app: Running;

  beforeAll(async () => {
    if (missing !== '') return;
    [database, sandbox] = [await testDatabase(), await startSandbox({ log: quietLog })];
    const base = await appSettings(database.url);
    peer = await startLocalSlack(binary, { mode, requestUrl: `${base.publicUrl}/slack/events` });
    const soc = { platform: 'slack', tenant: PEER.teamId, conversation: PEER.soc, thread: '', person: '' } as const;
    app = await launch(
      {
        ...base,
        // The peer has one person: the admin whom it calls alice.
        people: base.people.map((person) =>
          person.id === 'carol' ? { ...person, slack: [{ tenant: PEER.teamId, user: PEER.alice }] } : person,
        ),
        channels: [{ name: 'soc', places: [soc] }],
        slack: {
          signingSecret: PEER.signingSecret,
          botToken: PEER.botToken,
          appToken: mode === 'socket' ? PEER.appToken : '',
          clientId: '',
          clientSecret: '',
          ssoManagedTeams: [],
          apiUrl: peer.apiUrl,
        },
      },
      { world: { url: sandbox.url, connectors: sandbox.connectors }, log: quietLog },
    );
  });
  afterAll(async () => {
    if (missing !== '') return;
    await app.stop();
    await peer.stop();
    await sandbox.stop();
    await database.drop();
  });

  it('asks on a card, takes Block, shows the outcome in place and answers a slash command', async (context) => {
    context.skip(missing !== '', missing);
    await incidentArrives(app, sandbox);
    const asked = async () =>
      (await peer.messages()).find(
        (message) => JSON.stringify(message.blocks).includes(QUESTION) && buttonsOf(message).some((button) => button.text.text === 'Block'),
      );
    await expect.poll(async () => (await asked()) !== undefined, { timeout: 15_000 }).toBe(true);
    const card = await asked();
    if (card === undefined) throw new Error('no card');
    await peer.press(card, 'Block');
    const shown = async (): Promise<string> => JSON.stringify((await peer.messages()).find((message) => message.ts === card.ts)?.blocks);
    await expect.poll(shown, { timeout: 15_000 }).toContain('Block by Carol Ortiz in Slack');
    expect(await shown()).not.toContain('picket:decide');
    const disabled = async (): Promise<boolean> =>
      (await (await fetch(`${sandbox.url}/control/state`)).text()).includes(
        '"userPrincipalName":"alice@contoso.com","displayName":"Alice Example","userType":"Member","accountEnabled":false',
      );
    await expect.poll(disabled, { timeout: 15_000 }).toBe(true);
    await peer.command('runs');
    await expect.poll(async () => JSON.stringify(await peer.messages()), { timeout: 15_000 }).toContain('stop-compromised-user');
  });
});
