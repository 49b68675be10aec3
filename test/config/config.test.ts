// From nothing, from a full configuration, and from every mistake in the environment: each is named with its cure.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadSettings, SETTINGS_REFERENCE } from '../../src/config.ts';
import { folder, load, OBJECT, REAL, refusal, SLACK, TENANT } from './load.ts';

describe('with nothing configured', () => {
  it('is a sandbox on loopback with four people, a channel soc on the console and no connector', () => {
    const settings = load();
    expect(settings).toMatchObject({
      mode: 'sandbox',
      host: '127.0.0.1',
      port: 3978,
      consolePort: 3979,
      sandboxPort: 3980,
      slack: null,
      teams: null,
    });
    expect(settings.people.map(({ id, roles }) => [id, roles])).toEqual([
      ['bob', ['analyst']],
      ['carol', ['admin', 'security-admins']],
      ['dave', ['admin', 'network-admins']],
      ['erin', []],
    ]);
    expect(settings.channels).toEqual([
      { name: 'soc', places: [{ platform: 'console', tenant: 'local', conversation: 'soc', thread: '', person: '' }] },
    ]);
    expect(settings.incidentChannels).toEqual(['soc']);
    expect(Object.values(settings.connectors).filter((connector) => connector !== null)).toEqual([
      { allowedHosts: [], allowedPrivateHosts: [] },
    ]);
  });

  it('stays a sandbox with a database, a port and a log level of its own', () => {
    const settings = load({ DATABASE_URL: 'postgres://127.0.0.1/picket', PICKET_PORT: '0', PICKET_LOG_LEVEL: 'debug' });
    expect(settings).toMatchObject({ mode: 'sandbox', port: 0, logLevel: 'debug', databaseUrl: 'postgres://127.0.0.1/picket' });
  });

  it('keeps the people and channels of a file', () => {
    const settings = load({}, 'people: { ana: { name: Ana, roles: [analyst] } }\nchannels: { desk: { console: desk } }\n');
    expect(settings.people.map(({ id }) => id)).toEqual(['ana']);
    expect(settings.channels[0]?.places[0]).toMatchObject({ platform: 'console', conversation: 'desk' });
    expect(settings.incidentChannels).toEqual([]);
  });

  it('makes paths absolute from the folder it is started in', () => {
    const cwd = folder();
    expect(loadSettings({ env: { PICKET_HOME: 'data', PICKET_PLAYBOOKS: 'a, b' }, cwd })).toMatchObject({
      home: join(cwd, 'data'),
      playbookDirs: [join(cwd, 'a'), join(cwd, 'b')],
    });
  });

  it('cannot be changed afterwards, at any depth', () => {
    const settings = load();
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.people[0]?.roles)).toBe(true);
    expect(Object.isFrozen(settings.channels[0]?.places[0])).toBe(true);
  });
});

describe('with a real system', () => {
  it.each([
    ['Slack', SLACK],
    ['Teams', { TEAMS_APP_ID: OBJECT, TEAMS_APP_PASSWORD: 'p', TEAMS_APP_TENANT: TENANT }],
    ['ServiceNow', { SERVICENOW_URL: 'https://dev.example.com', SERVICENOW_USER: 'u', SERVICENOW_PASSWORD: 'p' }],
    ['Palo Alto', { PALOALTO_URL: 'https://fw.example.com', PALOALTO_API_KEY: 'k' }],
    ['e-mail', { SMTP_HOST: 'mail.example.com', SMTP_FROM: 'picket@example.com' }],
    ['Azure', { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: OBJECT, AZURE_CLIENT_SECRET: 's' }],
  ])('is real as soon as %s is configured: no sandbox, no console, none of its people', (_name, env) => {
    const settings = load({ ...env, PICKET_PUBLIC_URL: 'https://picket.example.com/', PICKET_CONSOLE_PORT: '4000' });
    expect(settings).toMatchObject({ mode: 'real', host: '0.0.0.0', consolePort: 0, sandboxPort: 0, people: [], channels: [] });
    expect(settings.publicUrl).toBe('https://picket.example.com');
  });

  it('takes everything from environment and file', () => {
    const settings = load(
      {
        ...REAL,
        SLACK_SSO_MANAGED_TEAMS: 'T01, T02',
        TEAMS_APP_ID: OBJECT.toUpperCase(),
        TEAMS_APP_PASSWORD: 'p',
        TEAMS_APP_TENANT: TENANT,
        AZURE_TENANT_ID: TENANT,
        AZURE_CLIENT_ID: OBJECT,
        AZURE_CLIENT_CERTIFICATE_PATH: 'cert.pem',
        DEFENDER_URL: 'https://api.security.microsoft.com',
        SENTINEL_SUBSCRIPTION_ID: OBJECT,
        SENTINEL_RESOURCE_GROUP: 'soc',
        SENTINEL_WORKSPACE: 'law-soc',
      },
      `people:
  carol:
    name: Carol Ortiz
    email: Carol@Contoso.com
    roles: [admin]
    slack: T01/U01
    entra: [${TENANT.toUpperCase()}/${OBJECT}]
roles:
  admin:
  analyst: { groups: [slack:T01/S01] }
channels:
  soc: { slack: T01/C01, teams: '${TENANT}/19:abc@thread.tacv2' }
http: { allowedHosts: [api.example.com, '*.example.net'] }
`,
    );
    expect(settings.people[0]).toMatchObject({
      email: 'carol@contoso.com',
      slack: [{ tenant: 'T01', user: 'U01' }],
      entra: [{ tenant: TENANT, user: OBJECT }],
    });
    expect(settings.roles).toEqual([
      { name: 'admin', groups: [] },
      { name: 'analyst', groups: ['slack:T01/S01'] },
    ]);
    expect(settings.channels[0]?.places.map(({ platform, conversation }) => [platform, conversation])).toEqual([
      ['slack', 'C01'],
      ['teams', '19:abc@thread.tacv2'],
    ]);
    expect(settings.slack).toMatchObject({ ssoManagedTeams: ['T01', 'T02'], apiUrl: 'https://slack.com/api/' });
    expect(settings.teams).toMatchObject({ appId: OBJECT, tenants: [TENANT], serviceHosts: ['smba.trafficmanager.net'], issuer: null });
    expect(settings.connectors).toMatchObject({
      azure: { method: 'certificate', certificatePath: 'cert.pem' },
      entra: { graphUrl: 'https://graph.microsoft.com' },
      defender: { baseUrl: 'https://api.security.microsoft.com' },
      sentinel: { workspace: 'law-soc' },
      servicenow: null,
      http: { allowedHosts: ['api.example.com', '*.example.net'] },
    });
  });

  it('reads .env beside the file, and lets the environment win', () => {
    const cwd = folder({ '.env': 'PICKET_PORT=4100\nPICKET_LOG_LEVEL=warn\n' });
    expect(loadSettings({ env: { PICKET_PORT: '4200' }, cwd })).toMatchObject({ port: 4200, logLevel: 'warn' });
  });

  it('takes Socket Mode without signing secret, and OAuth without bot token', () => {
    expect(load({ ...REAL, SLACK_SIGNING_SECRET: '', SLACK_APP_TOKEN: 'xapp-1' }).slack).toMatchObject({
      appToken: 'xapp-1',
      signingSecret: '',
    });
    expect(load({ ...REAL, SLACK_BOT_TOKEN: '', SLACK_CLIENT_ID: '1', SLACK_CLIENT_SECRET: 's' }).slack).toMatchObject({ clientId: '1' });
  });
});

describe('a mistake in the environment', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a missing secret', { SLACK_BOT_TOKEN: 'xoxb-1' }, 'SLACK_SIGNING_SECRET is empty: copy it from Basic Information > App Credentials'],
    ['a secret of blanks', { ...REAL, SLACK_SIGNING_SECRET: '  ' }, 'SLACK_SIGNING_SECRET is empty'],
    ['no public address', SLACK, 'PICKET_PUBLIC_URL is empty: set it to the https address'],
    ['a public address without TLS', { ...SLACK, PICKET_PUBLIC_URL: 'http://picket.example.com' }, 'write https://picket.example.com'],
    ['the wrong token', { ...REAL, SLACK_BOT_TOKEN: 'xoxp-1' }, 'SLACK_BOT_TOKEN does not start with xoxb-'],
    ['half an OAuth client', { ...REAL, SLACK_CLIENT_ID: '1' }, 'SLACK_CLIENT_SECRET is empty'],
    ['Sentinel without identity', { ...REAL, SENTINEL_WORKSPACE: 'w' }, 'AZURE_TENANT_ID is empty'],
    [
      'an unknown method',
      { ...REAL, AZURE_TENANT_ID: TENANT, AZURE_AUTH_METHOD: 'magic' },
      'AZURE_AUTH_METHOD is magic: write one of secret,',
    ],
    [
      'mail in the clear',
      { ...REAL, SMTP_HOST: 'mail.example.com', SMTP_FROM: 'a@example.com', SMTP_SECURITY: 'none' },
      'SMTP_SECURITY is none',
    ],
    [
      'a mail user without password',
      { ...REAL, SMTP_HOST: 'm.example.com', SMTP_FROM: 'a@example.com', SMTP_USER: 'u' },
      'SMTP_PASSWORD is empty',
    ],
    ['a port that is none', { PICKET_PORT: '70000' }, 'PICKET_PORT is 70000: write a whole number from 0 to 65535'],
    ['a number that is none', { PICKET_SWEEP_MS: '3s' }, 'PICKET_SWEEP_MS is 3s'],
    ['another database', { DATABASE_URL: 'mysql://127.0.0.1/x' }, 'DATABASE_URL is not a Postgres address'],
    ['a short secret', { PICKET_SECRET: 'short' }, 'PICKET_SECRET is too short'],
    [
      'a misspelled name',
      { PICKET_PROT: '80', PICKET_PUBLIC_URLS: 'x' },
      'PICKET_PUBLIC_URLS is not a setting: did you mean PICKET_PUBLIC_URL?',
    ],
    ['a file that is not there', { PICKET_CONFIG: 'nowhere.yaml' }, 'there is no such file'],
    ['credentials in an address', { PICKET_PUBLIC_URL: 'https://u:p@picket.example.com' }, 'PICKET_PUBLIC_URL holds more than an address'],
    ['an address that is none', { PICKET_PUBLIC_URL: 'picket' }, 'PICKET_PUBLIC_URL is not an address'],
    ['an issuer elsewhere', { TEAMS_TEST_LOGIN_URL: 'https://example.com' }, 'TEAMS_TEST_LOGIN_URL is for tests'],
    ['a tenant that is none', { TEAMS_TENANTS: 'contoso' }, 'TEAMS_TENANTS holds contoso, which is not an id'],
    [
      'a managed tenant that may not talk',
      { TEAMS_APP_ID: OBJECT, TEAMS_APP_TENANT: TENANT, TEAMS_SSO_MANAGED_TENANTS: OBJECT },
      'add it to TEAMS_TENANTS',
    ],
  ])('%s is named with its cure', (_name, env, message) => {
    expect(refusal(env)).toContain(message);
  });

  it('is told together with all others', () => {
    expect(refusal({ SLACK_BOT_TOKEN: 'xoxp-1', PICKET_PORT: 'x' }).split('\n').length).toBeGreaterThanOrEqual(4);
  });

  it('never shows the value of a secret', () => {
    const message = refusal({ SLACK_BOT_TOKEN: 'hunter2', SLACK_APP_TOKEN: 'hunter2', PICKET_SECRET: 'hunter2', DATABASE_URL: 'hunter2' });
    expect(message).not.toBe('');
    expect(message).not.toContain('hunter2');
  });

  it('does not mind variables of others', () => {
    expect(refusal({ PATH: '/bin', SLACK_API_TOKEN: 'x', PICKET_FLOW: 'full' })).toBe('');
  });
});

describe('picket.example.yaml', () => {
  it('is accepted as it stands once Slack and Teams are configured', () => {
    const path = fileURLToPath(new URL('../../picket.example.yaml', import.meta.url));
    const env = { ...REAL, PICKET_CONFIG: path, TEAMS_APP_ID: OBJECT, TEAMS_APP_PASSWORD: 'p', TEAMS_APP_TENANT: TENANT };
    const settings = loadSettings({ env, cwd: folder() });
    expect(settings.people).toHaveLength(3);
    expect(settings.channels[0]?.places).toHaveLength(2);
    expect(settings.incidentChannels).toEqual(['soc']);
  });
});

describe('the reference', () => {
  it('says every name once, with a meaning, and a remedy wherever a value is required', () => {
    const names = SETTINGS_REFERENCE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, meaning, required, remedy } of SETTINGS_REFERENCE) {
      expect(meaning, name).not.toBe('');
      expect(remedy === '', name).toBe(required === '');
    }
  });
});
