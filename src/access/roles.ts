// The roles a person holds: those the configuration gives, and those of directory groups that one of their accounts is a member of.
import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Actor, DirectoryGroups } from '../model/person.ts';
import type { PersonSettings, Settings } from '../model/settings.ts';
import type { Store } from '../store/db.ts';
import { type Account, accountsOf, BY_SSO } from './bindings.ts';
import { isSsoManaged } from './identify.ts';

export interface RoleLookup {
  readonly settings: Settings;
  readonly store: Store;
  readonly groups: DirectoryGroups;
  readonly log: Log;
}

/** Every role of the person, who is acting through this account. A directory that does not answer gives no role. */
export async function rolesOf(room: RoleLookup, person: PersonSettings, actor: Actor): Promise<readonly string[]> {
  const open = room.settings.roles.filter(({ name, groups }) => groups.length > 0 && !person.roles.includes(name));
  if (open.length === 0) return person.roles;
  const accounts = await accountsFor(room, person, actor);
  const roles = [...person.roles];
  for (const { name, groups } of open) {
    if (await isInOne(room, groups, accounts)) roles.push(name);
  }
  return roles;
}

async function isInOne({ groups: directory, log }: RoleLookup, groups: readonly string[], accounts: readonly Actor[]): Promise<boolean> {
  for (const group of groups) {
    for (const account of accounts.filter((candidate) => isOf(group, candidate))) {
      try {
        if (await directory.isMember(group, account)) return true;
      } catch (error) {
        log.warn('directory group not known', { group, user: account.user, error: messageOf(error) });
      }
    }
  }
  return false;
}

// On Slack a role may come from an Entra group, and from an e-mail link any: what counts is the person, through all their accounts.
async function accountsFor({ settings, store }: RoleLookup, person: PersonSettings, actor: Actor): Promise<readonly Actor[]> {
  const saved = await accountsOf(store, person.id);
  const accounts: Account[] = [
    actor,
    ...person.slack.map((identity) => ({ platform: 'slack' as const, ...identity })),
    ...person.entra.map((identity) => ({ platform: 'teams' as const, ...identity })),
    ...saved.filter((account) => account.by !== BY_SSO || isSsoManaged(settings, account)),
  ];
  const unique = new Map(accounts.map(({ platform, tenant, user }) => [`${platform} ${tenant}/${user}`, { platform, tenant, user }]));
  return [...unique.values()].map((account) => ({ ...account, display: person.name, external: false }));
}

// `slack:T01/S012` is asked about accounts of team T01, `entra:<tenant>/<group id>` about those of the tenant.
function isOf(group: string, { platform, tenant }: Actor): boolean {
  return group.startsWith(`${platform === 'teams' ? 'entra' : platform}:${tenant}/`);
}
