// A typed target becomes an entity of the kind a playbook takes, or a refusal that offers what was meant. Never a guess.
import type { Catalogue } from '../connectors/registry.ts';
import { entityFromText, makeEntity } from '../model/entities.ts';
import type { Entity, EntityKind } from '../model/entity.ts';
import { isRefusal, type Refusal, refuse } from '../model/errors.ts';

type FindUsers = Catalogue['findUsers'];

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
  const other = SHAPED.find((kind) => !kinds.includes(kind) && !isRefusal(entityFromText(kind, text)));
  if (other !== undefined) return refuse(`${text.slice(0, 80)} is a value of kind ${other}.`, `${playbook} takes ${kinds.join(' or ')}.`);
  const refusals: Refusal[] = [];
  for (const kind of kinds) {
    const entity = entityFromText(kind, text);
    if (isRefusal(entity)) refusals.push(entity);
    else return kind === 'account' && accounts !== null ? accounts(text) : entity;
  }
  return refusals[0] ?? refuse(`${playbook} takes no entity.`);
}

/** Accounts are looked up in the directory; one exact match is taken, several are offered. */
export function accountLookup(findUsers: FindUsers, limitMs = 8_000): AccountLookup {
  return async (text) => {
    const users = await findUsers(text, AbortSignal.timeout(limitMs));
    const [user, other] = users;
    if (user === undefined)
      return refuse(`Nobody in Entra ID is called "${text.slice(0, 80)}".`, 'Give the user principal name, for example alice@contoso.com.');
    if (other !== undefined) {
      const names = users.slice(0, 10).map((one) => `${one.userPrincipalName}${one.displayName === '' ? '' : ` (${one.displayName})`}`);
      return refuse(`"${text.slice(0, 80)}" could be ${users.length} people.`, `Name one by the user principal name: ${names.join(', ')}.`);
    }
    return makeEntity('account', { upn: user.userPrincipalName, aadUserId: user.id, displayName: user.displayName });
  };
}
