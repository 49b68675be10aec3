// The Web API methods Picket uses, as strict as Slack: scopes, arguments, membership, limits. Errors are Slack's own words.
import { blockProblems, isJson } from './block-kit.ts';
import type { FakeChannel, FakeMessage, World } from './world.ts';

export type Arguments = Readonly<Record<string, string>>;
export type Answer = Readonly<Record<string, unknown>>;

interface Method {
  readonly scopes: readonly string[];
  readonly required: readonly string[];
  readonly optional: readonly string[];
  answer(world: World, given: Arguments): Answer;
}

/** Thrown as Slack's `ok: false`. */
export class SlackRefusal extends Error {
  readonly details: readonly string[];
  constructor(code: string, details: readonly string[] = []) {
    super(code);
    this.details = details;
  }
}

const CONTENT = ['text', 'blocks', 'thread_ts', 'mrkdwn', 'parse', 'link_names'];

export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': {
    scopes: [],
    required: [],
    optional: [],
    answer: ({ team }) => ({
      url: 'https://example.com/',
      team: 'SOC',
      user: 'picket',
      team_id: team.id,
      user_id: team.botUserId,
      bot_id: team.botId,
    }),
  },
  'users.info': {
    scopes: ['users:read'],
    required: ['user'],
    optional: ['include_locale'],
    answer: (world, { user = '' }) => ({ user: userJson(world, user) }),
  },
  'usergroups.users.list': {
    scopes: ['usergroups:read'],
    required: ['usergroup'],
    optional: ['include_disabled'],
    answer(world, { usergroup = '' }) {
      const members = world.userGroups.get(usergroup);
      if (members === undefined) throw new SlackRefusal('no_such_subteam');
      return { users: [...members] };
    },
  },
  'conversations.open': {
    scopes: ['im:write'],
    required: ['users'],
    optional: ['return_im', 'prevent_creation'],
    answer: (world, { users = '' }) => ({ channel: { id: openDirect(world, users).id } }),
  },
  'chat.postMessage': {
    scopes: ['chat:write'],
    required: ['channel'],
    optional: [...CONTENT, 'metadata', 'unfurl_links', 'unfurl_media', 'reply_broadcast'],
    answer(world, given) {
      const channel = writable(world, given);
      const message = addMessage(world, channel, given, '');
      return { channel: channel.id, ts: message.ts, message: messageJson(world, message) };
    },
  },
  'chat.postEphemeral': {
    scopes: ['chat:write'],
    required: ['channel', 'user'],
    optional: CONTENT,
    answer(world, given) {
      const channel = writable(world, given);
      const user = given.user ?? '';
      if (!world.users.has(user)) throw new SlackRefusal('user_not_found');
      if (channel.private && !channel.members.has(user)) throw new SlackRefusal('user_not_in_channel');
      return { message_ts: addMessage(world, channel, given, user).ts };
    },
  },
  'chat.update': {
    scopes: ['chat:write'],
    required: ['channel', 'ts'],
    optional: [...CONTENT, 'metadata'],
    answer(world, given) {
      const channel = known(world, given.channel);
      if (channel.archived) throw new SlackRefusal('is_archived');
      const message = world.messages.find(
        (one) => one.channel === channel.id && one.ts === given.ts && !one.deleted && one.visibleTo === '',
      );
      if (message === undefined) throw new SlackRefusal('message_not_found');
      const content = contentOf(given);
      message.history.push(message.blocks);
      message.text = content.text;
      message.blocks = content.blocks; // text without blocks removes them, as Slack does
      if (given.metadata !== undefined) message.metadata = metadataOf(given);
      message.edits += 1;
      return { channel: channel.id, ts: message.ts, text: message.text, message: messageJson(world, message) };
    },
  },
  'conversations.history': {
    scopes: [],
    required: ['channel'],
    optional: ['oldest', 'latest', 'limit', 'cursor', 'inclusive', 'include_all_metadata'],
    answer: (world, given) => page(world, given, (message) => message.threadTs === '' || message.threadTs === message.ts),
  },
  'conversations.replies': {
    scopes: [],
    required: ['channel', 'ts'],
    optional: ['oldest', 'latest', 'limit', 'cursor', 'inclusive', 'include_all_metadata'],
    answer: (world, given) => page(world, given, (message) => message.threadTs === given.ts || message.ts === given.ts),
  },
};

/** Adds a message as Picket's, after every check Slack makes. */
export function addMessage(world: World, channel: FakeChannel, given: Arguments, visibleTo: string): FakeMessage {
  const threadTs = given.thread_ts ?? '';
  if (threadTs !== '' && !world.messages.some((one) => one.channel === channel.id && one.ts === threadTs))
    throw new SlackRefusal('thread_not_found');
  const { text, blocks } = contentOf(given);
  const message = {
    ts: world.ts(),
    channel: channel.id,
    visibleTo,
    threadTs,
    text,
    blocks,
    metadata: metadataOf(given),
    edits: 0,
    deleted: false,
    history: [],
  };
  world.messages.push(message);
  return message;
}

export function messageJson(world: World, message: FakeMessage): Answer {
  return {
    type: 'message',
    user: world.team.botUserId,
    bot_id: world.team.botId,
    app_id: world.team.appId,
    team: world.team.id,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    ...threadOf(world, message),
  };
}

/** Once a message has an answer, it names itself as its thread, as Slack's do. */
export function threadOf(world: World, message: FakeMessage): { thread_ts?: string } {
  if (message.threadTs !== '') return { thread_ts: message.threadTs };
  return world.messages.some(({ channel, threadTs }) => channel === message.channel && threadTs === message.ts)
    ? { thread_ts: message.ts }
    : {};
}

function contentOf(given: Arguments): Pick<FakeMessage, 'text' | 'blocks'> {
  const text = given.text ?? '';
  const blocks: unknown = given.blocks === undefined ? [] : JSON.parse(given.blocks);
  const problems = blockProblems(blocks);
  if (problems.length > 0 || !Array.isArray(blocks)) throw new SlackRefusal('invalid_blocks', problems);
  if (text === '' && blocks.length === 0) throw new SlackRefusal('no_text');
  if (text.length > 40_000) throw new SlackRefusal('msg_too_long');
  return { text, blocks };
}

function metadataOf(given: Arguments): unknown {
  if (given.metadata === undefined) return undefined;
  const metadata: unknown = JSON.parse(given.metadata);
  const fine = isJson(metadata) && typeof metadata.event_type === 'string' && isJson(metadata.event_payload);
  if (!fine) throw new SlackRefusal('invalid_metadata_format');
  return metadata;
}

function known(world: World, id: string | undefined): FakeChannel {
  const channel = world.channels.get(id ?? '');
  if (channel === undefined || (channel.private && !channel.botIsMember)) throw new SlackRefusal('channel_not_found');
  return channel;
}

function writable(world: World, given: Arguments): FakeChannel {
  const channel = known(world, given.channel);
  if (channel.archived) throw new SlackRefusal('is_archived');
  if (!channel.botIsMember) throw new SlackRefusal('not_in_channel');
  return channel;
}

function openDirect(world: World, user: string): FakeChannel {
  const person = world.users.get(user);
  if (person === undefined) throw new SlackRefusal('user_not_found');
  if (person.deleted) throw new SlackRefusal('user_disabled');
  if (person.bot) throw new SlackRefusal('cannot_dm_bot');
  const existing = [...world.channels.values()].find((channel) => channel.id.startsWith('D') && channel.members.has(user));
  if (existing !== undefined) return existing;
  const opened = { id: world.id('D'), name: 'directmessage', private: true, archived: false, botIsMember: true, members: new Set([user]) };
  world.channels.set(opened.id, opened);
  return opened;
}

function userJson(world: World, id: string): Answer {
  const user = world.users.get(id);
  if (user === undefined) throw new SlackRefusal('user_not_found');
  const isStranger = user.teamId !== world.team.id;
  const email = world.team.scopes.has('users:read.email') && !isStranger ? { email: user.email } : {};
  return {
    id,
    team_id: user.teamId,
    name: user.name,
    real_name: user.name,
    deleted: user.deleted,
    profile: { real_name: user.name, display_name: user.name, ...email },
    is_bot: user.bot,
    is_stranger: isStranger,
    is_restricted: user.guest,
    is_ultra_restricted: false,
    is_email_confirmed: user.email !== '',
  };
}

/** Newest first; the cursor is the number of messages already given. */
function page(world: World, given: Arguments, belongs: (message: FakeMessage) => boolean): Answer {
  const channel = known(world, given.channel);
  const needed = channel.id.startsWith('D') ? 'im:history' : channel.private ? 'groups:history' : 'channels:history';
  if (!world.team.scopes.has(needed)) throw new SlackRefusal('missing_scope');
  if (!channel.botIsMember) throw new SlackRefusal('not_in_channel');
  const limit = Number(given.limit ?? '100');
  if (!(limit > 0 && limit < 1000)) throw new SlackRefusal('invalid_limit');
  const oldest = Number(given.oldest ?? '0');
  const all = world.messages
    .filter((one) => one.channel === channel.id && !one.deleted && one.visibleTo === '' && Number(one.ts) > oldest && belongs(one))
    .reverse();
  const from = Number(given.cursor ?? '0');
  const withMetadata = given.include_all_metadata === 'true' || given.include_all_metadata === '1';
  const messages = all
    .slice(from, from + limit)
    .map((one) => ({ ...messageJson(world, one), ...(withMetadata && one.metadata !== undefined ? { metadata: one.metadata } : {}) }));
  const more = from + limit < all.length;
  return { messages, has_more: more, response_metadata: { next_cursor: more ? String(from + limit) : '' } };
}
