// Who and what there is on a machine where nothing is configured: four people to act as, and one channel.
import type { ChannelSettings, PersonSettings } from '../model/settings.ts';

/** One analyst, two admins of different teams, and somebody who may do nothing. */
export const SANDBOX_PEOPLE: readonly PersonSettings[] = [
  person('bob', 'Bob Weber', ['analyst']),
  person('carol', 'Carol Ortiz', ['admin', 'security-admins']),
  person('dave', 'Dave Lindqvist', ['admin', 'network-admins']),
  person('erin', 'Erin Novak', []),
];

export const SANDBOX_CHANNELS: readonly ChannelSettings[] = [
  { name: 'soc', places: [{ platform: 'console', tenant: 'local', conversation: 'soc', thread: '', person: '' }] },
];

function person(id: string, name: string, roles: readonly string[]): PersonSettings {
  return { id, name, email: `${id}@contoso.com`, roles, slack: [], entra: [] };
}
