// Who is meant by a text or an account entity. Strong names first; a bare name counts only when exactly one user has it.
import { entityFromText } from '../../model/entities.ts';
import { ActionError, isRefusal } from '../../model/errors.ts';
import { CallError } from '../call-error.ts';
import { type AccountInput, displayOf } from '../inputs.ts';
import type { EntraClient, User } from './client.ts';

/** `certain`: this name is theirs. `possible`: it only begins like theirs, so a person must say who is meant. */
export interface FoundUsers {
  readonly certain: readonly User[];
  readonly possible: readonly User[];
}

const NOBODY: FoundUsers = { certain: [], possible: [] };

/** Everybody who could be meant. Throws ActionError when the text is no name at all, or the directory cannot be asked. */
export async function findUsers(entra: EntraClient, wanted: AccountInput, signal: AbortSignal): Promise<FoundUsers> {
  const account = typeof wanted === 'string' ? entityFromText('account', wanted) : wanted;
  if (isRefusal(account)) throw new ActionError(`${account.why} ${account.remedy}`.trim(), { connector: 'entra' });
  const { upn = '', aadUserId = '', sid = '', name = '', ntDomain = '', displayName = '' } = account.fields;
  // An entity may carry several names; the object id never moves to somebody else, so it decides alone.
  if (aadUserId !== '') return byId(entra, aadUserId, signal);
  if (upn !== '') return byAddress(entra, upn, signal);
  if (sid !== '') return bySid(entra, sid, signal);
  if (name !== '' && ntDomain !== '') return byAccountName(entra, { name, ntDomain }, signal);
  return byName(entra, name || displayName || account.value, signal);
}

/** The one user meant, or an ActionError that lists who could be. */
export async function resolveUser(entra: EntraClient, wanted: AccountInput, signal: AbortSignal): Promise<User> {
  const { certain, possible } = await findUsers(entra, wanted, signal);
  const [user, ...others] = certain;
  if (user !== undefined && others.length === 0) return user;
  const name = displayOf(wanted);
  const matches = certain.length > 0 ? certain : possible;
  if (matches.length === 0) {
    throw new ActionError(`Nobody in Entra ID is called "${name}". Give the user principal name, e.g. alice@contoso.com.`, {
      connector: 'entra',
    });
  }
  const listed = matches.map((match) =>
    match.displayName === '' ? match.userPrincipalName : `${match.userPrincipalName} (${match.displayName})`,
  );
  throw new ActionError(`"${name}" could be: ${listed.join(', ')}. Nothing was done; name one of them by the user principal name.`, {
    connector: 'entra',
  });
}

async function byId(entra: EntraClient, idOrUpn: string, signal: AbortSignal): Promise<FoundUsers> {
  try {
    return { certain: [await entra.get(idOrUpn, signal)], possible: [] };
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return NOBODY;
    throw error;
  }
}

/** A UPN, or else a mail address or alias: people type what they see in mails. */
async function byAddress(entra: EntraClient, address: string, signal: AbortSignal): Promise<FoundUsers> {
  const user = await byId(entra, address, signal);
  if (user.certain.length > 0) return user;
  const byMail = await entra.filter(`mail eq ${quoted(address)}`, signal);
  if (byMail.length > 0) return { certain: byMail, possible: [] };
  return { certain: await entra.filter(`proxyAddresses/any(x:x eq ${quoted(`smtp:${address}`)})`, signal), possible: [] };
}

/** Accounts of Entra itself have a SID of authority 12, synchronised ones that of their domain. */
async function bySid(entra: EntraClient, sid: string, signal: AbortSignal): Promise<FoundUsers> {
  const field = /^S-1-12-1-/i.test(sid) ? 'securityIdentifier' : 'onPremisesSecurityIdentifier';
  return { certain: await entra.filter(`${field} eq ${quoted(sid)}`, signal), possible: [] };
}

/** DOMAIN\user: the directory shows DNS names only, so the short name must be the first label of the UPN's domain to be certain. */
async function byAccountName(
  entra: EntraClient,
  { name, ntDomain }: { name: string; ntDomain: string },
  signal: AbortSignal,
): Promise<FoundUsers> {
  const possible = await entra.filter(`startswith(userPrincipalName,${quoted(`${name}@`)})`, signal);
  const certain = possible.filter((user) => user.userPrincipalName.toLowerCase().split('@')[1]?.split('.')[0] === ntDomain.toLowerCase());
  return { certain, possible };
}

/** Certain when it is somebody's whole display name or the part before the @. */
async function byName(entra: EntraClient, name: string, signal: AbortSignal): Promise<FoundUsers> {
  const possible = await entra.search(name, signal);
  const wanted = name.toLowerCase();
  const certain = possible.filter(
    (user) => user.displayName.toLowerCase() === wanted || user.userPrincipalName.toLowerCase().split('@')[0] === wanted,
  );
  return { certain, possible };
}

/** A text in an OData filter: quotes are doubled. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
