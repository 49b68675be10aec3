// Slack and Teams from the environment; null for a platform of which nothing is set.
import type { SlackSettings, TeamsSettings } from '../model/settings.ts';
import { type Environment, isLoopback } from './environment.ts';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function readSlack(environment: Environment): SlackSettings | null {
  if (!environment.uses('Slack')) return null;
  const appToken = token(environment, 'SLACK_APP_TOKEN', 'xapp-');
  const oauth = environment.isSet('SLACK_CLIENT_ID') || environment.isSet('SLACK_CLIENT_SECRET');
  return {
    signingSecret: appToken === '' ? environment.required('SLACK_SIGNING_SECRET') : environment.text('SLACK_SIGNING_SECRET'),
    botToken: oauth ? token(environment, 'SLACK_BOT_TOKEN', 'xoxb-') : requiredToken(environment, 'SLACK_BOT_TOKEN', 'xoxb-'),
    appToken,
    clientId: oauth ? environment.required('SLACK_CLIENT_ID') : '',
    clientSecret: oauth ? environment.required('SLACK_CLIENT_SECRET') : '',
    ssoManagedTeams: slackTeams(environment, 'SLACK_SSO_MANAGED_TEAMS'),
    apiUrl: `${environment.url('SLACK_API_URL')}/`,
  };
}

export function readTeams(environment: Environment): TeamsSettings | null {
  if (!environment.uses('Teams')) return null;
  const appTenant = guid(environment, 'TEAMS_APP_TENANT', environment.required('TEAMS_APP_TENANT'));
  const tenants = guids(environment, 'TEAMS_TENANTS');
  const ssoManagedTenants = guids(environment, 'TEAMS_SSO_MANAGED_TENANTS');
  const allowed = tenants.length === 0 ? [appTenant] : tenants;
  for (const tenant of ssoManagedTenants) {
    if (!allowed.includes(tenant))
      environment.refuse('TEAMS_SSO_MANAGED_TENANTS', `names ${tenant}, whose people may not talk to the bot: add it to TEAMS_TENANTS`);
  }
  return {
    appId: guid(environment, 'TEAMS_APP_ID', environment.required('TEAMS_APP_ID')),
    appPassword: environment.required('TEAMS_APP_PASSWORD'),
    appTenant,
    tenants: allowed,
    serviceHosts: environment.list('TEAMS_SERVICE_HOSTS').map((host) => host.toLowerCase()),
    ssoManagedTenants,
    issuer: testIssuer(environment),
  };
}

// Whoever could name another issuer could act as anybody, so it must be on this machine.
function testIssuer(environment: Environment): TeamsSettings['issuer'] {
  const metadata = 'TEAMS_TEST_OPENID_METADATA_URL';
  const login = 'TEAMS_TEST_LOGIN_URL';
  if (!environment.isSet(metadata) && !environment.isSet(login)) return null;
  for (const name of [metadata, login]) {
    const url = environment.url(name);
    if (!URL.canParse(url) || !isLoopback(new URL(url).hostname))
      environment.refuse(name, 'is for tests: set both to loopback addresses, or neither');
  }
  return { openIdMetadataUrl: environment.text(metadata), loginUrl: environment.text(login), allowHttp: true };
}

function requiredToken(environment: Environment, name: string, prefix: string): string {
  return environment.required(name) === '' ? '' : token(environment, name, prefix);
}

function token(environment: Environment, name: string, prefix: string): string {
  const value = environment.text(name);
  if (value !== '' && !value.startsWith(prefix)) environment.refuse(name, `does not start with ${prefix}: it is another kind of token`);
  return value;
}

function slackTeams(environment: Environment, name: string): readonly string[] {
  const teams = environment.list(name);
  for (const team of teams) if (!/^[TE][A-Z0-9]+$/.test(team)) environment.refuse(name, `names ${team}: write team ids, as T0123ABC`);
  return teams;
}

function guids(environment: Environment, name: string): readonly string[] {
  return environment.list(name).map((value) => guid(environment, name, value));
}

function guid(environment: Environment, name: string, value: string): string {
  const id = value.toLowerCase();
  if (value !== '' && !GUID.test(id))
    environment.refuse(name, `holds ${value}, which is not an id: write it as 00000000-0000-0000-0000-000000000000`);
  return id;
}
