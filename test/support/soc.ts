// A whole SOC for a story: outside world, platforms, database and Picket in front of them.
import type { Settings } from '../../src/model/settings.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type App, appSettings, startApp } from './app.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { until } from './effects.ts';
import { type FakeSlack, startFakeSlack } from './fake-slack/fake-slack.ts';
import { type FakeTeams, startFakeTeams } from './fake-teams/fake-teams.ts';
import { consoleHands, type Hands, mailHands, type SlackSeats, slackHands, teamsHands } from './hands.ts';
import { quietLog } from './quiet-log.ts';

export interface Soc {
  readonly sandbox: Sandbox;
  readonly slack: FakeSlack;
  readonly teams: FakeTeams;
  readonly seats: SlackSeats;
  readonly database: TestDatabase;
  readonly settings: Settings;
  app: App;
  readonly hands: Readonly<Record<'console' | 'slack' | 'teams' | 'email', Hands>>;
  /** What the outside systems hold. */
  state(): Promise<OutsideState>;
  fault(fault: object): Promise<void>;
  clearFaults(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface OutsideState {
  readonly users: readonly {
    readonly userPrincipalName: string;
    readonly accountEnabled: boolean;
    readonly administrator: boolean;
    readonly userType: string;
    readonly onPremisesSyncEnabled: boolean;
  }[];
  readonly blocked: readonly { readonly ip: string }[];
  readonly tickets: readonly { readonly sys_id: string; readonly state: string; readonly journal: readonly { readonly value: string }[] }[];
  readonly incidents: readonly {
    readonly number: number;
    readonly status: string;
    readonly classification: string;
    readonly comments: readonly { readonly message: string }[];
  }[];
}

/** `playbooks`: a folder of playbooks beside those shipped. */
export async function startSoc(options: { readonly playbooks?: string } = {}): Promise<Soc> {
  const [sandbox, slack, database] = [await startSandbox({ log: quietLog }), await startFakeSlack(), await testDatabase()];
  const people = ['bob', 'carol', 'dave', 'erin'];
  const users = Object.fromEntries(people.map((name) => [name, slack.addUser({ name, email: `${name}@contoso.com` })]));
  const channel = slack.addChannel({ name: 'soc' });
  const teams = await startFakeTeams();
  const members = Object.fromEntries(people.map((name) => [name, teams.addPerson({ name, email: `${name}@contoso.com` })]));
  const team = teams.addChannel({ name: 'soc', members: Object.values(members) });
  const base = await appSettings(database.url);
  const settings: Settings = {
    ...base,
    playbookDirs: options.playbooks === undefined ? base.playbookDirs : [...base.playbookDirs, options.playbooks],
    people: base.people.map((person) => ({
      ...person,
      slack: [{ tenant: slack.team.id, user: users[person.id]?.id ?? '' }],
      entra: [{ tenant: teams.world.tenant, user: members[person.id]?.objectId ?? '' }],
    })),
    channels: base.channels.map((one) => ({
      ...one,
      places: [
        ...one.places,
        { platform: 'slack', tenant: slack.team.id, conversation: channel.id, thread: '', person: '' },
        { platform: 'teams', tenant: teams.world.tenant, conversation: team.id, thread: '', person: '' },
      ],
    })),
    slack: {
      signingSecret: slack.team.signingSecret,
      botToken: slack.team.botToken,
      appToken: '',
      clientId: '',
      clientSecret: '',
      ssoManagedTeams: [],
      apiUrl: slack.apiUrl,
    },
    teams: teams.settings(),
  };
  slack.connect(settings.publicUrl);
  teams.connect(settings.publicUrl);
  const seats = { slack, channel, users };
  const soc: Soc = {
    sandbox,
    slack,
    teams,
    seats,
    database,
    settings,
    app: await startApp(settings, sandbox),
    hands: {
      console: consoleHands(() => soc.app),
      slack: slackHands(seats),
      teams: teamsHands({ teams, channel: team, people: members }),
      email: mailHands(() => sandbox),
    },
    state: async () => JSON.parse(await (await fetch(`${sandbox.url}/control/state`)).text()),
    fault: async (fault) => {
      const answer = await fetch(`${sandbox.url}/control/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    clearFaults: async () => void (await fetch(`${sandbox.url}/control/faults`, { method: 'DELETE' })),
    restart: async () => {
      soc.app = await startApp(settings, sandbox);
    },
    close: async () => {
      await soc.app.stop();
      await slack.stop();
      await teams.stop();
      await sandbox.stop();
      await database.drop();
    },
  };
  return soc;
}

export function isDisabled(state: OutsideState, upn: string): boolean {
  return state.users.some((user) => user.userPrincipalName === upn && !user.accountEnabled);
}

/** Resolves when the run with this number has this status; fails with its reason when it ends otherwise. */
export async function runEnds(soc: Soc, number: number, status: string): Promise<void> {
  await until(async () => {
    const { rows } = await soc.database.store.query<{ status: string; summary: string }>(
      'SELECT status, summary FROM run WHERE number = $1',
      [number],
    );
    const now = rows[0]?.status ?? '';
    if (now === 'failed' && status !== 'failed') throw new Error(`run ${number} failed: ${rows[0]?.summary}`);
    return now === status;
  }, `run ${number} ends as ${status}`);
}

/** The state of the run with this number, '' when there is none. */
export async function runStatus(soc: Soc, number: number): Promise<string> {
  const { rows } = await soc.database.store.query<{ status: string }>('SELECT status FROM run WHERE number = $1', [number]);
  return rows[0]?.status ?? '';
}

/** Enables an account at the outside, as its help desk would. */
export async function enableUser({ sandbox }: Soc, upn: string): Promise<void> {
  const { azure, entra } = sandbox.connectors;
  if (azure === null || entra === null) throw new Error('the sandbox has no directory');
  const form = {
    grant_type: 'client_credentials',
    client_id: azure.clientId,
    client_secret: azure.clientSecret,
    scope: `${entra.graphUrl}/.default`,
  };
  const answer = await fetch(`${azure.authorityUrl}/${azure.tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const token: { access_token?: string } = JSON.parse(await answer.text());
  const patched = await fetch(`${entra.graphUrl}/v1.0/users/${upn}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ accountEnabled: true }),
  });
  if (patched.status !== 204) throw new Error(`the directory answered ${patched.status} ${await patched.text()}`);
}
