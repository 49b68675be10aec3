// Who may do what. Pure: roles of the person against roles that are asked for; a refusal says why and who could.
import { type Refusal, refuse } from '../model/errors.ts';
import type { Actor, Person } from '../model/person.ts';
import type { Settings } from '../model/settings.ts';

/** The part of the settings that permissions follow from. */
export type Organisation = Pick<Settings, 'people' | 'roles' | 'adminRoles'>;

export interface RunPermissions {
  /** The playbook's name. */
  readonly name: string;
  readonly permissions: { readonly run: readonly string[] };
}

export interface CancelRequest {
  /** Number of the run. */
  readonly number: number;
  /** Id of the person who started it, '' when a rule did. */
  readonly startedBy: string;
}

/** null when the person may run the playbook. A playbook without roles to run it is for admins. */
export function mayRun(organisation: Organisation, person: Person, playbook: RunPermissions): Refusal | null {
  const { run } = playbook.permissions;
  if (holdsOne(organisation, person, run)) return null;
  return refuse(`${person.name} may not run ${playbook.name}: that takes ${inWords(organisation, run)}.`, whoCould(organisation, run));
}

/** null when the person may answer an approval that asks these roles, through this account. */
export function mayApprove(organisation: Organisation, person: Person, actor: Actor, roles: readonly string[]): Refusal | null {
  if (actor.external) {
    return refuse('Guests, external members and bots cannot approve, whatever their role.', whoCould(organisation, roles));
  }
  if (holdsOne(organisation, person, roles)) return null;
  return refuse(`${person.name} may not decide this: that takes ${inWords(organisation, roles)}.`, whoCould(organisation, roles));
}

/** null when the person may stop the run: whoever started it, and admins, though not through an external account. */
export function mayCancel(organisation: Organisation, person: Person, actor: Actor, run: CancelRequest): Refusal | null {
  if (run.startedBy === person.id || (isAdmin(organisation, person) && !actor.external)) return null;
  const starter = organisation.people.find(({ id }) => id === run.startedBy);
  const names = [...(starter === undefined ? [] : [starter.name]), ...namesOf(organisation, organisation.adminRoles)];
  return refuse(
    `${person.name} may not cancel run ${run.number}: whoever started it may, and admins.`,
    ask(names, groupsOf(organisation, [])),
  );
}

export function isAdmin(organisation: Organisation, person: Person): boolean {
  return organisation.adminRoles.some((role) => person.roles.includes(role));
}

/** `Ask Bob Weber or Carol Ortiz.`: holders of one of the roles, or admins where nobody holds one. */
export function whoCould(organisation: Organisation, roles: readonly string[]): string {
  const names = namesOf(organisation, roles);
  return ask(names.length > 0 ? names : namesOf(organisation, organisation.adminRoles), groupsOf(organisation, roles));
}

/** How many people could answer an approval that asks these roles; null where a directory decides. */
export function countHolders(organisation: Organisation, roles: readonly string[]): number | null {
  const wanted = [...roles, ...organisation.adminRoles];
  if (organisation.roles.some(({ name, groups }) => groups.length > 0 && wanted.includes(name))) return null;
  return organisation.people.filter((person) => wanted.some((role) => person.roles.includes(role))).length;
}

function holdsOne(organisation: Organisation, person: Person, roles: readonly string[]): boolean {
  return isAdmin(organisation, person) || roles.some((role) => person.roles.includes(role));
}

function inWords({ adminRoles }: Organisation, roles: readonly string[]): string {
  const wanted = roles.length === 0 ? adminRoles : roles;
  return `the role ${wanted.join(' or ')}`;
}

function namesOf({ people }: Organisation, roles: readonly string[]): readonly string[] {
  return people.filter((person) => roles.some((role) => person.roles.includes(role))).map(({ name }) => name);
}

// Roles that are also given by a directory, whose members are not listed here.
function groupsOf(organisation: Organisation, roles: readonly string[]): readonly string[] {
  return organisation.roles.filter(({ name, groups }) => groups.length > 0 && roles.includes(name)).map(({ name }) => name);
}

const SHOWN = 5;

function ask(names: readonly string[], groups: readonly string[]): string {
  const unique = [...new Set(names)];
  const more = unique.length > SHOWN ? [`${unique.length - SHOWN} more`] : [];
  const all = [...unique.slice(0, SHOWN), ...more, ...groups.map((group) => `somebody in ${group}`)];
  if (all.length === 0) return 'Nobody could: ask whoever operates Picket to give somebody the role in picket.yaml.';
  const last = all.at(-1) ?? '';
  return `Ask ${all.length === 1 ? last : `${all.slice(0, -1).join(', ')} or ${last}`}.`;
}
