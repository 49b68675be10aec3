// Where a question is asked: channels and roles of a playbook, turned into places by the configuration.
import type { Place } from '../model/place.ts';
import { placeKey } from '../model/place.ts';
import type { Ask } from '../model/playbook.ts';
import type { PersonSettings, Settings } from '../model/settings.ts';

/** One place per channel copy, per mail and per direct message. Roles without a reachable member give none. */
export function askPlaces(settings: Pick<Settings, 'channels' | 'people' | 'mode'>, ask: Ask): readonly Place[] {
  const channels = ask.channels.flatMap((name) => settings.channels.find((channel) => channel.name === name)?.places ?? []);
  const mails = holders(settings.people, ask.email).flatMap(mailPlace);
  const directs = holders(settings.people, ask.direct).flatMap((person) => directPlaces(settings, person));
  const unique = new Map([...channels, ...mails, ...directs].map((place) => [placeKey(place), place]));
  return [...unique.values()];
}

function holders(people: readonly PersonSettings[], roles: readonly string[]): readonly PersonSettings[] {
  return people.filter((person) => roles.some((role) => person.roles.includes(role)));
}

function mailPlace(person: PersonSettings): readonly Place[] {
  return person.email === '' ? [] : [{ platform: 'email', tenant: '', conversation: person.email, thread: '', person: person.id }];
}

function directPlaces(settings: Pick<Settings, 'mode'>, person: PersonSettings): readonly Place[] {
  const own = { thread: '', person: person.id };
  if (settings.mode === 'sandbox') return [{ platform: 'console', tenant: 'local', conversation: `@${person.id}`, ...own }];
  return [
    ...person.slack.map((identity) => ({ platform: 'slack' as const, tenant: identity.tenant, conversation: identity.user, ...own })),
    ...person.entra.map((identity) => ({ platform: 'teams' as const, tenant: identity.tenant, conversation: identity.user, ...own })),
  ];
}
