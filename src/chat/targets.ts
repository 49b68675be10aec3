// A typed target becomes an entity of the kind a playbook takes, or a refusal that offers what was meant. Never a guess.
import type { Catalogue } from '../connectors/registry.ts';
import { entityFromText, makeEntity } from '../model/entities.ts';
import type { Entity, EntityKind } from '../model/entity.ts';
import { ActionError, isRefusal, messageOf, type Refusal, refuse } from '../model/errors.ts';

type FindUsers = Catalogue['findUsers'];
type Users = Awaited<ReturnType<FindUsers>>;

/** Kinds whose values have a shape of their own: something of that shape is surely not an account or a host name. */
const SHAPED = ['ip', 'url', 'filehash'] as const satisfies readonly EntityKind[];

/** Finds the one account that a text names, or offers the matches; null when no directory is configured. */
export type AccountLookup = ((text: string) => Promise<Entity | Refusal>) | null;

/** The entity that the text names. Accounts are looked up in the directory, so that the run works on one that exists. */
export async function pickEntity(
  accounts: AccountLookup,
  kinds: readonly EntityKind[],
  text: string,
  playbook: string,
): Promise<Entity | Refusal> {
  const other = SHAPED.find((kind) => !kinds.includes(kind) && isSurely(kind, kinds, text));
  if (other !== undefined) return refuse(`${text.slice(0, 80)} is a value of kind ${other}.`, `${playbook} takes ${kinds.join(' or ')}.`);
  const refusals: Refusal[] = [];
  for (const kind of kinds) {
    const entity = entityFromText(kind, text);
    if (isRefusal(entity)) refusals.push(entity);
    else return kind === 'account' && accounts !== null ? accounts(text) : entity;
  }
  return refusals[0] ?? refuse(`${playbook} takes no entity.`);
}

/** True when the text has the shape of this kind and nothing that is wanted has the same. */
function isSurely(kind: (typeof SHAPED)[number], wanted: readonly EntityKind[], text: string): boolean {
  const entity = entityFromText(kind, text);
  if (isRefusal(entity)) return false;
  // Slack makes a link of every name with a dot in it.
  if (kind === 'url') return !/^https?:\/\/[^/?#]+\/?$/i.test(entity.value);
  // Defender's machine ids are as long as a SHA-1.
  return kind !== 'filehash' || entity.value.length !== 40 || !wanted.includes('host');
}

/** Accounts are looked up in the directory: the one with this very name is taken, all others that could be meant are offered. */
export function accountLookup(findUsers: FindUsers, limitMs = 8_000): AccountLookup {
  return async (text) => {
    const found = await usersCalled(findUsers, text, limitMs);
    if (isRefusal(found)) return found;
    const { certain, possible } = found;
    const [user, other] = certain;
    if (user !== undefined && other === undefined)
      return makeEntity('account', { upn: user.userPrincipalName, aadUserId: user.id, displayName: user.displayName });
    const shown = text.slice(0, 80);
    const matches = user === undefined ? possible : certain;
    if (matches.length === 0)
      return refuse(`Nobody in Entra ID is called "${shown}".`, 'Give the user principal name, for example alice@contoso.com.');
    const offered = matches.slice(0, MOST_OFFERED).map(nameOf).join(', ');
    if (matches.length === 1) return refuse(`Nobody in Entra ID is called exactly "${shown}".`, `Did you mean ${offered}?`);
    const more = matches.length > MOST_OFFERED ? ` and ${matches.length - MOST_OFFERED} more` : '';
    return refuse(`"${shown}" could be ${matches.length} people.`, `Name one by the user principal name: ${offered}${more}.`);
  };
}

function nameOf({ userPrincipalName, displayName }: Users['possible'][number]): string {
  return displayName === '' ? userPrincipalName : `${userPrincipalName} (${displayName})`;
}

const MOST_OFFERED = 10;

/** A directory that is away is no reason to guess: the person is told, and nothing was started. */
async function usersCalled(findUsers: FindUsers, text: string, limitMs: number): Promise<Users | Refusal> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    return await findUsers(text, signal);
  } catch (error) {
    if (!(error instanceof ActionError) && !signal.aborted) throw error;
    const why = signal.aborted ? `it did not answer within ${Math.round(limitMs / 1000)} s` : messageOf(error);
    return refuse(`Entra ID could not be asked who "${text.slice(0, 80)}" is: ${why}`, 'Nothing was started. Try again in a minute.');
  }
}
