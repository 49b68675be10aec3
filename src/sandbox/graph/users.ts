// Users of the directory: find, read, disable, end sessions. accountEnabled comes only when it is selected, as in the real one.
import { z } from 'zod';
import { type Answer, type Call, empty, json, Problem, readJson } from '../call.ts';
import { compileFilter, readTop } from '../odata.ts';
import type { World } from '../world.ts';
import { type Account, User } from './state.ts';

const PROPERTIES: readonly string[] = Object.keys(User.shape);
const DEFAULTS: readonly string[] = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];
const FILTERABLE = [
  'id',
  'mail',
  'userPrincipalName',
  'displayName',
  'accountEnabled',
  'onPremisesSecurityIdentifier',
  'proxyAddresses',
  'userType',
];

// Strict on purpose: the published schema lets a misspelt `acountEnabled` pass, and the account would stay enabled.
const UserChange = z
  .strictObject({
    accountEnabled: z.boolean(),
    displayName: z.string().min(1),
    givenName: z.string(),
    surname: z.string(),
    jobTitle: z.string().nullable(),
    department: z.string().nullable(),
    mobilePhone: z.string().nullable(),
    officeLocation: z.string().nullable(),
    preferredLanguage: z.string().nullable(),
    usageLocation: z.string().nullable(),
    businessPhones: z.array(z.string()).max(1),
  })
  .partial();

/** The account by object id or UPN, without regard to case. */
export function findAccount(world: World, name: string): Account {
  const wanted = name.toLowerCase();
  const found = world.graph.users.find(({ user }) => user.id === wanted || user.userPrincipalName.toLowerCase() === wanted);
  if (found === undefined) {
    throw new Problem(
      404,
      'Request_ResourceNotFound',
      `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  return found;
}

export function getUser(world: World, call: Call, [plain = '', quoted = '']: readonly string[]): Answer {
  const { user } = findAccount(world, plain || quoted);
  return json(200, { '@odata.context': `${call.base}/v1.0/$metadata#users/$entity`, ...select(user, readSelect(call)) });
}

export function listUsers(world: World, call: Call): Answer {
  const search = call.query.get('$search');
  const count = call.query.get('$count') === 'true';
  if (search !== null && call.headers.consistencylevel?.toLowerCase() !== 'eventual') {
    throw new Problem(400, 'Request_UnsupportedQuery', "A request with $search needs the header 'ConsistencyLevel: eventual'.");
  }
  const properties = readSelect(call);
  const filter = call.query.get('$filter');
  const matches = [compileSearch(search), filter === null ? () => true : compileFilter(filter, FILTERABLE)];
  const found = world.graph.users.map(({ user }) => user).filter((user) => matches.every((test) => test(user)));
  const top = readTop(call.query.get('$top'), { default: 100, max: 999 });
  const skip = Number(call.query.get('$skiptoken') ?? 0);
  const next = new URLSearchParams(call.query);
  next.set('$skiptoken', String(skip + top));
  return json(200, {
    '@odata.context': `${call.base}/v1.0/$metadata#users`,
    ...(count ? { '@odata.count': found.length } : {}),
    ...(skip + top < found.length ? { '@odata.nextLink': `${call.base}/v1.0/users?${next.toString()}` } : {}),
    value: found.slice(skip, skip + top).map((user) => select(user, properties)),
  });
}

export function changeUser(world: World, call: Call, [plain = '', quoted = '']: readonly string[]): Answer {
  const account = findAccount(world, plain || quoted);
  const change = UserChange.safeParse(readJson(call));
  if (!change.success) throw new Problem(400, 'Request_BadRequest', `Invalid property: ${z.prettifyError(change.error)}`);
  if (Object.keys(change.data).length === 0) throw new Problem(400, 'Request_BadRequest', 'Empty payload: name at least one property.');
  refuseAdministrator(account);
  Object.assign(account.user, change.data);
  return empty(204);
}

export function revokeSessions(world: World, call: Call, [plain = '', quoted = '']: readonly string[]): Answer {
  const { user } = findAccount(world, plain || quoted);
  // For guests the answer is the same and nothing happens: they sign in at their home tenant.
  if (user.userType === 'Member') user.signInSessionsValidFromDateTime = call.now.toISOString();
  return json(200, { '@odata.context': `${call.base}/v1.0/$metadata#Edm.Boolean`, value: true });
}

export function readManager(world: World, call: Call, [plain = '', quoted = '']: readonly string[]): Answer {
  const { facts } = findAccount(world, plain || quoted);
  if (facts.managerId === null) throw new Problem(404, 'Request_ResourceNotFound', "Resource 'manager' does not exist.");
  const { user } = findAccount(world, facts.managerId);
  return json(200, {
    '@odata.context': `${call.base}/v1.0/$metadata#directoryObjects/$entity`,
    '@odata.type': '#microsoft.graph.user',
    ...select(user, readSelect(call)),
  });
}

export function listGroups(world: World, call: Call, [plain = '', quoted = '']: readonly string[]): Answer {
  const { facts } = findAccount(world, plain || quoted);
  const value = facts.groups.map((group) => ({ '@odata.type': '#microsoft.graph.group', ...group }));
  return json(200, { '@odata.context': `${call.base}/v1.0/$metadata#directoryObjects`, value });
}

function refuseAdministrator(account: Account): void {
  if (account.facts.administrator) {
    throw new Problem(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  }
}

function readSelect(call: Call): readonly string[] {
  const text = call.query.get('$select');
  if (text === null || text.trim() === '') return DEFAULTS;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PROPERTIES.includes(name));
  if (unknown !== undefined)
    throw new Problem(400, 'BadRequest', `Could not find a property named '${unknown}' on type 'microsoft.graph.user'.`);
  return names;
}

function select(user: User, properties: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(user).filter(([name]) => properties.includes(name)));
}

/** `"displayName:ali"`: every word begins a word of the name. Several such terms may be joined by OR. */
function compileSearch(search: string | null): (user: User) => boolean {
  if (search === null) return () => true;
  const terms = search.split(/ OR /).map((part) => /^"(displayName|mail|userPrincipalName):([^"]+)"$/.exec(part.trim()));
  if (terms.includes(null)) throw new Problem(400, 'Request_UnsupportedQuery', `Unrecognised $search: ${search}`);
  return (user) =>
    terms.some((term) => {
      const [, property = '', text = ''] = term ?? [];
      const value = property === 'displayName' ? user.displayName : property === 'mail' ? (user.mail ?? '') : user.userPrincipalName;
      const words = wordsOf(value);
      return wordsOf(text).every((wanted) => words.some((word) => word.startsWith(wanted)));
    });
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}']+/u)
    .filter((word) => word !== '');
}
