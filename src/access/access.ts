// Who somebody is and what they may do, asked on every command and every click. Nothing is remembered between two questions
// but the bindings in the database, so a changed role counts at once after a restart, on every replica.
import { isRefusal, type Refusal, refuse } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Actor, DirectoryGroups, Person } from '../model/person.ts';
import type { Settings } from '../model/settings.ts';
import type { Store } from '../store/db.ts';
import { type Account, accept, openProposals, type Proposal } from './bindings.ts';
import { findPerson } from './identify.ts';
import { type CancelRequest, countHolders, isAdmin, mayApprove, mayCancel, mayRun, type RunPermissions, whoCould } from './permissions.ts';
import { rolesOf } from './roles.ts';

export interface Access {
  /** The person behind a verified account, with every role they hold; a Refusal that says what to do for anybody else. */
  identify(actor: Actor): Promise<Person | Refusal>;
  /** Accounts that wait for an admin's confirmation, oldest first. */
  proposals(): Promise<readonly Proposal[]>;
  /** Binds the account for good. null when done. */
  confirm(admin: Person, proposal: Account & { readonly person: string }): Promise<Refusal | null>;
  /** null when allowed; so are all below. */
  mayRun(person: Person, playbook: RunPermissions): Refusal | null;
  /** `roles` are those the approval asks; admins may always. */
  mayApprove(person: Person, actor: Actor, roles: readonly string[]): Refusal | null;
  mayCancel(person: Person, run: CancelRequest, actor: Actor): Refusal | null;
  /** Through this account: who could bind others could decide through them. */
  mayAdminister(person: Person, actor: Actor): Refusal | null;
  /** True while the person, through whichever account, still holds one of these roles: what they said earlier counts as long. */
  stillMay(personId: string, roles: readonly string[]): Promise<boolean>;
  /** How many people could answer an approval that asks these roles; null where a directory decides. */
  countHolders(roles: readonly string[]): number | null;
}

export interface AccessSettings {
  readonly settings: Settings;
  readonly store: Store;
  readonly groups: DirectoryGroups;
  /** The account's e-mail address as its platform tells it, '' when it has none. May throw. */
  readonly emailOf: (actor: Actor) => Promise<string>;
  readonly log: Log;
}

export function createAccess(room: AccessSettings): Access {
  const { settings, store } = room;
  const isOurs = (person: Person): Refusal | null =>
    isAdmin(settings, person) ? null : refuse(`${person.name} is not an admin of Picket.`, whoCould(settings, settings.adminRoles));
  return {
    async identify(actor) {
      const found = await findPerson(room, actor);
      if (isRefusal(found)) return found;
      const { id, name, email } = found;
      return { id, name, email, roles: await rolesOf(room, found, actor) };
    },
    proposals: async () => openProposals(store),
    async confirm(admin, proposal) {
      const denied = isOurs(admin);
      if (denied !== null) return denied;
      if (await accept(store, proposal, admin.id)) return null;
      return refuse(
        'That proposal is no longer open: it was confirmed, or the account says to be somebody else now.',
        'See /playbook identities.',
      );
    },
    mayAdminister: (person, actor) =>
      actor.external
        ? refuse('Guests, external members and bots administer nothing, whatever their role.', whoCould(settings, settings.adminRoles))
        : isOurs(person),
    mayRun: (person, playbook) => mayRun(settings, person, playbook),
    mayApprove: (person, actor, roles) => mayApprove(settings, person, actor, roles),
    mayCancel: (person, run, actor) => mayCancel(settings, person, actor, run),
    async stillMay(personId, roles) {
      const person = settings.people.find(({ id }) => id === personId);
      if (person === undefined) return false;
      const actor: Actor = { platform: 'email', tenant: '', user: personId, display: person.name, external: false };
      const { id, name, email } = person;
      return mayApprove(settings, { id, name, email, roles: await rolesOf(room, person, actor) }, actor, roles) === null;
    },
    countHolders: (roles) => countHolders(settings, roles),
  };
}
