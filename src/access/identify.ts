// From a verified account to a Person. An e-mail address alone makes nobody anybody: where the workspace is marked SSO-managed it binds,
// elsewhere it leaves a proposal and the person is refused until an admin confirms.
import { messageOf, type Refusal, refuse } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Actor } from '../model/person.ts';
import type { Identity, PersonSettings, Settings } from '../model/settings.ts';
import type { Store } from '../store/db.ts';
import { type Account, accountsOf, BY_SSO, bindBySso, boundTo, propose } from './bindings.ts';
import { whoCould } from './permissions.ts';

export interface Identification {
  readonly settings: Settings;
  readonly store: Store;
  /** The account's address as the platform tells it, '' when it has none. Asked only for accounts that are not bound. */
  readonly emailOf: (actor: Actor) => Promise<string>;
  readonly log: Log;
}

/** Whose account this is. */
export async function findPerson(room: Identification, actor: Actor): Promise<PersonSettings | Refusal> {
  const { settings, store } = room;
  if (actor.platform === 'console')
    return settings.mode === 'sandbox' && actor.tenant === 'local' ? byId(settings, actor) : stranger(settings, actor);
  if (actor.platform === 'email') return byId(settings, actor);

  const configured = settings.people.find((person) => identitiesOn(person, actor).some((identity) => isSame(identity, actor)));
  if (configured !== undefined) return configured;

  const bound = await boundTo(store, actor);
  // A binding by SSO lasts for as long as the workspace is marked so.
  if (bound !== null && (bound.by !== BY_SSO || (isSsoManaged(settings, actor) && !actor.external))) {
    const person = settings.people.find(({ id }) => id === bound.person);
    return person ?? stranger(settings, actor);
  }
  // A guest's address is managed by somebody else, so it says nothing.
  return actor.external ? stranger(settings, actor) : byAddress(room, actor);
}

async function byAddress(room: Identification, actor: Actor): Promise<PersonSettings | Refusal> {
  const { settings, store, log } = room;
  let email: string;
  try {
    email = (await room.emailOf(actor)).trim().toLowerCase();
  } catch (error) {
    log.warn('e-mail address of an account not known', {
      platform: actor.platform,
      tenant: actor.tenant,
      user: actor.user,
      error: messageOf(error),
    });
    return refuse('Picket could not find out who you are: the directory did not answer.', 'Try again in a minute.');
  }
  const person = email === '' ? undefined : settings.people.find((candidate) => candidate.email.toLowerCase() === email);
  if (person === undefined) return stranger(settings, actor);
  if (isSsoManaged(settings, actor) && !(await hasOtherAccount(store, person, actor))) {
    await bindBySso(store, actor, person.id);
    return person;
  }
  await propose(store, actor, person.id);
  return refuse(
    `Your e-mail address says that you are ${person.name}, and an address is not proof.`,
    `${whoCould(settings, settings.adminRoles)} They confirm it with /playbook identities.`,
  );
}

// Somebody has one account per workspace: a second one with their address is more likely somebody else.
async function hasOtherAccount(store: Store, person: PersonSettings, actor: Actor): Promise<boolean> {
  const bound = await accountsOf(store, person.id);
  const saved = bound.some(({ platform, tenant, user }) => platform === actor.platform && tenant === actor.tenant && user !== actor.user);
  return saved || identitiesOn(person, actor).some(({ tenant }) => tenant === actor.tenant);
}

/** The identities that the configuration gives a person on the account's platform. */
export function identitiesOn(person: PersonSettings, { platform }: Pick<Account, 'platform'>): readonly Identity[] {
  if (platform === 'slack') return person.slack;
  return platform === 'teams' ? person.entra : [];
}

/** True where the organisation's own directory hands out the e-mail addresses. */
export function isSsoManaged({ slack, teams }: Settings, { platform, tenant }: Pick<Account, 'platform' | 'tenant'>): boolean {
  if (platform === 'slack') return slack?.ssoManagedTeams.includes(tenant) ?? false;
  return platform === 'teams' && (teams?.ssoManagedTenants.includes(tenant) ?? false);
}

function isSame(identity: Identity, actor: Actor): boolean {
  return identity.tenant === actor.tenant && identity.user === actor.user;
}

function byId(settings: Settings, actor: Actor): PersonSettings | Refusal {
  return settings.people.find(({ id }) => id === actor.user) ?? stranger(settings, actor);
}

function stranger(settings: Settings, actor: Actor): Refusal {
  const account = [actor.platform, [actor.tenant, actor.user].filter((part) => part !== '').join('/')].join(' ');
  return refuse(`Picket does not know you (${account}).`, `${whoCould(settings, settings.adminRoles)} They add people in picket.yaml.`);
}
