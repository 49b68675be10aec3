// A strict stand-in for Teams on loopback: token issuer, Bot Connector, and people who mention the bot and press buttons.
// It records every call; `expectNoProblems` fails the test on anything the real Teams would never have been asked.
import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { TeamsSettings } from '../../../src/model/settings.ts';
import { cardOf } from './activity-check.ts';
import { createFaults, type Faults } from './faults.ts';
import { createIssuer } from './issuer.ts';
import { createSender, type Delivered, type DeliveryOptions, type Sender } from './sender.ts';
import { createService, type FakeCall, type Service } from './service.ts';
import { chatOf, createWorld, type FakeConversation, type FakeMessage, type FakePerson, isJson, type Json, type World } from './world.ts';

export type { Delivered, DeliveryOptions, FakeCall, FakeConversation, FakeMessage, FakePerson };

/** Which button: by what it says, or by what it carries. `stale` also finds it in what the message showed before. */
export type ButtonChoice =
  | { readonly label: string; readonly stale?: boolean }
  | { readonly verb: string; readonly choice: string; readonly stale?: boolean };

export interface FakeTeams {
  /** `http://127.0.0.1:<port>`; the connector is below `/teams/`. */
  readonly url: string;
  readonly serviceUrl: string;
  readonly world: Pick<World, 'tenant' | 'appId' | 'appTenant' | 'appPassword'>;
  readonly service: Pick<Service, 'tokenLifetimeS'>;
  readonly calls: readonly FakeCall[];
  readonly faults: Faults;
  /** For deliveries of one's own making. */
  readonly sender: Sender;
  /** Settings of a bot that is registered here. */
  settings(): TeamsSettings;
  /** Says where the bot listens: its public address. */
  connect(publicUrl: string): void;
  addPerson(person: { name: string } & Partial<Omit<FakePerson, 'id' | 'name'>>): FakePerson;
  addChannel(channel: { name: string; members?: readonly FakePerson[]; botIsMember?: boolean }): FakeConversation;
  addGroupChat(chat: { members: readonly FakePerson[] }): FakeConversation;
  /** The chat of a person with the bot. */
  chat(person: FakePerson): FakeConversation;
  /** Messages of a conversation, oldest first; with `as`, also the texts under buttons that this person was shown there. */
  messages(conversation: FakeConversation, options?: { readonly as?: FakePerson }): readonly FakeMessage[];
  /** The card a message shows, {} for a text. */
  card(message: FakeMessage): Json;
  /** Labels of the buttons that ask for something. */
  buttons(message: FakeMessage): readonly string[];
  /** Types a message; in channels and group chats it mentions the bot. `thread`: id of the message it answers. */
  say(
    person: FakePerson,
    conversation: FakeConversation,
    text: string,
    options?: DeliveryOptions & { readonly thread?: string; readonly mention?: boolean; readonly id?: string },
  ): Promise<Delivered>;
  /** Presses a button as Action.Execute, or as Action.Submit. */
  click(
    person: FakePerson,
    message: FakeMessage,
    button: ButtonChoice,
    options?: DeliveryOptions & { readonly id?: string; readonly as?: 'execute' | 'submit' },
  ): Promise<Delivered>;
  /** Any activity, completed by what all of them carry. */
  deliver(person: FakePerson, conversation: FakeConversation, activity: Json, options?: DeliveryOptions): Promise<Delivered>;
  /** Adds the bot for a person, or to a team or chat. */
  install(person: FakePerson, conversation?: FakeConversation): Promise<Delivered>;
  uninstall(person: FakePerson, conversation?: FakeConversation): Promise<Delivered>;
  /** The last delivery again, byte for byte. */
  replay(): Promise<Delivered>;
  delete(message: FakeMessage): void;
  expectNoProblems(): void;
  stop(): Promise<void>;
}

export async function startFakeTeams(): Promise<FakeTeams> {
  const world = createWorld();
  const faults = createFaults();
  const issuer = await createIssuer(world);
  const service = createService(world, issuer, faults);
  await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${portOf(service.server.address())}`;
  const url = `http://${host}`;
  const serviceUrl = `${url}/teams/`;
  const sender = createSender(issuer, serviceUrl);
  const bot = { id: `28:${world.appId}`, name: 'Picket' };

  function show(kind: 'toast', person: FakePerson, conversation: FakeConversation, text: string): void {
    const activity = { type: 'message', text };
    world.messages.push({
      id: world.messageId(),
      conversation,
      root: '',
      kind,
      visibleTo: person,
      activity,
      edits: 0,
      deleted: false,
      history: [],
    });
  }

  const teams: FakeTeams = {
    url,
    serviceUrl,
    world,
    service,
    calls: service.calls,
    faults,
    sender,
    settings: () => ({
      appId: world.appId,
      appPassword: world.appPassword,
      appTenant: world.appTenant,
      tenants: [world.tenant],
      serviceHosts: [host],
      ssoManagedTenants: [],
      issuer: { openIdMetadataUrl: `${url}/.well-known/openidconfiguration`, loginUrl: `${url}/login`, allowHttp: true },
    }),
    connect(publicUrl) {
      sender.target = `${publicUrl}/api/messages`;
    },
    addPerson({ name, ...given }) {
      const own = { objectId: randomUUID(), id: `29:1${randomBytes(24).toString('base64url')}`, name, email: `${name}@example.com` };
      const person: FakePerson = { ...own, tenant: world.tenant, role: 'user', deleted: false, hasApp: true, ...given };
      world.people.push(person);
      return person;
    },
    addChannel: ({ name, members = [], botIsMember = true }) => {
      const id = `19:${randomBytes(16).toString('hex')}@thread.tacv2`;
      const team = `19:${randomBytes(16).toString('hex')}@thread.tacv2`;
      return added({ id, kind: 'channel', name, team, members: new Set(members), botIsMember });
    },
    addGroupChat: ({ members }) =>
      added({
        id: `19:${randomBytes(16).toString('hex')}@thread.v2`,
        kind: 'groupChat',
        name: '',
        team: '',
        members: new Set(members),
        botIsMember: true,
      }),
    chat: (person) => chatOf(world, person),
    messages: (conversation, { as } = {}) =>
      world.messages.filter((one) => one.conversation === conversation && !one.deleted && (one.visibleTo === null || one.visibleTo === as)),
    card: ({ activity }) => cardOf(activity) ?? {},
    buttons: ({ activity }) => buttonsOf(activity).map(({ title }) => String(title)),
    say(person, conversation, text, given = {}) {
      const id = given.id ?? world.messageId();
      const isMentioned = given.mention ?? conversation.kind !== 'personal';
      const tag = '<at>Picket</at>';
      const message = {
        type: 'message',
        id,
        text: isMentioned ? `${tag} ${text}` : text,
        textFormat: 'plain',
        locale: 'en-US',
        entities: [
          ...(isMentioned ? [{ type: 'mention', text: tag, mentioned: bot }] : []),
          { type: 'clientInfo', locale: 'en-US', platform: 'Web' },
        ],
        attachments: [{ contentType: 'text/html', content: `<div>${text}</div>` }],
      };
      return teams.deliver(person, conversation, { ...message, conversation: conversationJson(conversation, given.thread ?? id) }, given);
    },
    async click(person, message, button, given = {}) {
      const { title: _, type: __, verb, data } = findButton(message, button);
      const common = {
        id: given.id ?? (given.as === 'submit' ? world.messageId() : `f:${randomUUID()}`),
        replyToId: message.id,
        conversation: conversationJson(message.conversation, message.root),
      };
      const action = { type: 'Action.Execute', verb, data };
      const activity =
        given.as === 'submit'
          ? { ...common, type: 'message', value: { verb, ...(isJson(data) ? data : {}) } }
          : { ...common, type: 'invoke', name: 'adaptiveCard/action', value: { action, trigger: 'manual' } };
      const delivered = await teams.deliver(person, message.conversation, activity, given);
      const answer: unknown = delivered.status === 200 && delivered.body !== '' ? JSON.parse(delivered.body) : null;
      if (isJson(answer) && answer.type === 'application/vnd.microsoft.activity.message')
        show('toast', person, message.conversation, String(answer.value));
      else if (isJson(answer) && given.as !== 'submit')
        service.problems.push(`an answer to a click that changes the card: ${delivered.body}`);
      return delivered;
    },
    deliver(person, conversation, activity, options) {
      const base = {
        timestamp: new Date().toISOString(),
        channelId: 'msteams',
        serviceUrl,
        from: { id: person.id, name: person.name, aadObjectId: person.objectId },
        recipient: bot,
        conversation: conversationJson(conversation, ''),
        channelData: {
          tenant: { id: person.tenant },
          ...(conversation.team === ''
            ? {}
            : { team: { id: conversation.team }, channel: { id: conversation.id }, teamsChannelId: conversation.id }),
        },
      };
      return sender.activity({ ...base, ...activity }, options);
    },
    install(person, conversation = chatOf(world, person)) {
      if (conversation.kind === 'personal') person.hasApp = true;
      conversation.botIsMember = true;
      return teams.deliver(person, conversation, { type: 'installationUpdate', id: world.messageId(), action: 'add' });
    },
    uninstall(person, conversation = chatOf(world, person)) {
      if (conversation.kind === 'personal') person.hasApp = false;
      conversation.botIsMember = false;
      return teams.deliver(person, conversation, { type: 'installationUpdate', id: world.messageId(), action: 'remove' });
    },
    replay: () => sender.replay(),
    delete(message) {
      message.deleted = true;
    },
    expectNoProblems() {
      if (service.problems.length > 0) throw new Error(`the bot asked Teams for what does not exist:\n${service.problems.join('\n')}`);
    },
    async stop() {
      service.server.closeAllConnections();
      await new Promise((resolve) => service.server.close(resolve));
    },
  };

  function added(conversation: FakeConversation): FakeConversation {
    world.conversations.set(conversation.id, conversation);
    return conversation;
  }

  function conversationJson({ id, kind }: FakeConversation, root: string): Json {
    const thread = kind === 'channel' && root !== '' ? `;messageid=${root}` : '';
    return { id: `${id}${thread}`, conversationType: kind, isGroup: kind !== 'personal', tenantId: world.tenant };
  }

  return teams;
}

function findButton(message: FakeMessage, choice: ButtonChoice): Json {
  const shown = choice.stale === true ? [...message.history, message.activity] : [message.activity];
  const all = shown.flatMap(buttonsOf);
  const found = all.find((button) =>
    'label' in choice
      ? button.title === choice.label
      : button.verb === choice.verb && isJson(button.data) && button.data.choice === choice.choice,
  );
  if (found === undefined)
    throw new Error(`no such button: ${JSON.stringify(choice)}; there are ${all.map(({ title }) => String(title)).join(', ') || 'none'}`);
  return found;
}

/** Every Action.Execute of a card, wherever it stands. */
function buttonsOf(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(buttonsOf);
  if (!isJson(value)) return [];
  return value.type === 'Action.Execute' ? [value] : Object.values(value).flatMap(buttonsOf);
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
