// People, roles and channels: the file's values against each other and against the platforms that are configured.
import type { FileProblem } from '../model/errors.ts';
import type { Place, Platform } from '../model/place.ts';
import type { ChannelSettings, Identity, PersonSettings, RoleSettings, Settings } from '../model/settings.ts';
import { suggest } from '../yaml/suggest.ts';
import type { ConfigFile, ReadFile } from './file.ts';
import { SANDBOX_CHANNELS, SANDBOX_PEOPLE } from './sandbox.ts';

type Organisation = Pick<Settings, 'people' | 'roles' | 'adminRoles' | 'channels' | 'incidentChannels'>;

interface Surroundings {
  readonly mode: Settings['mode'];
  readonly platforms: { readonly slack: boolean; readonly teams: boolean };
}

/** Sandbox people and channel stand in where the file names none. */
export function readOrganisation(file: ReadFile, around: Surroundings): { settings: Organisation; problems: readonly FileProblem[] } {
  const { values } = file;
  const sandbox = around.mode === 'sandbox';
  const named = Object.entries(values.people).map(([id, person]) => toPerson(id, person));
  const people = named.length === 0 && sandbox ? SANDBOX_PEOPLE : named;
  const listed = Object.entries(values.channels).map(([name, channel]) => ({ name, places: toPlaces(channel) }));
  const channels = listed.length === 0 && sandbox ? SANDBOX_CHANNELS : listed;
  const settings = {
    people,
    roles: toRoles(values, people),
    adminRoles: values.adminRoles,
    channels,
    incidentChannels: values.incidentChannels ?? channels.filter(({ name }) => name === 'soc').map(({ name }) => name),
  };
  return { settings, problems: [...peopleProblems(file), ...roleProblems(file), ...channelProblems(file, channels, around)] };
}

function toPerson(id: string, person: ConfigFile['people'][string]): PersonSettings {
  const { name, email, roles, slack, entra } = person;
  return {
    id,
    name,
    email: email.toLowerCase(),
    roles,
    slack: slack.map(toIdentity),
    entra: entra.map((item) => toIdentity(item.toLowerCase())),
  };
}

function toIdentity(text: string): Identity {
  const [tenant = '', user = ''] = text.split('/');
  return { tenant, user };
}

// Declared roles are the whole list; without any, a role is what somebody is said to hold.
function toRoles(values: ConfigFile, people: readonly PersonSettings[]): readonly RoleSettings[] {
  if (values.roles) return Object.entries(values.roles).map(([name, { groups }]) => ({ name, groups }));
  const names = new Set([...values.adminRoles, ...people.flatMap(({ roles }) => roles)]);
  return [...names].map((name) => ({ name, groups: [] }));
}

function toPlaces(channel: ConfigFile['channels'][string]): readonly Place[] {
  const split = (platform: Platform, texts: readonly string[]): readonly Place[] =>
    texts.map((text) => {
      const slash = text.indexOf('/');
      const tenant = platform === 'teams' ? text.slice(0, slash).toLowerCase() : text.slice(0, slash);
      return { platform, tenant, conversation: text.slice(slash + 1), thread: '', person: '' };
    });
  const local = channel.console.map((name) => `local/${name}`);
  return [...split('slack', channel.slack), ...split('teams', channel.teams), ...split('console', local)];
}

// Two people with one address or one account would make "who decided" a matter of order.
function peopleProblems({ values, problemAt }: ReadFile): FileProblem[] {
  const owners = new Map<string, string>();
  const problems: FileProblem[] = [];
  for (const [id, person] of Object.entries(values.people)) {
    const claims = [
      ...(person.email === '' ? [] : [['email', person.email.toLowerCase()] as const]),
      ...person.slack.map((identity) => ['slack', identity] as const),
      ...person.entra.map((identity) => ['entra', identity.toLowerCase()] as const),
    ];
    for (const [field, claim] of claims) {
      const owner = owners.get(`${field} ${claim}`);
      if (owner !== undefined) problems.push(problemAt(['people', id, field], `${claim} belongs to ${owner} already`, 'one person each'));
      owners.set(`${field} ${claim}`, id);
    }
  }
  return problems;
}

function roleProblems({ values, problemAt }: ReadFile): FileProblem[] {
  if (!values.roles) return [];
  const known = Object.keys(values.roles);
  const check = (path: readonly PropertyKey[], roles: readonly string[]): FileProblem[] =>
    roles.flatMap((role, index) =>
      known.includes(role) ? [] : [problemAt([...path, index], `there is no role ${role}`, suggest(role, known))],
    );
  return [
    ...Object.entries(values.people).flatMap(([id, { roles }]) => check(['people', id, 'roles'], roles)),
    ...check(['adminRoles'], values.adminRoles),
  ];
}

function channelProblems({ values, problemAt }: ReadFile, channels: readonly ChannelSettings[], around: Surroundings): FileProblem[] {
  const problems: FileProblem[] = [];
  const known = channels.map(({ name }) => name);
  for (const [name, channel] of Object.entries(values.channels)) {
    const refuse = (field: string, message: string): void => void problems.push(problemAt(['channels', name, field], message));
    if (channel.slack.length > 0 && !around.platforms.slack)
      refuse('slack', 'Slack is not configured: set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN');
    if (channel.teams.length > 0 && !around.platforms.teams)
      refuse('teams', 'Teams is not configured: set TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_APP_TENANT');
    if (channel.console.length > 0 && around.mode === 'real') refuse('console', 'the console is there in the sandbox alone: remove it');
    if (toPlaces(channel).length === 0) refuse('', `channel ${name} is nowhere: give it a slack or a teams place`);
  }
  for (const [index, name] of (values.incidentChannels ?? []).entries()) {
    if (!known.includes(name)) problems.push(problemAt(['incidentChannels', index], `there is no channel ${name}`, suggest(name, known)));
  }
  return problems;
}
