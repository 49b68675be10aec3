// What the stand-in holds: one tenant with people, conversations and messages. Plain state, changed by the connector and by tests.
import { randomBytes, randomUUID } from 'node:crypto';

export interface FakePerson {
  /** Entra object id. */
  readonly objectId: string;
  /** `29:...`, their id for this bot. */
  readonly id: string;
  readonly name: string;
  email: string;
  /** Another tenant makes a stranger of a shared channel. */
  tenant: string;
  role: 'user' | 'guest' | 'anonymous';
  /** Not in any roster any more. */
  deleted: boolean;
  /** The bot may write to them. */
  hasApp: boolean;
}

export interface FakeConversation {
  readonly id: string;
  readonly kind: 'channel' | 'groupChat' | 'personal';
  readonly name: string;
  /** Id of the team, '' outside one. */
  readonly team: string;
  readonly members: Set<FakePerson>;
  botIsMember: boolean;
}

export type Json = Readonly<Record<string, unknown>>;

export interface FakeMessage {
  readonly id: string;
  readonly conversation: FakeConversation;
  /** Id of the first message of its thread, its own in a channel when it is the first; '' in chats. */
  readonly root: string;
  /** `toast`: the text under a button, which one person sees. */
  readonly kind: 'message' | 'toast';
  readonly visibleTo: FakePerson | null;
  activity: Json;
  edits: number;
  deleted: boolean;
  /** What it showed before each edit, oldest first. */
  readonly history: Json[];
}

export interface World {
  readonly tenant: string;
  readonly appId: string;
  readonly appPassword: string;
  readonly appTenant: string;
  readonly people: FakePerson[];
  readonly conversations: Map<string, FakeConversation>;
  readonly messages: FakeMessage[];
  /** A new message id: unique, ascending, in the form of Teams'. */
  messageId(): string;
}

export function createWorld(): World {
  let last = 0;
  return {
    tenant: randomUUID(),
    appId: randomUUID(),
    appPassword: randomBytes(16).toString('hex'),
    appTenant: randomUUID(),
    people: [],
    conversations: new Map(),
    messages: [],
    messageId() {
      last = Math.max(last + 1, Date.now());
      return String(last);
    },
  };
}

/** The chat of a person with the bot; there is one. */
export function chatOf(world: World, person: FakePerson): FakeConversation {
  const existing = [...world.conversations.values()].find(({ kind, members }) => kind === 'personal' && members.has(person));
  if (existing !== undefined) return existing;
  const chat: FakeConversation = {
    id: `a:1${randomBytes(24).toString('base64url')}`,
    kind: 'personal',
    name: '',
    team: '',
    members: new Set([person]),
    botIsMember: true,
  };
  world.conversations.set(chat.id, chat);
  return chat;
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
