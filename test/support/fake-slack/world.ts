// What the stand-in holds: one workspace with people, channels and messages. Plain state, changed by the Web API and by tests.
import { randomBytes } from 'node:crypto';

export interface FakeUser {
  readonly id: string;
  readonly name: string;
  email: string;
  /** Another team's id makes a stranger of a shared channel. */
  teamId: string;
  guest: boolean;
  bot: boolean;
  deleted: boolean;
}

export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  private: boolean;
  archived: boolean;
  botIsMember: boolean;
  /** Ids of the people in it; a public channel may be written in by everybody. */
  readonly members: Set<string>;
}

export interface FakeMessage {
  readonly ts: string;
  readonly channel: string;
  /** '' when everybody in the channel sees it. */
  readonly visibleTo: string;
  readonly threadTs: string;
  text: string;
  blocks: readonly Readonly<Record<string, unknown>>[];
  metadata: unknown;
  edits: number;
  deleted: boolean;
  /** What it showed before each edit, oldest first. */
  readonly history: (readonly Readonly<Record<string, unknown>>[])[];
}

export interface World {
  readonly team: FakeTeam;
  readonly users: Map<string, FakeUser>;
  readonly channels: Map<string, FakeChannel>;
  readonly messages: FakeMessage[];
  /** User ids by the id of their user group. */
  readonly userGroups: Map<string, Set<string>>;
  /** A new message id: unique, ascending, in the form of Slack's. */
  ts(): string;
  id(prefix: string): string;
}

export interface FakeTeam {
  readonly id: string;
  /** '' outside an organisation. */
  enterpriseId: string;
  botToken: string;
  readonly appToken: string;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly signingSecret: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: Set<string>;
}

export function createWorld(scopes: readonly string[]): World {
  let count = 0;
  const id = (prefix: string): string => `${prefix}0${(count++).toString(36).toUpperCase().padStart(7, '0')}`;
  const team: FakeTeam = {
    id: id('T'),
    enterpriseId: '',
    botToken: `xoxb-${randomBytes(12).toString('hex')}`,
    appToken: `xapp-${randomBytes(12).toString('hex')}`,
    appId: id('A'),
    botId: id('B'),
    botUserId: id('U'),
    signingSecret: randomBytes(16).toString('hex'),
    clientId: `${randomBytes(4).readUInt32BE()}.${randomBytes(4).readUInt32BE()}`,
    clientSecret: randomBytes(16).toString('hex'),
    scopes: new Set(scopes),
  };
  let last = 0;
  const ts = (): string => {
    last = Math.max(last + 1, Date.now() * 1_000);
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`;
  };
  return { team, users: new Map(), channels: new Map(), messages: [], userGroups: new Map(), ts, id };
}
