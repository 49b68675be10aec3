// A SOC of five, as a configuration would make it, with Slack team T1 managed by SSO and T2 not.
import { loadSettings } from '../../src/config.ts';
import type { Actor } from '../../src/model/person.ts';
import type { PersonSettings, Settings } from '../../src/model/settings.ts';

export const TENANT = '11111111-2222-3333-4444-555555555555';
export const GROUP = `entra:${TENANT}/99999999-8888-7777-6666-555555555555`;

export function person(id: string, roles: readonly string[], more: Partial<PersonSettings> = {}): PersonSettings {
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
  return { id, name, email: `${id}@contoso.com`, roles, slack: [], entra: [], ...more };
}

export function soc(more: Partial<Settings> = {}): Settings {
  const base = loadSettings({
    env: {
      SLACK_SIGNING_SECRET: 'x',
      SLACK_BOT_TOKEN: 'xoxb-x',
      SLACK_SSO_MANAGED_TEAMS: 'T1',
      PICKET_PUBLIC_URL: 'https://picket.example.com',
    },
    cwd: '/nowhere',
  });
  return {
    ...base,
    people: [
      person('bob', ['analyst']),
      person('carol', ['admin'], { slack: [{ tenant: 'T2', user: 'U-CAROL' }], entra: [{ tenant: TENANT, user: 'o-carol' }] }),
      person('dave', ['network-admins']),
      person('erin', []),
      person('fay', ['responder'], { email: '' }),
    ],
    roles: [
      { name: 'analyst', groups: [] },
      { name: 'admin', groups: [] },
      { name: 'network-admins', groups: [] },
      { name: 'responder', groups: [GROUP, 'slack:T1/S1'] },
    ],
    adminRoles: ['admin'],
    ...more,
  };
}

export function slack(tenant: string, user: string, more: Partial<Actor> = {}): Actor {
  return { platform: 'slack', tenant, user, display: user, external: false, ...more };
}
