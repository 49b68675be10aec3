// Slack on its stage: the platform mounted on a real port, the stand-in beside it, people and a channel.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlack, type SlackOptions, type SlackPlatform } from '../../../src/chat/slack/slack.ts';
import type { Bot } from '../../../src/model/chat.ts';
import type { SlackSettings } from '../../../src/model/settings.ts';
import type { FakeChannel, FakeSlack, FakeUser } from '../../support/fake-slack/fake-slack.ts';
import { startFakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { quietLog } from '../../support/quiet-log.ts';

export interface SlackStage {
  readonly fake: FakeSlack;
  readonly slack: SlackPlatform;
  /** Address of the app. */
  readonly publicUrl: string;
  readonly soc: FakeChannel;
  readonly alice: FakeUser;
  readonly bob: FakeUser;
  /** What the store holds, sealed. */
  readonly kept: Map<string, string>;
  stop(): Promise<void>;
}

interface StageOptions {
  /** Installed by OAuth instead of by token. */
  readonly oauth?: boolean;
  readonly socketMode?: boolean;
  /** Before the platform is made. */
  readonly prepare?: (fake: FakeSlack) => void;
  /** Another replica of this stage's app: one Slack for both. */
  readonly replicaOf?: SlackStage;
  readonly settings?: Partial<SlackSettings>;
  readonly options?: Partial<SlackOptions>;
}

export async function openStage(
  bot: Bot,
  { settings = {}, options = {}, oauth = false, socketMode = false, prepare, replicaOf }: StageOptions = {},
): Promise<SlackStage> {
  const fake = replicaOf?.fake ?? (await startFakeSlack());
  const alice = replicaOf?.alice ?? fake.addUser({ name: 'alice' });
  const bob = replicaOf?.bob ?? fake.addUser({ name: 'bob' });
  const soc = replicaOf?.soc ?? fake.addChannel({ name: 'soc', members: [alice, bob] });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicUrl = `http://127.0.0.1:${portOf(server.address())}`;
  fake.connect(publicUrl);
  if (socketMode) fake.sender.socket = fake.socket;
  prepare?.(fake);
  const kept = new Map<string, string>();
  const slack = await createSlack({
    settings: {
      ...settingsFor(fake),
      ...(oauth ? byOAuth(fake) : {}),
      ...(socketMode ? { signingSecret: '', appToken: fake.team.appToken } : {}),
      ...settings,
    },
    bot,
    claim: claimInMemory(),
    installations: {
      get: async (key) => kept.get(key),
      set: async (key, value) => kept.set(key, value),
      delete: async (key) => kept.delete(key),
    },
    sealKey: 'a key for tests alone',
    publicUrl,
    log: quietLog,
    ...options,
  });
  server.on('request', (request, response) => {
    const route = slack.routes.find(({ method, path }) => method === request.method && path === (request.url ?? '').split('?')[0]);
    if (route === undefined) response.writeHead(404).end();
    else void route.respond(request, response);
  });
  await slack.start();
  return {
    fake,
    slack,
    publicUrl,
    soc,
    alice,
    bob,
    kept,
    async stop() {
      await slack.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (replicaOf !== undefined) return;
      await fake.stop();
      fake.expectNoProblems();
    },
  };
}

export function settingsFor(fake: FakeSlack): SlackSettings {
  return {
    signingSecret: fake.team.signingSecret,
    botToken: fake.team.botToken,
    appToken: '',
    clientId: '',
    clientSecret: '',
    ssoManagedTeams: [],
    apiUrl: fake.apiUrl,
  };
}

function byOAuth({ team }: FakeSlack): Partial<SlackSettings> {
  return { botToken: '', clientId: team.clientId, clientSecret: team.clientSecret };
}

/** As the one in the database, which has its own tests: one caller per key gets true. */
export function claimInMemory(): SlackOptions['claim'] {
  const claimed = new Set<string>();
  return async (key) => {
    if (claimed.has(key)) return false;
    claimed.add(key);
    return true;
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
