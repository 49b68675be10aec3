// The configuration as one frozen value. src/config.ts makes it from picket.yaml and the environment; secrets come from the environment alone.
import type { Person } from './person.ts';
import type { Place } from './place.ts';

/** A person with the identities that are bound in the configuration. */
export interface PersonSettings extends Person {
  /** Slack identities `{ tenant: team id, user }`, Entra identities `{ tenant, user: object id }`. */
  readonly slack: readonly Identity[];
  readonly entra: readonly Identity[];
}

export interface Identity {
  readonly tenant: string;
  readonly user: string;
}

export interface RoleSettings {
  readonly name: string;
  /** Directory groups whose members hold the role: `slack:T01/S012`, `entra:<tenant>/<group id>`. */
  readonly groups: readonly string[];
}

/** A channel by its name in playbooks (`soc`) and every place that stands for it. */
export interface ChannelSettings {
  readonly name: string;
  readonly places: readonly Place[];
}

export interface SlackSettings {
  readonly signingSecret: string;
  /** Single workspace: `xoxb-...`; '' when installed by OAuth. */
  readonly botToken: string;
  /** `xapp-...` switches Socket Mode on; '' for HTTP. */
  readonly appToken: string;
  /** OAuth for several workspaces; '' when not used. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Workspaces whose members' e-mail addresses are managed by the organisation's SSO: an address binds a person there. */
  readonly ssoManagedTeams: readonly string[];
  /** Base of the Web API, `https://slack.com/api/` unless a stand-in is used. */
  readonly apiUrl: string;
}

export interface TeamsSettings {
  readonly appId: string;
  readonly appPassword: string;
  /** Entra tenant of the bot's app registration. */
  readonly appTenant: string;
  /** Tenants whose people may talk to the bot. */
  readonly tenants: readonly string[];
  /** Hosts that a serviceUrl may have, e.g. `smba.trafficmanager.net`. */
  readonly serviceHosts: readonly string[];
  readonly ssoManagedTenants: readonly string[];
  /** Set in tests alone: where keys and tokens come from instead of the real issuer. */
  readonly issuer: { readonly openIdMetadataUrl: string; readonly loginUrl: string; readonly allowHttp: boolean } | null;
}

/** How tokens for Azure are got: a secret, a certificate file, a managed identity, or workload identity (federated token file). */
export interface AzureSettings {
  readonly method: 'secret' | 'certificate' | 'managed-identity' | 'workload-identity';
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly certificatePath: string;
  /** `https://login.microsoftonline.com` unless another cloud or a stand-in is used. */
  readonly authorityUrl: string;
}

export interface SentinelSettings {
  readonly baseUrl: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly workspace: string;
  readonly apiVersion: string;
}

export interface ServiceNowSettings {
  readonly baseUrl: string;
  readonly user: string;
  readonly password: string;
  /** `close_code` differs per instance. */
  readonly closeCode: string;
  /** State written on close: 6 Resolved or 7 Closed. */
  readonly closeState: '6' | '7';
}

export interface PaloAltoSettings {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly vsys: string;
  /** Tag that a dynamic address group in a deny rule matches. */
  readonly tag: string;
  /** PEM file of the certificate authority, '' for the system's. */
  readonly caFile: string;
}

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** `tls` from the start, `starttls` required, `none` on loopback only. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly from: string;
}

export interface HttpActionSettings {
  /** Host names that `http.request` may call, exact or `*.example.com`. */
  readonly allowedHosts: readonly string[];
  /** Listed hosts that may resolve to private addresses. */
  readonly allowedPrivateHosts: readonly string[];
}

/** Each connector's settings, null when it is not configured. */
export interface ConnectorSettings {
  readonly azure: AzureSettings | null;
  readonly sentinel: SentinelSettings | null;
  readonly entra: { readonly graphUrl: string } | null;
  readonly defender: { readonly baseUrl: string } | null;
  readonly servicenow: ServiceNowSettings | null;
  readonly paloalto: PaloAltoSettings | null;
  readonly email: SmtpSettings | null;
  readonly http: HttpActionSettings;
}

export interface Settings {
  /** Where data lives: PICKET_HOME, `.picket` by default. */
  readonly home: string;
  /** `sandbox` when nothing real is configured: stand-ins and the console. All or nothing. */
  readonly mode: 'sandbox' | 'real';
  readonly host: string;
  readonly port: number;
  /** Address people reach Picket at, without trailing slash; links in mails and cards start with it. */
  readonly publicUrl: string;
  /** Port of the console's loopback listener; 0 for none. */
  readonly consolePort: number;
  readonly sandboxPort: number;
  /** '' for the embedded Postgres. */
  readonly databaseUrl: string;
  /** Signs links; '' means: made once and kept in the database. */
  readonly secret: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly playbookDirs: readonly string[];
  readonly rulesFile: string;
  readonly people: readonly PersonSettings[];
  readonly roles: readonly RoleSettings[];
  /** Roles that may do everything. */
  readonly adminRoles: readonly string[];
  readonly channels: readonly ChannelSettings[];
  /** Channels every incident is posted to. */
  readonly incidentChannels: readonly string[];
  /** Shared secret of `POST /ingest/sentinel`, '' refuses every delivery. */
  readonly ingestSecret: string;
  readonly slack: SlackSettings | null;
  readonly teams: TeamsSettings | null;
  readonly connectors: ConnectorSettings;
  readonly engine: { readonly maxBursts: number; readonly sweepMs: number; readonly heartbeatLimitMs: number };
}
