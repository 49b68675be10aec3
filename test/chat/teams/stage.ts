// Teams on its stage: the platform mounted on a real port, the stand-in beside it, people and a channel.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTeams, type TeamsOptions, type TeamsPlatform } from '../../../src/chat/teams/teams.ts';
import type { Bot } from '../../../src/model/chat.ts';
import type { Place } from '../../../src/model/place.ts';
import type { TeamsSettings } from '../../../src/model/settings.ts';
import { type FakeConversation, type FakePerson, type FakeTeams, startFakeTeams } from '../../support/fake-teams/fake-teams.ts';
import { quietLog } from '../../support/quiet-log.ts';

export interface TeamsStage {
  readonly fake: FakeTeams;
  readonly teams: TeamsPlatform;
  /** Address of the bot. */
  readonly publicUrl: string;
  readonly soc: FakeConversation;
  /** The channel as a place. */
  readonly place: Place;
  readonly alice: FakePerson;
  readonly bob: FakePerson;
  /** What the store holds. */
  readonly kept: Map<string, string>;
  stop(): Promise<void>;
}

interface StageOptions {
  readonly settings?: Partial<TeamsSettings>;
  readonly options?: Partial<TeamsOptions>;
}

export async function openStage(bot: Bot, { settings = {}, options = {} }: StageOptions = {}): Promise<TeamsStage> {
  const fake = await startFakeTeams();
  const alice = fake.addPerson({ name: 'alice' });
  const bob = fake.addPerson({ name: 'bob' });
  const soc = fake.addChannel({ name: 'soc', members: [alice, bob] });
  const kept = new Map<string, string>();
  const teams = await createTeams({
    settings: { ...fake.settings(), ...settings },
    bot,
    claim: claimInMemory(),
    conversations: storeIn(kept),
    log: quietLog,
    ...options,
  });
  const { publicUrl, close } = await mount(teams);
  fake.connect(publicUrl);
  await teams.start();
  return {
    fake,
    teams,
    publicUrl,
    soc,
    place: { platform: 'teams', tenant: fake.world.tenant, conversation: soc.id, thread: '', person: '' },
    alice,
    bob,
    kept,
    async stop() {
      await teams.stop();
      await close();
      await fake.stop();
      fake.expectNoProblems();
    },
  };
}

/** Puts the platform's routes on a port of their own. */
export async function mount(teams: TeamsPlatform): Promise<{ readonly publicUrl: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const route = teams.routes.find(({ method, path }) => method === request.method && path === request.url);
    if (route === undefined) response.writeHead(404).end();
    else void route.respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    publicUrl: `http://127.0.0.1:${portOf(server.address())}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function storeIn(kept: Map<string, string>): TeamsOptions['conversations'] {
  return {
    get: async (key) => kept.get(key),
    set: async (key, value) => kept.set(key, value),
    delete: async (key) => kept.delete(key),
  };
}

/** As the one in the database, which has its own tests: one caller per key gets true. */
export function claimInMemory(): TeamsOptions['claim'] {
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
