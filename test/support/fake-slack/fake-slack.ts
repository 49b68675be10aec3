// A strict stand-in for Slack on loopback: the Web API, and people who type commands and press buttons.
// It records every call; `expectNoProblems` fails the test on anything the real Slack would never have been asked.
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { isJson } from './block-kit.ts';
import { createFaults, type Faults } from './faults.ts';
import { messageJson, threadOf } from './methods.ts';
import { createSender, type Delivered, type DeliveryOptions, type Sender } from './sender.ts';
import { attachSocket, type FakeSocket } from './socket.ts';
import { createWebApi, type FakeCall } from './web-api.ts';
import { createWorld, type FakeChannel, type FakeMessage, type FakeTeam, type FakeUser } from './world.ts';

export type { Delivered, DeliveryOptions, FakeCall, FakeChannel, FakeMessage, FakeTeam, FakeUser };

/** Which button: by what it says, or by what it carries. `stale` also finds it in what the message showed before. */
export type ButtonChoice =
  | { readonly label: string; readonly stale?: boolean }
  | { readonly verb: string; readonly choice: string; readonly stale?: boolean };

export interface FakeSlack {
  /** `http://127.0.0.1:<port>`; the Web API is below `/api/`. */
  readonly url: string;
  readonly apiUrl: string;
  readonly team: FakeTeam;
  readonly calls: readonly FakeCall[];
  readonly faults: Faults;
  /** Socket Mode's connections; `sender.socket = socket` makes people use them instead of HTTP. */
  readonly socket: FakeSocket;
  /** For deliveries of one's own making. */
  readonly sender: Sender;
  /** Says where the app listens: its public address. */
  connect(publicUrl: string): void;
  addUser(user: { name: string } & Partial<Omit<FakeUser, 'id' | 'name'>>): FakeUser;
  addChannel(channel: {
    name: string;
    private?: boolean;
    archived?: boolean;
    botIsMember?: boolean;
    members?: readonly FakeUser[];
  }): FakeChannel;
  /** Answers the id of a new user group. */
  addUserGroup(members: readonly FakeUser[]): string;
  /** Messages of a channel, oldest first; with `as`, what that person sees, ephemeral ones included. */
  messages(channel: FakeChannel | string, options?: { readonly as?: FakeUser }): readonly FakeMessage[];
  /** The direct message channel with a person, once it was opened. */
  directChannel(user: FakeUser): FakeChannel | undefined;
  /** Labels of the buttons a message shows now. */
  buttons(message: FakeMessage): readonly string[];
  command(
    user: FakeUser,
    channel: FakeChannel,
    text: string,
    options?: DeliveryOptions & { readonly command?: string },
  ): Promise<Delivered>;
  mention(
    user: FakeUser,
    channel: FakeChannel,
    text: string,
    options?: DeliveryOptions & { readonly threadTs?: string; readonly eventId?: string },
  ): Promise<Delivered>;
  click(user: FakeUser, message: FakeMessage, button: ButtonChoice, options?: DeliveryOptions): Promise<Delivered>;
  event(event: Readonly<Record<string, unknown>>, options?: DeliveryOptions & { readonly eventId?: string }): Promise<Delivered>;
  /** The last delivery again, byte for byte. */
  replay(): Promise<Delivered>;
  delete(message: FakeMessage): void;
  /** Somebody else writes in the channel. */
  say(channel: FakeChannel, text: string): void;
  /** From now on the app is installed for all workspaces of this organisation. */
  installForOrganisation(enterpriseId: string): void;
  expectNoProblems(): void;
  stop(): Promise<void>;
}

/** Scopes the app has when the test does not say otherwise. */
const SCOPES = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'commands',
  'groups:history',
  'im:history',
  'im:write',
  'usergroups:read',
  'users:read',
  'users:read.email',
];
const RESPONSE_URL_MS = 30 * 60_000;

export async function startFakeSlack(options: { scopes?: readonly string[] } = {}): Promise<FakeSlack> {
  const world = createWorld(options.scopes ?? SCOPES);
  const faults = createFaults();
  const api = createWebApi(world, faults);
  const sender = createSender(world.team.signingSecret);
  const socket = attachSocket(api.server);
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${portOf(api.server.address())}`;

  function responseUrl(channel: string, user: string, threadTs: string): string {
    const token = randomUUID();
    api.responseUrls.set(token, { channel, user, threadTs, expiresAt: Date.now() + RESPONSE_URL_MS, uses: 0 });
    return `${url}/response/${token}`;
  }

  const slack: FakeSlack = {
    url,
    apiUrl: `${url}/api/`,
    team: world.team,
    calls: api.calls,
    faults,
    sender,
    socket,
    connect(publicUrl) {
      sender.target = `${publicUrl}/slack/events`;
    },
    addUser({ name, ...given }) {
      const user = {
        id: world.id('U'),
        name,
        email: `${name}@example.com`,
        teamId: world.team.id,
        guest: false,
        bot: false,
        deleted: false,
        ...given,
      };
      world.users.set(user.id, user);
      return user;
    },
    addChannel({ name, members = [], ...given }) {
      const channel = {
        id: world.id('C'),
        name,
        private: false,
        archived: false,
        botIsMember: true,
        ...given,
        members: new Set(members.map(({ id }) => id)),
      };
      world.channels.set(channel.id, channel);
      return channel;
    },
    addUserGroup(members) {
      const group = world.id('S');
      world.userGroups.set(group, new Set(members.map(({ id }) => id)));
      return group;
    },
    messages(channel, { as } = {}) {
      const id = typeof channel === 'string' ? channel : channel.id;
      return world.messages.filter((one) => one.channel === id && !one.deleted && (one.visibleTo === '' || one.visibleTo === as?.id));
    },
    directChannel: (user) => [...world.channels.values()].find(({ id, members }) => id.startsWith('D') && members.has(user.id)),
    buttons: (message) => buttonsOf(message.blocks).map(labelOf),
    command(user, channel, text, given = {}) {
      const fields = {
        token: 'deprecated',
        team_id: user.teamId,
        team_domain: 'example',
        channel_id: channel.id,
        channel_name: channel.name,
        user_id: user.id,
        user_name: user.name,
        command: given.command ?? '/playbook',
        text,
        api_app_id: world.team.appId,
        is_enterprise_install: String(world.team.enterpriseId !== ''),
        ...(world.team.enterpriseId === '' ? {} : { enterprise_id: world.team.enterpriseId, enterprise_name: 'Example' }),
        response_url: responseUrl(channel.id, user.id, ''),
        trigger_id: world.id('trigger'),
      };
      return sender.form(fields, given);
    },
    mention: (user, channel, text, given = {}) =>
      slack.event(
        {
          type: 'app_mention',
          user: user.id,
          user_team: user.teamId,
          text: `<@${world.team.botUserId}> ${text}`,
          ts: world.ts(),
          channel: channel.id,
          ...(given.threadTs === undefined ? {} : { thread_ts: given.threadTs }),
        },
        given,
      ),
    click(user, message, button, given) {
      const payload = {
        type: 'block_actions',
        user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
        api_app_id: world.team.appId,
        token: 'deprecated',
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: message.channel,
          is_ephemeral: message.visibleTo !== '',
          ...threadOf(world, message),
        },
        trigger_id: world.id('trigger'),
        team: { id: world.team.id, domain: 'example' },
        enterprise: world.team.enterpriseId === '' ? null : { id: world.team.enterpriseId, name: 'Example' },
        is_enterprise_install: world.team.enterpriseId !== '',
        channel: { id: message.channel, name: world.channels.get(message.channel)?.name ?? '' },
        ...(message.visibleTo === '' ? { message: messageJson(world, message) } : {}),
        response_url: responseUrl(message.channel, user.id, message.threadTs),
        actions: [{ ...findButton(message, button), action_ts: world.ts() }],
      };
      return sender.form({ payload: JSON.stringify(payload) }, given);
    },
    event(event, given = {}) {
      const envelope = {
        token: 'deprecated',
        team_id: world.team.id,
        api_app_id: world.team.appId,
        type: 'event_callback',
        event_id: given.eventId ?? world.id('Ev'),
        event_time: Math.floor(Date.now() / 1_000),
        authorizations: [
          { enterprise_id: null, team_id: world.team.id, user_id: world.team.botUserId, is_bot: true, is_enterprise_install: false },
        ],
        is_ext_shared_channel: false,
        event,
      };
      return sender.json(envelope, given);
    },
    replay: () => sender.replay(),
    delete(message) {
      message.deleted = true;
    },
    say(channel, text) {
      const said = { visibleTo: '', threadTs: '', blocks: [], metadata: undefined, edits: 0, deleted: false, history: [] };
      world.messages.push({ ts: world.ts(), channel: channel.id, text, ...said });
    },
    installForOrganisation(enterpriseId) {
      world.team.enterpriseId = enterpriseId;
    },
    expectNoProblems() {
      if (api.problems.length > 0) throw new Error(`the app asked Slack for what does not exist:\n${api.problems.join('\n')}`);
    },
    async stop() {
      socket.cut();
      api.server.closeAllConnections();
      await new Promise((resolve) => api.server.close(resolve));
    },
  };
  return slack;
}

type Json = Readonly<Record<string, unknown>>;

function findButton(message: FakeMessage, choice: ButtonChoice): Json {
  const shown = choice.stale === true ? [...message.history, message.blocks] : [message.blocks];
  const all = shown.flatMap(buttonsOf);
  const found = all.find((button) => ('label' in choice ? labelOf(button) === choice.label : carries(button, choice)));
  if (found === undefined) throw new Error(`no such button: ${JSON.stringify(choice)}; there are ${all.map(labelOf).join(', ') || 'none'}`);
  return found;
}

function buttonsOf(blocks: readonly Json[]): readonly Json[] {
  return blocks.flatMap((block) => {
    const items: unknown[] = [...(Array.isArray(block.elements) ? block.elements : []), block.accessory];
    return items.filter(isJson).filter((item) => item.type === 'button');
  });
}

function labelOf(button: Json): string {
  return isJson(button.text) ? String(button.text.text) : '';
}

function carries(button: Json, wanted: { verb: string; choice: string }): boolean {
  const value: unknown = typeof button.value === 'string' ? JSON.parse(button.value) : null;
  return isJson(value) && value.verb === wanted.verb && value.choice === wanted.choice;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
