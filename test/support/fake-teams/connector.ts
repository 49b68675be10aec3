// The Bot Connector as far as Picket uses it, as strict as Teams: conversations, messages, rosters. Errors are the connector's own words.
import { activityProblems } from './activity-check.ts';
import type { Operation } from './faults.ts';
import { chatOf, type FakeConversation, type FakeMessage, type FakePerson, isJson, type Json, type World } from './world.ts';

/** Thrown as the connector's error. */
export class ConnectorRefusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface Route {
  readonly operation: Operation;
  answer(world: World, body: unknown, serviceUrl: string): Json;
}

/** The route of a path below the service address; null for what the connector does not have. */
export function routeOf(method: string, path: string): Route | null {
  const [version, room, id, part, item, ...more] = path.split('/').map(decodeURIComponent);
  if (version !== 'v3' || room !== 'conversations' || more.length > 0) return null;
  if (method === 'POST' && id === undefined) return { operation: 'create', answer: create };
  if (id === undefined) return null;
  if (method === 'POST' && part === 'activities' && item === undefined)
    return { operation: 'send', answer: (world, body) => send(world, id, body) };
  if (method === 'PUT' && part === 'activities' && item !== undefined)
    return { operation: 'edit', answer: (world, body) => edit(world, { id, item }, body) };
  if (method === 'GET' && part === 'members' && item !== undefined)
    return { operation: 'member', answer: (world) => member(world, id, item) };
  return null;
}

function create(world: World, body: unknown, serviceUrl: string): Json {
  if (!isJson(body) || !isJson(body.bot) || body.bot.id !== `28:${world.appId}`) throw new ConnectorRefusal(400, 'BadSyntax', 'bot');
  if (body.tenantId !== world.tenant) throw new ConnectorRefusal(403, 'ForbiddenOperationException', 'tenantId');
  if (body.isGroup === true) {
    const channelData = isJson(body.channelData) ? body.channelData : {};
    const conversation = reachable(world, isJson(channelData.channel) ? String(channelData.channel.id) : '');
    if (conversation.kind !== 'channel') throw new ConnectorRefusal(400, 'BadArgument', 'not a channel');
    const message = add(world, conversation, { activity: body.activity, root: '' });
    return { id: `${conversation.id};messageid=${message.id}`, activityId: message.id, serviceUrl };
  }
  const members: unknown[] = Array.isArray(body.members) ? body.members : [];
  const [first] = members;
  if (members.length !== 1 || !isJson(first)) throw new ConnectorRefusal(400, 'BadArgument', 'members');
  const person = personOf(world, String(first.id));
  if (person === undefined || person.deleted) throw new ConnectorRefusal(404, 'NotFound', 'no such user');
  if (!person.hasApp) throw new ConnectorRefusal(403, 'BotNotInConversationRoster');
  return { id: chatOf(world, person).id };
}

function send(world: World, id: string, body: unknown): Json {
  const { conversation, root } = located(world, id);
  return { id: add(world, conversation, { activity: body, root }).id };
}

function edit(world: World, { id, item }: { id: string; item: string }, body: unknown): Json {
  const { conversation } = located(world, id);
  const message = world.messages.find(
    (one) => one.conversation === conversation && one.id === item && one.kind === 'message' && !one.deleted,
  );
  if (message === undefined) throw new ConnectorRefusal(404, 'ActivityNotFoundInConversation');
  message.history.push(message.activity);
  message.activity = checked(body);
  message.edits += 1;
  return { id: message.id };
}

function member(world: World, id: string, user: string): Json {
  const team = [...world.conversations.values()].filter((one) => one.team === id || one.id === id);
  if (team.length === 0) throw new ConnectorRefusal(404, 'ConversationNotFound');
  const person = personOf(world, user);
  if (person === undefined || person.deleted || !team.some(({ members }) => members.has(person)))
    throw new ConnectorRefusal(404, 'MemberNotFoundInConversation');
  return {
    id: person.id,
    objectId: person.objectId,
    aadObjectId: person.objectId,
    name: person.name,
    email: person.email,
    userPrincipalName: person.role === 'guest' ? `${person.name}_example.net#EXT#@example.com` : person.email,
    tenantId: person.tenant,
    userRole: person.role,
  };
}

function add(world: World, conversation: FakeConversation, given: { activity: unknown; root: string }): FakeMessage {
  const id = world.messageId();
  const root = given.root || (conversation.kind === 'channel' ? id : '');
  const activity = checked(given.activity);
  const message: FakeMessage = {
    id,
    conversation,
    root,
    kind: 'message',
    visibleTo: null,
    activity,
    edits: 0,
    deleted: false,
    history: [],
  };
  world.messages.push(message);
  return message;
}

function checked(activity: unknown): Json {
  const problems = activityProblems(activity);
  if (problems.length > 0 || !isJson(activity)) throw new ConnectorRefusal(400, 'BadSyntax', problems.join('; '));
  return activity;
}

/** `19:...;messageid=...` names a thread, which must be there. */
function located(world: World, id: string): { conversation: FakeConversation; root: string } {
  const [base = '', root = ''] = id.split(';messageid=');
  return { conversation: reachable(world, base), root };
}

function reachable(world: World, id: string): FakeConversation {
  const conversation = world.conversations.get(id);
  if (conversation === undefined) throw new ConnectorRefusal(404, 'ConversationNotFound');
  const [person] = conversation.members;
  const isBlocked = conversation.kind === 'personal' && person?.hasApp !== true;
  if (!conversation.botIsMember || isBlocked)
    throw new ConnectorRefusal(403, isBlocked ? 'MessageWritesBlocked' : 'BotNotInConversationRoster');
  return conversation;
}

function personOf(world: World, id: string): FakePerson | undefined {
  return world.people.find((person) => person.id === id || person.objectId === id);
}
